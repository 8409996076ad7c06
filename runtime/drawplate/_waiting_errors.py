"""Errors of waiters and pages: see the tree of `drawplate.errors`, which has them."""

from __future__ import annotations

from typing import ClassVar

from drawplate.errors import DrawplateError


class PaginationError(DrawplateError):
    """An operation answered a page with the token that had asked for it."""


class WaiterError(DrawplateError):
    """Waiting ended without success. The text holds facts of the last answer, never its content."""

    #: Name of the waiter, such as "FunctionActive", and of its operation.
    waiter: str
    operation: str
    #: How many calls were made, and how many seconds that took.
    attempts: int
    elapsed: float
    #: HTTP status and request id of the last answer; the error code, "" where it was no error.
    status: int
    request_id: str | None
    code: str
    #: The last output, None where the last answer was an error, which then is the `__cause__`.
    output: object | None

    _said: ClassVar[str] = "waiting ended"

    def __init__(
        self, waiter: str, operation: str = "", *, attempts: int = 0, elapsed: float = 0.0
    ) -> None:
        super().__init__(waiter, operation)
        self.waiter = waiter
        self.operation = operation
        self.attempts = attempts
        self.elapsed = elapsed
        self.status = 0
        self.request_id = None
        self.code = ""
        self.output = None

    def __str__(self) -> str:
        facts = [
            f"{name} {value}"
            for name, value in (
                ("operation", self.operation),
                ("attempts", self.attempts),
                ("last error", self.code),
                ("last status", self.status),
                ("last request id", self.request_id),
            )
            if value
        ]
        return f"{self.waiter}: {self._said.format(self.elapsed)} ({', '.join(facts)})"


class WaiterFailedError(WaiterError):
    """The resource is in a state that it will not leave: waiting any longer would not help."""

    _said = "what was waited for cannot come any more"


class WaiterTimeoutError(WaiterError):
    """The resource was not there in time; `max_wait` says how long to wait."""

    _said = "it was not there after {:.1f} seconds; a larger max_wait waits longer"
