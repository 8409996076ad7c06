"""Answers out of stubs instead of the network. Rules: requests.md section 12.

A client with stubs has one more handler, around the sending of requests: it lets the call do all
that it does for a request, and hands it an answer where one would be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from drawplate._call import Send
from drawplate._stub_pieces import Chunks, fresh, is_class_of
from drawplate.errors import NetworkingError, ParamValidationError, ServiceError
from drawplate.handlers import STEPS, Entry
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.operation import json_error, query_compatible_error
from drawplate.params import Mismatch, blob, integer
from drawplate.response import Response
from drawplate.serialize import json_body
from drawplate.structures import Output, ResponseMetadata
from drawplate.stub_shapes import Answer
from drawplate.stubs import ApiRequest

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate.context import RequestContext
    from drawplate.operation import Operation

#: Gives the answer to one call, or raises.
Prepared = Callable[["RequestContext"], HttpResponse]

REQUEST_ID = ("x-amzn-requestid", "stubbed-request-id")
_RAW = {"status_code", "headers", "body"}
_KINDS = (
    "a dict of output members, an output, a dict of status_code, headers and body, an HttpResponse,"
    " an error code, an exception, or a function that returns one of these"
)


class Stubbing:
    """The stubs of a client and its copies, and the requests that they answered."""

    __slots__ = ("_lists", "_lock", "_operations", "async_transport", "requests", "transport")

    #: Every call in order.
    requests: list[ApiRequest]

    def __init__(self, operations: Mapping[str, Operation[Any, Any]], stubs: object) -> None:
        """Prepare the stubs that the option has; raises what `set` raises."""
        self._operations = operations
        self._lists: dict[str, list[Prepared]] = {}
        self._lock = Lock()
        self.requests = []
        self.transport = NoTransport()
        self.async_transport = AsyncNoTransport()
        if isinstance(stubs, Mapping):
            for name, given in cast("Mapping[str, object]", stubs).items():
                self.set(name, (given,))

    @property
    def entry(self) -> Entry:
        """The handler; all other handlers of the step are around it or see its answer."""
        return Entry(self, STEPS["send"])

    def set(self, name: str, stubs: Iterable[object]) -> None:
        """Answer calls of an operation with these stubs in order, and then with the last one.

        Raises `ValueError` for an unknown operation, `TypeError` for what is no stub,
        `ParamValidationError` for data that is not that of the operation.
        """
        operation = _named(self._operations, name)
        prepared = [_prepared(operation, stub) for stub in _flat(stubs)]
        with self._lock:
            self._lists[name] = prepared

    def handle(self, context: RequestContext, call_next: CallNext, /) -> Flow[Response[Any]]:
        """Run the rest of the call, and answer what it sends."""
        with self._lock:
            self.requests.append(ApiRequest(context))
        flow = call_next(context)
        result: Any = None
        failure: Exception | None = None
        try:
            while True:
                step = flow.send(result) if failure is None else flow.throw(failure)
                result = failure = None
                try:
                    result = self._next(context) if isinstance(step, Send) else (yield step)
                except Exception as error:  # noqa: BLE001 - the call decides what becomes of it
                    failure = error
        except StopIteration as stop:
            response: Response[Any] = stop.value
            return response
        except ServiceError as error:
            if error is not failure:
                raise
            return Response(context, None, error)
        finally:
            flow.close()

    def _next(self, context: RequestContext) -> HttpResponse:
        with self._lock:
            waiting = self._lists.get(context.operation_name)
            prepared: Prepared = _made_up
            if waiting:
                prepared = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return prepared(context)


class NoTransport:
    """The transport of a client that has stubs: nothing is sent."""

    supports_event_streams = True

    def send(self, request: HttpRequest) -> HttpResponse:
        """Refuse; stubs answer before anything is sent."""
        del request
        raise RuntimeError("a client with stubs sends nothing; a handler took the stubs away")


class AsyncNoTransport:
    """The same for an async client."""

    supports_event_streams = True

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Refuse; see `NoTransport.send`."""
        return NoTransport().send(request)


def stub_data(
    operations: Mapping[str, Operation[Any, Any]], name: str, data: object, now: float
) -> Any:
    """The output of an operation: made up, with `data` in place of what it has.

    Raises as `Stubbing.set` does, but for required members that are missing.
    """
    operation = _named(operations, name)
    answer = _answer(operation)
    values = answer.sample(_moment(now)) | answer.check(data, partial=True)
    response = _answered(answer, values)
    output = operation.parse(response)
    output.metadata = ResponseMetadata(status=response.status, headers=response.headers, attempts=0)
    return output


