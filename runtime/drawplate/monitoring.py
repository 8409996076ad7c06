"""Client-side monitoring: a datagram for each call and each attempt, to an agent on this machine.

    client = SageMakerRuntimeClient(client_side_monitoring=True)

The datagrams are UDP with a JSON object each, sent when the call is over; nobody waits for them,
and what goes wrong with them is passed over. requests.md section 10 has their fields. What may be
secret is not among them: neither parameters nor bodies, and no session token either.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from drawplate._call import Work
from drawplate._debug import say
from drawplate.errors import DrawplateError, NetworkingError, ServiceError
from drawplate.retries import is_retryable

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate.config import Config
    from drawplate.context import RequestContext
    from drawplate.response import Response

#: A record that is larger than this many bytes is dropped.
LARGEST = 8192
#: How long the texts of records may be; the rest is cut off.
_LONGEST = {
    "ClientId": 255,
    "UserAgent": 256,
    "AwsException": 128,
    "AwsExceptionMessage": 512,
    "SdkException": 128,
    "SdkExceptionMessage": 512,
    "FinalAwsException": 128,
    "FinalAwsExceptionMessage": 512,
    "FinalSdkException": 128,
    "FinalSdkExceptionMessage": 512,
}
#: Header fields of an answer that its record repeats.
_IDS = (
    ("XAmznRequestId", "x-amzn-requestid"),
    ("XAmzRequestId", "x-amz-request-id"),
    ("XAmzId2", "x-amz-id-2"),
)
_ACCESS_KEY = re.compile(r"Credential=([^/, ]+)")
_METRICS = "client_metrics"


class RequestMetrics:
    """The records of one call, which become one JSON object each.

    `api_call` is that of the call, `api_call_attempts` are those of its attempts, in order.
    """

    __slots__ = ("api_call", "api_call_attempts")

    def __init__(self) -> None:
        self.api_call: dict[str, str | int] = {}
        self.api_call_attempts: list[dict[str, str | int]] = []

    def records(self) -> list[dict[str, str | int]]:
        """All records, in the order in which they are sent."""
        return [self.api_call, *self.api_call_attempts]

    def __repr__(self) -> str:
        return f"<RequestMetrics, {len(self.api_call_attempts)} attempts>"


class Publisher(Protocol):
    """Takes the records of calls, each when it is over, from any thread.

    The client sets host and port to those of its options. What is raised is passed over.
    """

    agent_host: str
    agent_port: int

    def publish(self, request_metrics: RequestMetrics, /) -> None: ...


class UdpPublisher:
    """Sends each record as a datagram, without waiting and without knowing whether it arrives.

    All publishers of a process share its sockets.
    """

    __slots__ = ("agent_host", "agent_port")

    def __init__(self, agent_host: str = "127.0.0.1", agent_port: int = 31_000) -> None:
        self.agent_host = agent_host
        self.agent_port = agent_port

    def publish(self, request_metrics: RequestMetrics, /) -> None:
        """Send the records, but for those that are larger than `LARGEST`."""
        found = _address(self.agent_host, self.agent_port)
        if found is None:
            return
        family, address = found
        for record in request_metrics.records():
            datagram = json.dumps(record, separators=(",", ":")).encode()
            if len(datagram) <= LARGEST:
                # Nobody listens, or the buffer is full: the next one may do better.
                with suppress(OSError):
                    _socket(family).sendto(datagram, address)


class CallMonitor:
    """Makes the record of a call, and has all records published when it is over."""

    __slots__ = ("_publisher",)

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        """Watch a call; see `drawplate.handlers`."""
        metrics = context[_METRICS] = RequestMetrics()
        timestamp = _milliseconds(context.config.clock())
        started = context.settings.timer()
        try:
            response = yield from call_next(context)
        except Exception as error:
            self._record(context, metrics, timestamp, started, error)
            yield Work(partial(self._publish, metrics))
            raise
        self._record(context, metrics, timestamp, started, response.error)
        yield Work(partial(self._publish, metrics))
        return response

    def _record(
        self,
        context: RequestContext,
        metrics: RequestMetrics,
        timestamp: int,
        started: float,
        error: Exception | None,
    ) -> None:
        answer, request, settings = context.http_response, context.http_request, context.settings
        user_agent = settings.user_agent.plain
        if request is not None:
            user_agent = request.headers.get("user-agent", user_agent)
        metrics.api_call = _cut(
            {
                **_common("ApiCall", context, timestamp),
                "AttemptCount": len(metrics.api_call_attempts),
                "Latency": _milliseconds(settings.timer() - started),
                "Region": context.config.region or "",
                "MaxRetriesExceeded": int(error is not None and is_retryable(error)),
                "UserAgent": user_agent,
                "FinalHttpStatusCode": 0 if answer is None else answer.status,
                **_exception("Final", error),
            }
        )

    def _publish(self, metrics: RequestMetrics) -> None:
        published = False
        with suppress(Exception):
            self._publisher.publish(metrics)
            published = True
        if not published:
            say("monitoring", "%s could not publish a call", type(self._publisher).__name__)


class AttemptMonitor:
    """Makes the record of an attempt that was signed."""

    __slots__ = ()

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        """Watch an attempt; see `drawplate.handlers`."""
        settings, headers = context.settings, context.request.headers
        access_key = _ACCESS_KEY.search(headers.get("authorization", ""))
        record: dict[str, str | int] = {
            **_common("ApiCallAttempt", context, _milliseconds(context.config.clock())),
            "Fqdn": urlsplit(context.request.url).hostname or "",
            "Region": context.config.region or "",
            "UserAgent": headers.get("user-agent", ""),
            "AccessKey": "" if access_key is None else access_key[1],
        }
        started = settings.timer()
        failure: Exception | None = None
        try:
            response = yield from call_next(context)
            failure = response.error
            return response
        except Exception as error:
            failure = error
            raise
        finally:
            answer = context.http_response
            if answer is not None:
                record["HttpStatusCode"] = answer.status
                for name, field in _IDS:
                    if field in answer.headers:
                        record[name] = answer.headers[field]
            record["AttemptLatency"] = _milliseconds(settings.timer() - started)
            record.update(_exception("", failure))
            metrics: RequestMetrics = context[_METRICS]
            metrics.api_call_attempts.append(_cut(record))


def publisher_of(config: Config) -> Publisher:
    """The publisher of a client, which knows where the agent is."""
    publisher = config.client_side_monitoring_publisher or UdpPublisher()
    publisher.agent_host = config.client_side_monitoring_host
    publisher.agent_port = config.client_side_monitoring_port
    return publisher


def _common(kind: str, context: RequestContext, timestamp: int) -> dict[str, str | int]:
    return {
        "Type": kind,
        "Service": context.config.service.service_id,
        "Api": context.operation.name,
        "ClientId": context.config.client_side_monitoring_client_id,
        "Timestamp": timestamp,
        "Version": 1,
    }


def _exception(prefix: str, error: Exception | None) -> dict[str, str | int]:
    """What a record says of an error; only texts of the library's own errors hold no secret."""
    if error is None:
        return {}
    if isinstance(error, ServiceError):
        return {
            f"{prefix}AwsException": error.code or type(error).__name__,
            f"{prefix}AwsExceptionMessage": error.message,
        }
    facts: dict[str, str | int] = {f"{prefix}SdkException": type(error).__name__}
    if isinstance(error, NetworkingError):
        facts[f"{prefix}SdkExceptionMessage"] = str(error.args[0])
    elif isinstance(error, DrawplateError):
        facts[f"{prefix}SdkExceptionMessage"] = str(error)
    return facts


