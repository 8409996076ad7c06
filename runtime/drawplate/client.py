"""The base class of generated clients: configuration, connection, and the way into a call."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from drawplate._call import CallSettings, call
from drawplate._pool import TransportPool
from drawplate._sync import run
from drawplate.config import Config, ServiceInfo, resolve
from drawplate.endpoints import Endpoint
from drawplate.http import Transport
from drawplate.operation import Operation
from drawplate.params import check_params
from drawplate.retries import LegacyRetry, RetryPolicy, RetryQuota, StandardRetry
from drawplate.structures import Output
from drawplate.transport import TransportSettings
from drawplate.useragent import user_agent

if TYPE_CHECKING:
    from typing import Unpack

    from drawplate.options import ClientOptions
    from drawplate.pagination import Pagination, Paginator
    from drawplate.request import Request
    from drawplate.waiters import Waiter

OutputT = TypeVar("OutputT", bound=Output)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Client(ABC):
    """A client of one service. Safe to share between threads, cheap to copy with other options.

    Construction reads environment and shared files and makes no connection; the first call does.
    A context manager: `close()` drops the idle connections. A client can be pickled: the copy is
    made anew from the same options.
    """

    _service: ClassVar[ServiceInfo]
    #: Name and version of the generated package, as "sagemaker_runtime#0.1.0".
    _package: ClassVar[str]
    _operations: ClassVar[Mapping[str, Operation[Any, Any]]]
    #: Names of the waiters, as the methods `wait_until_…` have them.
    _waiter_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        """Make a client; see `drawplate.options.ClientOptions` for what each option means.

        Raises `TypeError` for an option that does not exist and `ConfigurationError` for a wrong
        value of option, environment variable or profile.
        """
        self._set_up(resolve(options, service=self._service), RetryQuota(), TransportPool())

    def _set_up(self, config: Config, quota: RetryQuota, pool: TransportPool) -> None:
        self._config = config
        self._quota = quota
        self._pool = pool
        self._transport: Transport | None = config.transport
        self._endpoint: Endpoint | None = None
        self._settings = CallSettings(
            config=config,
            endpoint=self._endpoint_once,
            signing_name=self._service.signing_name,
            user_agent=user_agent(
                package=self._package,
                retry_mode=config.retry_mode,
                custom_endpoint=config.endpoint is not None,
                account_id=config.account_id,
                app_id=config.sdk_ua_app_id,
                suffix=config.user_agent_suffix,
                environ=config.environ,
            ),
            policy=_policy(config, quota),
            new_id=_uuid4,
        )

    @property
    def config(self) -> Config:
        """The resolved configuration; read-only."""
        return self._config

    @property
    def operation_names(self) -> list[str]:
        """Names of the operations, as the methods are called."""
        return list(self._operations)

    @property
    def waiter_names(self) -> list[str]:
        """Names of the waiters: for each there is a method `wait_until_` and that name."""
        return list(self._waiter_names)

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A copy with some options changed. It shares connections and retry quota with this client.

        Closing either closes the idle connections of both.
        """
        made = object.__new__(type(self))
        made._set_up(self._config.replace(**options), self._quota, self._pool)
        return made

    def close(self) -> None:
        """Drop the idle connections. Idempotent; a later call opens new ones."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __getstate__(self) -> Config:
        return self._config

    def __setstate__(self, config: Config) -> None:
        self._set_up(config, RetryQuota(), TransportPool())

    @abstractmethod
    def _resolve_endpoint(self, config: Config) -> Endpoint:
        """Where requests go: the compiled endpoint rules of the service."""

    def _endpoint_once(self) -> Endpoint:
        # Two threads may both resolve it at first: the rules are pure, so they agree.
        endpoint = self._endpoint
        if endpoint is None:
            endpoint = self._endpoint = self._resolve_endpoint(self._config)
        return endpoint

    def _invoke(self, operation: Operation[Any, OutputT], params: Mapping[str, object]) -> OutputT:
        return self._call(operation, check_params(operation.check, params))

    def _call(self, operation: Operation[Any, OutputT], parameters: object) -> OutputT:
        transport = self._transport or self._connect()
        if operation.sends_events:
            from drawplate.eventstream_body import require_event_streams  # few operations do

            require_event_streams(transport, operation.name)
        return run(call(operation, parameters, self._settings), transport, self._sleep)

    @staticmethod
    def _sleep(seconds: float) -> None:
        time.sleep(seconds)

    def _paginate(
        self, pagination: Pagination[Any, OutputT, ItemT], params: Mapping[str, object]
    ) -> Paginator[ItemT, OutputT]:
        from drawplate.pagination import Paginator

        operation = pagination.operation
        parameters = check_params(operation.check, params)
        return Paginator(pagination, parameters, lambda given: self._call(operation, given))

    def _wait(
        self,
        waiter: Waiter[ResultT],
        params: Mapping[str, object],
        max_wait: float,
        min_delay: float,
        max_delay: float,
    ) -> ResultT:
        from drawplate.waiters import Pace, wait

        pace = Pace(max_wait=max_wait, min_delay=min_delay, max_delay=max_delay, random=_random)
        parameters = check_params(waiter.operation.check, params)
        flow = wait(waiter, parameters, self._settings, pace, time.monotonic)
        return run(flow, self._transport or self._connect(), self._sleep)

    def _connect(self) -> Transport:
        config = self._config
        settings = TransportSettings(
            connect_timeout=config.http_open_timeout,
            read_timeout=config.http_read_timeout,
            idle_timeout=config.http_idle_timeout,
            max_connections=config.max_pool_connections,
            verify=config.ssl_verify_peer,
            ca_bundle=config.ssl_ca_bundle,
            ca_directory=config.ssl_ca_directory,
            ssl_context=config.ssl_context,
            client_cert=config.ssl_cert,
            client_key=config.ssl_key,
        )
        self._transport = self._pool.transport(settings)
        return self._transport

    def _build_request(self, operation: str, params: Mapping[str, object]) -> Request[Any]:
        if operation not in self._operations:
            raise ValueError(
                f"unknown operation {operation!r}; {type(self).__name__} has "
                f"{', '.join(self._operations)}"
            )
        from drawplate.request import Request  # few programs build requests

        model = self._operations[operation]
        return Request(operation, params, lambda given: self._invoke(model, given))


def _policy(config: Config, quota: RetryQuota) -> Callable[[], RetryPolicy]:
    if config.retry_mode == "legacy":
        # It keeps nothing between attempts, so all calls can ask the same one.
        legacy = LegacyRetry(
            limit=config.retry_limit,
            base=config.retry_base_delay,
            longest=config.retry_max_delay,
            jitter=_jitter(config.retry_jitter),
        )
        return lambda: legacy
    return lambda: StandardRetry(max_attempts=config.max_attempts, quota=quota, random=_random)


def _jitter(kind: str | Callable[[float], float]) -> Callable[[float], float]:
    if callable(kind):
        return kind
    kinds: dict[str, Callable[[float], float]] = {
        "none": lambda delay: delay,
        "equal": lambda delay: delay / 2 + delay / 2 * _random(),
        "full": lambda delay: delay * _random(),
    }
    return kinds[kind]


def _random() -> float:
    """A number from 0 up to 1; only a retry needs one, and the module is slow to import."""
    import random

    return random.random()


def _uuid4() -> str:
    """A random UUID (RFC 9562 section 5.4); the uuid module is slow to import."""
    value = bytearray(os.urandom(16))
    value[6] = value[6] & 0x0F | 0x40
    value[8] = value[8] & 0x3F | 0x80
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
