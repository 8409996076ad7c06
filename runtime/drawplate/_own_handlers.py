"""The library's own handlers: what a client was asked to watch, log and measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.handlers import Entry

if TYPE_CHECKING:
    from drawplate.config import Config


def own_handlers(config: Config) -> tuple[Entry, ...]:
    """The handlers that the options of a client ask for; none for most."""
    del config
    return ()