def _cut(record: dict[str, str | int]) -> dict[str, str | int]:
    return {
        name: value[: _LONGEST.get(name)] if isinstance(value, str) else value
        for name, value in record.items()
    }


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


# Where datagrams go, and through what. Both are shared by all clients, so that a copy with other
# options costs nothing; one dictionary operation at a time makes them safe between threads.

#: Seconds until a name that has no address is looked up again.
_PATIENCE = 60.0
_Address = tuple[socket.AddressFamily, Any]
_addresses: dict[tuple[str, int], tuple[_Address | None, float]] = {}
#: By process and address family: a forked child has its own.
_sockets: dict[tuple[int, socket.AddressFamily], socket.socket] = {}


def _address(host: str, port: int) -> _Address | None:
    """The address of an agent, looked up once; IPv4 where there is a choice, as agents listen."""
    found, until = _addresses.get((host, port), (None, 0.0))
    if found is not None or time.monotonic() < until:
        return found
    with suppress(OSError, UnicodeError):
        infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_DGRAM)
        info = min(infos, key=lambda info: info[0] is not socket.AF_INET)
        found = (info[0], info[4])
    _addresses[host, port] = (found, time.monotonic() + _PATIENCE)
    return found


def _socket(family: socket.AddressFamily) -> socket.socket:
    key = (os.getpid(), family)
    found = _sockets.get(key)
    if found is not None:
        return found
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setblocking(False)
    found = _sockets.setdefault(key, made)
    if found is not made:
        made.close()  # another thread was quicker
    for other in [other for other in list(_sockets) if other[0] != key[0]]:
        inherited = _sockets.pop(other, None)
        if inherited is not None:
            inherited.close()  # this process's handle of it; the parent has its own
    return found
