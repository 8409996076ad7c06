"""What one call knows of itself, from its parameters to its answer: handlers read and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawplate.http import HttpRequest, HttpResponse, OnChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from drawplate._call import CallSettings, Stages
    from drawplate._reading import Reading
    from drawplate.config import Config
    from drawplate.endpoint_discovery import Key
    from drawplate.endpoints import Endpoint
    from drawplate.operation import Operation

    #: Where the body of a successful answer goes: a path, a file opened in binary mode, or a
    #: function that is called with each chunk and the header fields.
    Target = str | Path | BinaryIO | Callable[[bytes, Mapping[str, str]], object]


class RequestContext:
    """One call. requests.md section 1.

    `params` are the parameters as the caller gave them, `parameters` the checked input structure
    (None before the step "validate"). `http_request` is None before the step "build"; during an
    attempt it is the signed request. `http_response` is the answer of the last attempt, None while
    there is none. `attempts` counts the requests that were sent. `context["key"]` is room for
    what handlers want to remember or tell each other.
    """

    __slots__ = (
        "_metadata",
        "attempts",
        "client",
        "discovered",
        "endpoint",
        "http_request",
        "http_response",
        "is_final",
        "metrics",
        "on_chunk",
        "operation",
        "parameters",
        "params",
        "possible_runs",
        "reading",
        "settings",
        "stages",
        "started_at",
        "target",
        "unsigned",
    )

    #: Where the request goes; None before the step "build".
    endpoint: Endpoint | None
    http_request: HttpRequest | None
    http_response: HttpResponse | None
    #: The request before it was signed, which the next attempt starts from.
    unsigned: HttpRequest | None
    #: Codes for the User-Agent header that are about this call alone. requests.md section 15.
    metrics: tuple[str, ...]
    #: Where the body of a successful answer goes instead of into the output.
    target: Target | None
    #: How the events of the answer are read, None where the caller does it.
    reading: Reading | None
    #: What the service was asked about to find the endpoint, None for one that the rules gave.
    discovered: Key | None
    #: Whether something was handed to the caller that another attempt could not take back.
    is_final: bool
    #: Functions that are told about the pieces of bodies sent and received, of this call alone.
    on_chunk: tuple[OnChunk | None, OnChunk | None]

    def __init__(
        self,
        operation: Operation[Any, Any],
        settings: CallSettings,
        params: object = None,
        parameters: object = None,
        *,
        stages: Stages | None = None,
        client: object = None,
    ) -> None:
        self._metadata: dict[str, Any] | None = None
        self.operation = operation
        self.settings = settings
        self.stages = stages or settings.handlers.stages
        self.params = params
        self.parameters: Any = parameters
        self.client: Any = settings.client if client is None else client
        # Together, which is faster: every call makes one of these.
        self.endpoint = self.http_request = self.http_response = self.unsigned = None
        self.target = self.reading = self.discovered = None
        self.metrics = ()
        self.is_final = False
        self.on_chunk = (None, None)
        self.attempts = self.possible_runs = 0
        self.started_at = settings.timer()

    @property
    def config(self) -> Config:
        """The configuration of the client; read-only."""
        return self.settings.config

    @property
    def operation_name(self) -> str:
        """Name of the operation, as the method is called."""
        return self.operation.method_name

    @property
    def retries(self) -> int:
        """How many requests were sent after the first one."""
        return max(self.attempts - 1, 0)

    @property
    def request(self) -> HttpRequest:
        """The HTTP request; raises `RuntimeError` before the step "build" has made it."""
        if self.http_request is None:
            raise RuntimeError(
                'there is no HTTP request before the step "build"; add the handler to "build", '
                '"sign" or "send"'
            )
        return self.http_request

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.settings.timer() - self.started_at

    def has_time(self, seconds: float) -> bool:
        """Whether so many seconds may pass before the option `timeout` ends the call."""
        limit = self.settings.config.timeout
        return limit is None or self.elapsed + seconds < limit

    @property
    def metadata(self) -> dict[str, Any]:
        """What `context["key"]` reads and writes."""
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    def __getitem__(self, key: str) -> Any:
        return self.metadata[key]

    def __setitem__(self, key: str, value: object) -> None:
        self.metadata[key] = value

    def __delitem__(self, key: str) -> None:
        del self.metadata[key]

    def __contains__(self, key: object) -> bool:
        return self._metadata is not None and key in self._metadata

    def get(self, key: str, default: Any = None) -> Any:
        """What is remembered under a key, or `default`."""
        return default if self._metadata is None else self._metadata.get(key, default)

    def __repr__(self) -> str:
        # Parameters and metadata may be secret.
        return f"<RequestContext {self.operation.name}, attempts {self.attempts}>"