def _named(operations: Mapping[str, Operation[Any, Any]], name: str) -> Operation[Any, Any]:
    if name not in operations:
        raise ValueError(f"unknown operation {name!r}; there is {', '.join(operations)}")
    return operations[name]


def _flat(stubs: Iterable[object]) -> Iterable[object]:
    for stub in stubs:
        if isinstance(stub, list | tuple):
            yield from _flat(cast("Iterable[object]", stub))
        else:
            yield stub


def _prepared(operation: Operation[Any, Any], stub: object) -> Prepared:
    """What gives the answers of a stub; raises for what is wrong with it."""
    if isinstance(stub, str):
        content = _error_content(operation, stub)
        return lambda _: HttpResponse(400, dict([REQUEST_ID]), content)
    if isinstance(stub, HttpResponse):
        return lambda _: HttpResponse(stub.status, stub.headers.copy(), stub.body)
    if isinstance(stub, Mapping):
        given = cast("Mapping[str, Any]", stub)
        return _raw(given) if set(given) == _RAW else _of_data(operation, given)
    if isinstance(stub, Output):
        return _of_data(operation, stub)
    if isinstance(stub, BaseException):
        return lambda _: _raise(stub)
    if is_class_of(stub, BaseException):
        return lambda _: _raise(stub())
    if callable(stub):
        return lambda context: _prepared(operation, stub(context))(context)
    raise TypeError(
        f"a stub of {operation.method_name} must be {_KINDS}; got an object of type "
        f"{type(stub).__name__}"
    )


def _of_data(operation: Operation[Any, Any], data: object) -> Prepared:
    answer = _answer(operation)
    values = answer.check(data)
    return lambda _: _answered(answer, values)


def _made_up(context: RequestContext) -> HttpResponse:
    answer = _answer(context.operation)
    return _answered(answer, answer.sample(_moment(context.config.clock())))


def _answered(answer: Answer, values: Mapping[str, Any]) -> HttpResponse:
    response = answer.response(values)
    response.headers.setdefault(*REQUEST_ID)
    return response


def _raw(stub: Mapping[str, Any]) -> Prepared:
    """An answer from status, header fields and body: bytes, text, a file or chunks of bytes."""
    status, headers, body = stub["status_code"], stub["headers"], stub["body"]
    try:
        status = integer(status)
    except Mismatch as mismatch:
        raise _refused(mismatch, "status_code") from None
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers of a stub must be a dict, got {type(headers).__name__}")
    fields = Headers(cast("Mapping[str, str]", headers))
    content: bytes | list[bytes | NetworkingError]
    try:
        if isinstance(body, list | tuple) or hasattr(body, "__next__"):
            chunks = cast("Iterable[object]", body)
            content = [c if isinstance(c, NetworkingError) else blob(c) for c in chunks]
        else:
            content = blob(body)
    except Mismatch as mismatch:
        raise _refused(mismatch, "body") from None
    return lambda _: HttpResponse(
        status, fields.copy(), content if isinstance(content, bytes) else Chunks(content)
    )


def _refused(mismatch: Mismatch, name: str) -> ParamValidationError:
    return ParamValidationError(
        [f"{before}{name}{path}{after}" for before, path, after in mismatch.problems]
    )


def _error_content(operation: Operation[Any, Any], code: str) -> bytes:
    """The body of an error answer with a code, as the service writes it."""
    message = "stubbed-response-error-message"
    if operation.errors.read in (json_error, query_compatible_error):
        return json_body({"code": code, "message": message})
    from xml.sax.saxutils import escape  # services that speak XML have imported more

    error = f"<Error><Code>{escape(code)}</Code><Message>{message}</Message></Error>"
    return f"<ErrorResponse>{error}</ErrorResponse>".encode()


def _raise(error: BaseException) -> HttpResponse:
    if isinstance(error, ServiceError | NetworkingError):
        # Each call notes its own facts in its error, and adds a traceback.
        raise fresh(error)
    raise error


def _answer(operation: Operation[Any, Any]) -> Answer:
    """What the generated module `_stubs`, imported here, says about an operation."""
    from importlib import import_module  # slow, and not needed for stubs that are no data

    package = operation.parse.__module__.rpartition(".")[0]
    try:
        answers: Mapping[str, Answer] = import_module(f"{package}._stubs").ANSWERS
    except ModuleNotFoundError:
        raise NotImplementedError(
            f"answers of {operation.name} cannot be made of data, since its service does not speak "
            "restJson1; stub it with an error code, an exception or a raw answer"
        ) from None
    return answers[operation.method_name]


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(int(now), UTC)
