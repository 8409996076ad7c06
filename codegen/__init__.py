"""Drawplate's generator: load → resolve → plan → render → format → write."""

__version__ = "0.1.0"
