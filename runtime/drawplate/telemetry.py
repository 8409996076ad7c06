"""Spans of calls and attempts."""

from __future__ import annotations


class TelemetryProviderBase:
    """Gives tracers."""
