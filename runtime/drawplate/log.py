"""Records of calls, one each, and the text that they have.

    client = SageMakerRuntimeClient(logger="my.calls", log_formatter=Formatter.short())

A record is written when a call is over, with all of its attempts, whether it succeeded or not; for
an answer that is a stream, as soon as its head is there. Parameters that were refused are not
logged. Placeholders and canned patterns: requests.md section 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypedDict
from urllib.parse import unquote, urlsplit

from drawplate._summaries import FILTERED, Summaries
from drawplate.errors import ServiceError

if TYPE_CHECKING:
    from typing import Unpack

    from drawplate._call import CallNext, Flow
    from drawplate.config import Config
    from drawplate.context import RequestContext
    from drawplate.http import Headers, HttpRequest
    from drawplate.response import Response

_PLACEHOLDER = re.compile(r":(\w+)")
_DEFAULT = (
    "[:client_class :http_response_status_code :time :retries retries]"
    " :operation(:request_params) :error_class :error_message"
)
_SHORT = "[:client_class :http_response_status_code :time] :operation :error_class\n"
_BOLD, _BLUE, _PLAIN = "\x1b[1m", "\x1b[34m", "\x1b[0m"

#: Header fields that say how a message is framed, routed, dated and numbered. What others hold,
#: only the service knows: parameters that the model calls sensitive may be among them.
_SHOWN = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-ranges",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
        "via",
        "x-amz-date",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amz-retry-after",
        "x-amzn-errortype",
        "x-amzn-requestid",
        "x-amzn-trace-id",
    }
)
#: Header fields that are credentials, whoever asks.
_NEVER_SHOWN = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
    }
)


class LogFormatter(Protocol):
    """Makes the text of a record out of what came of a call."""

    def format(self, response: Response[Any], /) -> str: ...


class FormatterOptions(TypedDict, total=False):
    """Keywords of `Formatter` behind its pattern."""

    max_string_size: int
    filter: Iterable[str]
    filter_sensitive_params: bool


class Formatter:
    """Makes the text of a record by a pattern with placeholders such as `:operation`.

    A name that is no placeholder stays as it stands. Values longer than `max_string_size`, in
    characters or bytes, are cut. What the model calls sensitive is left out, and so is each member
    and key whose name is in `filter`, however deep it lies; `filter_sensitive_params=False` shows
    all of these. Credentials are never shown.
    """

    __slots__ = ("_filter", "_filter_sensitive_params", "_max_string_size", "_parts", "_pattern")

    def __init__(
        self,
        pattern: str,
        *,
        max_string_size: int = 1000,
        filter: Iterable[str] = (),  # noqa: A002 - the name that users know
        filter_sensitive_params: bool = True,
    ) -> None:
        """Make a formatter. Raises TypeError for a `filter` that is one text."""
        if isinstance(filter, str):
            raise TypeError(f"filter must be a list of names, got the text {filter!r}")
        self._pattern = pattern
        self._max_string_size = max_string_size
        self._filter = frozenset(filter)
        self._filter_sensitive_params = filter_sensitive_params
        # Text and names in turns, text first.
        self._parts = _PLACEHOLDER.split(pattern)

    @classmethod
    def default(cls, **options: Unpack[FormatterOptions]) -> Formatter:
        """Status, seconds, retries, operation with its parameters, and error."""
        return cls(f"{_DEFAULT}\n", **options)

    @classmethod
    def short(cls, **options: Unpack[FormatterOptions]) -> Formatter:
        """Status, seconds, operation and class of the error."""
        return cls(_SHORT, **options)

    @classmethod
    def colored(cls, **options: Unpack[FormatterOptions]) -> Formatter:
        """As `default`: bold on a terminal, and blue what is in brackets."""
        head, bracket, rest = _DEFAULT.partition("]")
        return cls(f"{_BOLD}{_BLUE}{head}{bracket}{_PLAIN}{_BOLD}{rest}{_PLAIN}\n", **options)

    def format(self, response: Response[Any], /) -> str:
        """The text of a record."""
        facts = _Facts(
            response,
            Summaries(
                max_string_size=self._max_string_size,
                names=self._filter,
                hides=self._filter_sensitive_params,
            ),
        )
        parts = self._parts.copy()
        for index in range(1, len(parts), 2):
            fact = _FACTS.get(parts[index])
            parts[index] = f":{parts[index]}" if fact is None else fact(facts)
        return "".join(parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Formatter):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash(self._pattern)

    def __repr__(self) -> str:
        return f"Formatter({self._pattern!r})"


class CallLog:
    """Writes the record of each call, after its last attempt."""

    __slots__ = ("_formatter", "_level", "_logger")

    def __init__(self, config: Config) -> None:
        self._logger: Any = config.logger
        self._level = config.log_level
        self._formatter: LogFormatter = config.log_formatter or Formatter.default()

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        """Write a record; see `drawplate.handlers`."""
        context["logging_started_at"] = context.settings.timer()
        response = yield from call_next(context)
        context["logging_completed_at"] = context.settings.timer()
        is_enabled: Callable[[int], bool] | None = getattr(self._logger, "isEnabledFor", None)
        if is_enabled is None or is_enabled(self._level):
            self._logger.log(self._level, self._formatter.format(response).removesuffix("\n"))
        return response


class _Facts:
    """What placeholders stand for in the record of one call."""

    __slots__ = ("context", "error", "response", "summaries", "url")

    def __init__(self, response: Response[Any], summaries: Summaries) -> None:
        self.response = response
        self.context: RequestContext = response.context
        self.error = response.error
        self.summaries = summaries
        request = self.context.http_request
        self.url = None if request is None else urlsplit(request.url)

    @property
    def request(self) -> HttpRequest | None:
        return self.context.http_request

    def seconds(self) -> str:
        context = self.context
        started = context.get("logging_started_at", context.started_at)
        completed = context.get("logging_completed_at")
        elapsed = (context.settings.timer() if completed is None else completed) - started
        return f"{elapsed:.6f}".rstrip("0")

    def parameters(self) -> str:
        context = self.context
        checked = context.parameters
        if checked is None:  # a handler answered before they were checked
            return self.summaries.unchecked(context.params)
        return self.summaries.members(
            checked, context.params, is_checked=context.config.validate_params
        )

    def host(self) -> str:
        return "" if self.url is None else ".".join(self._safe((self.url.hostname or ""), "."))

    def port(self) -> str:
        if self.url is None:
            return ""
        return str(self.url.port or (80 if self.url.scheme == "http" else 443))

    def endpoint(self) -> str:
        """The URL; a query may hold an API key, and any label a sensitive parameter."""
        url = self.url
        if url is None:
            return ""
        authority = ".".join(self._safe(url.netloc, "."))
        path = "/".join(self._safe(url.path, "/"))
        query = f"?{FILTERED}" if url.query else ""
        return f"{url.scheme}://{authority}{path}{query}"

    def _safe(self, text: str, mark: str) -> list[str]:
        secrets = self.summaries.secrets(self.context.parameters)
        hidden = {part for secret in secrets for part in secret.split(mark)}
        return [FILTERED if unquote(part) in hidden else part for part in text.split(mark)]

    def headers(self, headers: Headers | None) -> str:
        if headers is None:
            return ""
        hides = self.summaries.hides
        return repr(
            {
                name: value if name in _SHOWN or not (hides or name in _NEVER_SHOWN) else FILTERED
                for name, value in headers.items()
            }
        )

    def request_body(self) -> str:
        request = self.request
        if request is None:
            return ""
        return self.summaries.body(request.body, self.context.parameters)

    def response_body(self) -> str:
        answer = self.context.http_response
        if answer is None:
            return ""
        # An answer may repeat what it was asked.
        return self.summaries.body(answer.body, self.response.data, self.context.parameters)

    def response_headers(self) -> str:
        answer = self.context.http_response
        return self.headers(None if answer is None else answer.headers)

    def message(self) -> str:
        error = self.error
        if error is None:
            return ""
        return error.message if isinstance(error, ServiceError) else str(error.args[0])


_FACTS: Mapping[str, Callable[[_Facts], str]] = {
    "region": lambda facts: facts.context.config.region or "",
    "client_class": lambda facts: type(facts.context.client).__name__,
    "operation": lambda facts: facts.context.operation_name,
    "request_params": _Facts.parameters,
    "time": _Facts.seconds,
    "retries": lambda facts: str(facts.context.retries),
    "http_request_method": lambda facts: facts.request.method if facts.request else "",
    "http_request_scheme": lambda facts: facts.url.scheme if facts.url else "",
    "http_request_host": _Facts.host,
    "http_request_port": _Facts.port,
    "http_request_endpoint": _Facts.endpoint,
    "http_request_headers": lambda facts: facts.headers(
        facts.request.headers if facts.request else None
    ),
    "http_request_body": _Facts.request_body,
    "http_response_status_code": lambda facts: str(facts.response.status),
    "http_response_headers": _Facts.response_headers,
    "http_response_body": _Facts.response_body,
    "error_class": lambda facts: "" if facts.error is None else type(facts.error).__name__,
    "error_message": _Facts.message,
}
