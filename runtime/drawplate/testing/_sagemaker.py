"""SageMaker Runtime's three operations on loopback, answered by Python functions."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import tempfile
import threading
import time
from collections import deque
from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, unquote, urlsplit

from drawplate.testing._faults import Fault, Faults, Script
from drawplate.testing._frames import exception_frame
from drawplate.testing._http import Framing, ReceivedRequest, Reply
from drawplate.testing._loops import HandlerLoop
from drawplate.testing._server import HttpServer
from drawplate.testing._signature import Verifier
from drawplate.testing._values import (
    Answer,
    EndpointError,
    Handler,
    InvocationRequest,
    ModelFailedError,
    Operation,
)

#: The key pair of AWS's own examples, which opens nothing.
EXAMPLE_CREDENTIALS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

#: Most bytes of a request body, and of one that comes with an asynchronous invocation.
BODY_LIMIT = 6291456
ASYNC_BODY_LIMIT = 128000

_OPERATIONS: Mapping[str, Operation] = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}

logger = logging.getLogger("drawplate.testing")

_UNEXPECTED = "the endpoint's handler failed"


class LocalEndpoint:
    """A real HTTP/1.1 server on loopback that speaks SageMaker Runtime's wire.

    It serves from construction until `close`, best as a context manager, under `with` or `async
    with`; a client needs its `url` as endpoint, its `region` and its key pair.

    `handlers` maps endpoint names to functions from an `InvocationRequest` to a result; `serve`
    adds to them. Coroutine functions and asynchronous generators run on the event loop that entered
    the endpoint with `async with`, or else on one of its own; other functions run on threads. Each
    operation makes its own of a result: `invocations` sends it whole, `invocations-response-stream`
    sends one PayloadPart frame a part (the head goes out once the first part is there), and
    `async-invocations` writes it below `output_dir`, its content type in a hidden file beside it,
    and answers with `file:` locations once it is written. A handler raises `ModelFailedError` or
    `EndpointError` for an error of the service; anything else it raises is an InternalFailure for
    the client, logged and kept in `errors`.

    `credentials` are access key id, secret and, where there is one, session token; every request
    must be signed with them for `region` and `service`. With None no signature is looked at.
    `output_dir` stands in for the bucket: `InputLocation` may be a `file:` URI below it, or
    `s3://bucket/key` for `bucket/key` below it. Without one a temporary folder lives until `close`.
    `clock` gives seconds since the epoch for the age of signatures and the Date header.
    `faults` are taken one a request, in order of arrival, or in that of each endpoint where they
    are a mapping by its name; None, or no more of them, is a proper answer. `framing` says how a
    streamed body ends. `requests_kept` is for long runs.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler] | None = None,
        *,
        credentials: tuple[str, str] | tuple[str, str, str] | None = EXAMPLE_CREDENTIALS,
        region: str = "us-east-1",
        service: str = "sagemaker",
        output_dir: Path | None = None,
        clock: Callable[[], float] = time.time,
        faults: Faults = (),
        framing: Framing = "chunked",
        requests_kept: int | None = None,
    ) -> None:
        self.region = region
        self._handlers = dict(handlers or {})
        self._credentials = credentials
        self._verifier = (
            Verifier(*credentials, region=region, service=service) if credentials else None
        )
        self._output_dir = output_dir
        self._clock = clock
        self._script = Script(faults)
        self._framing: Framing = framing
        self._lock = threading.Lock()
        self._requests: deque[ReceivedRequest] = deque(maxlen=requests_kept)
        self._arrived = 0
        self._errors: list[Exception] = []
        self._cleanup = contextlib.ExitStack()
        self._loop = HandlerLoop()
        self._server = HttpServer(self._answer, body_limit=BODY_LIMIT)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._server.port

    @property
    def url(self) -> str:
        """What a client takes as its endpoint, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def access_key_id(self) -> str:
        """What a client has to sign with; "" when no signature is looked at."""
        return self._credentials[0] if self._credentials else ""

    @property
    def secret_access_key(self) -> str:
        """What a client has to sign with; "" when no signature is looked at."""
        return self._credentials[1] if self._credentials else ""

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every whole request so far, in order of arrival; refused ones too.

        Only the last ones where `requests_kept` says how many.
        """
        with self._lock:
            return list(self._requests)

    @property
    def errors(self) -> list[Exception]:
        """What handlers raised and should not have."""
        with self._lock:
            return list(self._errors)

    @property
    def connections(self) -> int:
        """How many connections were accepted so far."""
        return self._server.connections

    def serve(self, name: str, handler: Handler, faults: Iterable[Fault | None] = ()) -> None:
        """Serve an endpoint `name` too, or otherwise, and let `faults` come next there."""
        with self._lock:
            self._handlers[name] = handler
            self._script.add(name, faults)

    def refuse_connections(self) -> contextlib.ExitStack:
        """End every connection and refuse new ones, as a port does that nobody listens on.

        Until `accept_connections`, or until the end of a `with` block around what this returns.
        """
        self._server.refuse()
        refusing = contextlib.ExitStack()
        refusing.callback(self.accept_connections)
        return refusing

    def accept_connections(self) -> None:
        """Listen again, on the same port. Harmless when it was listened anyway."""
        self._server.accept()

    def close(self) -> None:
        """End every connection, wait for running handlers, remove a temporary output folder.

        Coroutines are cancelled. Harmless when repeated. Warns with `ResourceWarning` about a
        handler that does not end.
        """
        try:
            self._loop.close()
            self._server.close()
        finally:
            self._cleanup.close()

    async def aclose(self) -> None:
        """Do the same as `close` without blocking the event loop."""
        import asyncio

        await asyncio.to_thread(self.close)

    def __enter__(self) -> LocalEndpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> LocalEndpoint:
        import asyncio

        self._loop.adopt(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"LocalEndpoint({sorted(self._handlers)}, url={self.url!r})"

    def _answer(self, arrived: ReceivedRequest) -> Reply:
        with self._lock:
            self._requests.append(arrived)
            self._arrived += 1
            request_id = f"00000000-0000-4000-8000-{self._arrived:012d}"
            fault = self._script.next(_endpoint_of(arrived))

        def answer() -> Reply:
            try:
                return self._respond(arrived, request_id)
            except ConnectionAbortedError:
                raise
            except Exception as error:
                logger.exception(_UNEXPECTED)
                self._keep(error)
                return EndpointError(500, "InternalFailure", _UNEXPECTED).reply()

        reply = fault.apply(answer) if fault else answer()
        reply.headers = {
            "Date": _http_date(self._clock()),
            "x-amzn-RequestId": request_id,
            **reply.headers,
        }
        return reply

    def _keep(self, error: Exception) -> None:
        with self._lock:
            self._errors.append(error)

    def _respond(self, arrived: ReceivedRequest, request_id: str) -> Reply:
        try:
            self._verify(arrived)
            return self._invoke(_route(arrived, request_id))
        except EndpointError as failure:
            return failure.reply()

    def _invoke(self, request: InvocationRequest) -> Reply:
        with self._lock:
            handler = self._handlers.get(request.endpoint_name)
        if handler is None:
            raise _invalid(f"endpoint {request.endpoint_name!r} is not served here")
        if request.operation == "InvokeEndpointAsync":
            return self._invoke_async(handler, request)
        answer = self._call(handler, request)
        if request.operation == "InvokeEndpoint":
            headers = {"Content-Type": answer.content_type, **answer.headers()}
            return Reply(answer.status or 200, headers, answer.whole())
        return self._stream(answer)

    def _call(self, handler: Handler, request: InvocationRequest) -> Answer:
        result = handler(request)
        if isinstance(result, Awaitable):
            result = self._loop.run(result)
        answer = result if isinstance(result, Answer) else Answer(result)
        if isinstance(answer.body, AsyncIterable):
            answer = answer.with_body(self._loop.iterate(answer.body))
        return answer

    def _verify(self, arrived: ReceivedRequest) -> None:
        if self._verifier is None:
            return
        refusal = self._verifier.check(
            arrived.method, arrived.target, arrived.fields, arrived.body, now=self._clock()
        )
        if refusal is not None:
            raise EndpointError(403, refusal.code, refusal.message)

    def _stream(self, answer: Answer) -> Reply:
        frames = (frame.encode() for frame in answer.frames())
        first = list(itertools.islice(frames, 1))  # a model that fails at once fails the call
        headers = {
            "Content-Type": "application/vnd.amazon.eventstream",
            "X-Amzn-SageMaker-Content-Type": answer.content_type,
            **answer.headers(),
        }
        body = self._guard(itertools.chain(first, frames))
        reply = Reply(answer.status or 200, headers, body, framing=self._framing)
        parts = answer.body
        reply.on_done = parts.close if isinstance(parts, Generator) else None
        return reply

    def _guard(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        """Turn a failure inside a stream into its last event."""
        try:
            yield from frames
        except ConnectionAbortedError:
            raise
        except ModelFailedError as failure:
            members = {"Message": failure.message, "ErrorCode": failure.error_code}
            yield exception_frame("ModelStreamError", members).encode()
        except Exception as error:
            logger.exception(_UNEXPECTED)
            self._keep(error)
            members = {"Message": _UNEXPECTED}
            yield exception_frame("InternalStreamFailure", members).encode()

    def _invoke_async(self, handler: Handler, request: InvocationRequest) -> Reply:
        folder = self._folder()
        self._fetch_input(request, folder)
        request.inference_id = request.inference_id or request.request_id
        name = quote(request.inference_id, safe="")
        own = "x-amzn-sagemaker-"
        output = _below(
            folder,
            request.headers.get(f"{own}s3outputpathextension", ""),
            request.headers.get(f"{own}filename", f"{name}.out"),
        )
        failed = _below(folder, "failures", f"{name}.out")
        status = 202
        try:
            answer = self._call(handler, request)
            status = answer.status or status
            _write(output, answer.whole(), answer.content_type)
        except EndpointError as failure:
            _write(failed, json.dumps({"Message": failure.message, **failure.members}).encode())
        headers = {
            "X-Amzn-SageMaker-OutputLocation": output.as_uri(),
            "X-Amzn-SageMaker-FailureLocation": failed.as_uri(),
            "Content-Type": "application/json",
        }
        return Reply(status, headers, json.dumps({"InferenceId": request.inference_id}).encode())

    def _folder(self) -> Path:
        with self._lock:
            if self._output_dir is None:
                made = tempfile.TemporaryDirectory(prefix="drawplate-")
                self._output_dir = Path(self._cleanup.enter_context(made))
            return self._output_dir.resolve()

    def _fetch_input(self, request: InvocationRequest, folder: Path) -> None:
        location = request.headers.get("x-amzn-sagemaker-inputlocation")
        if (location is None) != bool(request.body):
            raise _invalid("exactly one of Body and InputLocation must be given")
        if len(request.body) > ASYNC_BODY_LIMIT:
            raise _invalid(f"Body has more than {ASYNC_BODY_LIMIT} bytes; use InputLocation")
        if location is None:
            return
        parts = urlsplit(location)
        if parts.scheme == "file":
            source = _below(folder, unquote(parts.path))
        elif parts.scheme == "s3":
            source = _below(folder, parts.netloc, parts.path.lstrip("/"))
        else:
            raise _invalid(f"InputLocation {location!r} is neither a file: nor an s3: URI")
        if not source.is_file():
            raise _invalid(f"InputLocation {location!r} is not there")
        request.body = source.read_bytes()


def _route(arrived: ReceivedRequest, request_id: str) -> InvocationRequest:
    match arrived.method, arrived.path.split("/"):
        case "POST", ["", "endpoints", name, action] if name and action in _OPERATIONS:
            operation = _OPERATIONS[action]
            return InvocationRequest(
                operation, unquote(name), arrived.body, arrived.headers, request_id
            )
        case _:
            raise EndpointError(
                404, "UnknownOperationException", f"no operation is {arrived.method} {arrived.path}"
            )


def _endpoint_of(arrived: ReceivedRequest) -> str:
    """The endpoint that a request is for, whether or not it can be served."""
    match arrived.path.split("/"):
        case ["", "endpoints", name, _]:
            return unquote(name)
        case _:
            return ""


def _below(folder: Path, *parts: str) -> Path:
    """Join `parts` to `folder`; a result outside of it is the client's fault."""
    path = folder.joinpath(*parts).resolve()
    if folder not in path.parents:
        raise _invalid(f"{'/'.join(parts)!r} does not name a file below the endpoint's folder")
    return path


def _write(path: Path, content: bytes, content_type: str = "") -> None:
    """Write a file that is there as a whole or not at all, its content type beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if content_type:
        path.with_name(f".{path.name}.content-type").write_text(content_type, encoding="utf-8")
    written = path.with_name(f".{path.name}.part")
    written.write_bytes(content)
    written.replace(path)


def _invalid(message: str) -> EndpointError:
    return EndpointError(400, "ValidationError", message)


def _http_date(now: float) -> str:
    """Write a time as RFC 9110 section 5.6.7 has it, whatever the locale."""
    at = time.gmtime(now)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.tm_wday]
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    clock = time.strftime("%H:%M:%S", at)
    return f"{day}, {at.tm_mday:02d} {months[at.tm_mon - 1]} {at.tm_year} {clock} GMT"
