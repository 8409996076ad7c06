"""Records of calls, one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from drawplate.response import Response


class LogFormatter(Protocol):
    """Makes the text of a record out of what came of a call."""

    def format(self, response: Response[Any], /) -> str: ...
