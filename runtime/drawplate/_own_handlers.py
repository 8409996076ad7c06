"""The library's own handlers: what a client was asked to watch, log and measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.handlers import STEPS, Entry

if TYPE_CHECKING:
    from drawplate.config import Config

#: Inside of everything else, so that a span of an attempt holds nothing but the exchange.
_INNERMOST = -1


def own_handlers(config: Config) -> tuple[Entry, ...]:
    """The handlers that the options of a client ask for; none for most.

    Stubbed answers are not monitored. Places: requests.md section 2.
    """
    entries: list[Entry] = []
    stubbed = config.stub_responses is not False
    provider = config.telemetry_provider
    if provider is not None:
        from drawplate._spans import AttemptSpans, CallSpans, tracer_of
        from drawplate.telemetry import NoOpTelemetryProvider

        if not isinstance(provider, NoOpTelemetryProvider):
            tracer = tracer_of(provider, config)
            entries.append(Entry(CallSpans(tracer), STEPS["initialize"] + 99))
            entries.append(Entry(AttemptSpans(tracer, stubbed=stubbed), _INNERMOST))
    if config.client_side_monitoring and not stubbed:
        from drawplate.monitoring import AttemptMonitor, CallMonitor, publisher_of

        entries.append(Entry(CallMonitor(publisher_of(config)), STEPS["initialize"] + 50))
        entries.append(Entry(AttemptMonitor(), STEPS["sign"] + 39))
    if config.logger is not None:
        from drawplate.log import CallLog

        # Just outside of the check of parameters: what that refuses is not logged.
        entries.append(Entry(CallLog(config), STEPS["validate"] + 51))
    return tuple(entries)
