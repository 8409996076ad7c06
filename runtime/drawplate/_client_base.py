"""What the blocking and the async client share: configuration, plugins, stubs, ways into a call."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from drawplate import defaults
from drawplate._call import CallNext, CallSettings, Flow
from drawplate._own_handlers import own_handlers
from drawplate._uuid import uuid4 as _uuid4
from drawplate.clock_skew import ClockSkew
from drawplate.config import Config, ServiceInfo, default_of, resolve
from drawplate.context import RequestContext
from drawplate.endpoints import Endpoint, EndpointParameters, EndpointProvider
from drawplate.handlers import Handlers
from drawplate.operation import Errors, Operation
from drawplate.params import check_params
from drawplate.retry_modes import RetryState, policies
from drawplate.structures import Output
from drawplate.useragent import user_agent

if TYPE_CHECKING:
    from typing import Unpack

    from drawplate._stubbing import Stubbing
    from drawplate.endpoint_discovery import EndpointCache, Renewal
    from drawplate.options import ClientOptions
    from drawplate.plugins import Plugins
    from drawplate.request import RequestBase, SendOptions
    from drawplate.response import Response
    from drawplate.retry_modes import PolicyFactory
    from drawplate.stubs import ApiRequest
    from drawplate.waiters import Waiter

OutputT = TypeVar("OutputT", bound=Output)
ResultT = TypeVar("ResultT")
PoolT = TypeVar("PoolT")


class Shared(Generic[PoolT]):
    """What a client and its copies have in common: connections, and what answers taught them."""

    __slots__ = ("_endpoints", "_lock", "pool", "retries", "skew")

    def __init__(self, config: Config, pool: PoolT) -> None:
        self._lock = Lock()
        self._endpoints: EndpointCache | None = None
        self.pool = pool
        self.retries = RetryState(time.monotonic)
        self.skew = ClockSkew(clock=config.clock)

    def endpoints(self) -> EndpointCache:
        """What the service told of its endpoints."""
        from drawplate.endpoint_discovery import EndpointCache  # few services do

        with self._lock:
            if self._endpoints is None:
                self._endpoints = EndpointCache()
            return self._endpoints

    def end_renewals(self) -> None:
        """End what renews endpoints in the background."""
        if self._endpoints is not None:
            self._endpoints.close()

    def policies(self, config: Config) -> PolicyFactory:
        """What makes the retry policies of a client's calls."""
        if config.stub_responses is not False:
            # What a program is tested with is to be seen as it is.
            return policies(mode="legacy", quota=self.retries.quota, random=_random, retry_limit=0)
        return policies(
            mode=config.retry_mode,
            quota=self.retries.quota,
            limiter=self.retries.limiter() if config.retry_mode == "adaptive" else None,
            random=_random,
            era=config.retry_era,
            max_attempts=config.max_attempts,
            retry_limit=config.retry_limit,
            retry_base_delay=config.retry_base_delay,
            retry_max_delay=config.retry_max_delay,
            retry_jitter=config.retry_jitter,
            retry_backoff=config.retry_backoff,
            adaptive_retry_wait_to_fill=config.adaptive_retry_wait_to_fill,
        )


class _ErrorsModule:
    """The module `errors` of the package that a client class is in."""

    def __get__(self, client: ClientBase[Any] | None, owner: type[ClientBase[Any]]) -> ModuleType:
        # The client's own module has imported it.
        return sys.modules[f"{owner.__module__.rpartition('.')[0]}.errors"]


class ClientBase(ABC, Generic[PoolT]):
    """A client of one service, but for what depends on whether calls block or are awaited.

    What its copies share in connections is a `PoolT`.
    """

    _service: ClassVar[ServiceInfo]
    #: Name and version of the generated package, as "sagemaker_runtime#0.1.0".
    _package: ClassVar[str]
    _operations: ClassVar[Mapping[str, Operation[Any, Any]]]
    #: Names of the waiters, as the methods `wait_until_…` have them.
    _waiter_names: ClassVar[tuple[str, ...]] = ()
    #: Whether calls are awaited, so that nothing may block.
    _awaits: ClassVar[bool] = False
    #: Plugins of all clients of the class.
    _plugins: ClassVar[tuple[object, ...]] = ()

    #: Name of the service in options, as "sagemakerruntime".
    identifier: ClassVar[str]
    #: The module with the errors of the service.
    errors_module = _ErrorsModule()

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        """Make a client; see `drawplate.options.ClientOptions` for what each option means.

        Raises `TypeError` for an option that does not exist and `ConfigurationError` for a wrong
        value of option, environment variable or profile.
        """
        self._make({**options})

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "_service" in cls.__dict__:
            cls.identifier = cls._service.identifier

    def _make(self, options: dict[str, Any]) -> None:
        handlers = Handlers()
        plugins: Plugins | None = None
        if defaults and options.get("plugins") is None:
            options["plugins"] = default_of("plugins", self._service)
        if self._plugins or options.get("plugins") is not None:
            from drawplate.plugins import Plugins  # few clients have any

            plugins = Plugins(type(self), self._plugins, options)
        config = resolve(
            options,
            service=self._service,
            declared=() if plugins is None else plugins.declared,
        )
        if plugins is not None:
            plugins.add_handlers(handlers, config)
        stubbing = None
        if config.stub_responses is not False:
            from drawplate._stubbing import Stubbing  # only tests have stubs

            stubbing = Stubbing(self._operations, config.stub_responses)
        self._set_up(config, handlers, Shared(config, self._new_pool()), stubbing)
        if plugins is not None:
            plugins.after_initialize(self)

    def _set_up(
        self,
        config: Config,
        handlers: Handlers,
        shared: Shared[PoolT],
        stubbing: Stubbing | None,
    ) -> None:
        handlers.own = own_handlers(config)
        self._config = config
        self._handlers = handlers
        self._shared = shared
        self._stubbing = stubbing
        if stubbing is not None:
            handlers.own += (stubbing.entry,)
        self._choose_transport()
        self._endpoint: Endpoint | None = None
        self._settings = CallSettings(
            config=config,
            endpoint=self._endpoint_once if config.endpoint_provider is None else self._ask,
            handlers=handlers,
            signing_name=config.sigv4_name or self._service.signing_name,
            user_agent=user_agent(self._package, config),
            policy=shared.policies(config),
            skew=shared.skew.sharing(
                clock=config.clock,
                correcting=config.correct_clock_skew and config.retry_mode != "legacy",
            ),
            new_id=_uuid4,
            client=self,
            endpoint_cache=shared.endpoints,
            repeat=self._repeat,
            awaits=self._awaits,
        )

    @property
    def config(self) -> Config:
        """The resolved configuration; read-only."""
        return self._config

    @property
    def handlers(self) -> Handlers:
        """What goes around every call of this client; see `drawplate.handlers`."""
        return self._handlers

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

        So it does stubs. Closing either closes the idle connections of both.
        """
        made = object.__new__(type(self))
        config = self._config.replace(**options)
        made._set_up(config, self._handlers.copy(), self._shared, self._stubbing)
        return made

    def api_requests(self, *, exclude_presign: bool = False) -> list[ApiRequest]:
        """The calls that stubs have answered, in order; those of copies of this client as well.

        `exclude_presign` leaves out requests that were only signed (`context["presigned_url"]`).
        Raises `RuntimeError` for a client without stubs.
        """
        return [
            request
            for request in self._stubs().requests
            if not (exclude_presign and request.context.get("presigned_url"))
        ]

    @classmethod
    def add_plugin(cls, plugin: object) -> None:
        """Give a plugin to all clients of this class that are made from now on."""
        cls._plugins = (*cls._plugins, plugin)

    @classmethod
    def remove_plugin(cls, plugin: object) -> None:
        """Take a plugin away; raises `ValueError` when the class does not have it."""
        left = list(cls._plugins)
        left.remove(plugin)
        cls._plugins = tuple(left)

    @classmethod
    def set_plugins(cls, plugins: Iterable[object]) -> None:
        """Give clients of this class these plugins and no others."""
        cls._plugins = tuple(plugins)

    @classmethod
    def clear_plugins(cls) -> None:
        """Take all plugins away."""
        cls._plugins = ()

    @classmethod
    def plugins(cls) -> list[object]:
        """The plugins of clients of this class."""
        return list(cls._plugins)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __getstate__(self) -> dict[str, object]:
        return self._config.given

    def __setstate__(self, options: dict[str, object]) -> None:
        self._make(options)

    @abstractmethod
    def _new_pool(self) -> PoolT:
        """What connections are kept in, for a client that is no copy."""

    @abstractmethod
    def _choose_transport(self) -> None:
        """Settle what carries requests: the user's transport, that of stubs, else the pool's."""

    @abstractmethod
    def _repeat(
        self, operation: Operation[Any, Any], flow: Callable[[], Flow[None]], seconds: float
    ) -> Renewal:
        """Run a flow of an operation every so many seconds, in the background."""

    @abstractmethod
    def _resolve_endpoint(self, config: Config) -> Endpoint:
        """Where requests go: the compiled endpoint rules of the service."""

    def _endpoint_once(self) -> Endpoint:
        # Two threads may both resolve it at first: the rules are pure, so they agree.
        endpoint = self._endpoint
        if endpoint is None:
            endpoint = self._endpoint = self._resolve_endpoint(self._config)
        return endpoint

    def _ask(self) -> Endpoint:
        """Ask the provider of endpoints; it may answer each request differently."""
        config = self._config
        provider = cast("EndpointProvider", config.endpoint_provider)
        return provider.resolve_endpoint(
            EndpointParameters(
                region=config.region,
                use_dual_stack=config.use_dualstack_endpoint,
                use_fips=config.use_fips_endpoint,
                endpoint=config.endpoint,
            )
        )

    def _named(self, operation: str) -> Operation[Any, Any]:
        if operation not in self._operations:
            raise ValueError(
                f"unknown operation {operation!r}; {type(self).__name__} has "
                f"{', '.join(self._operations)}"
            )
        return self._operations[operation]

    def _stubs(self) -> Stubbing:
        if self._stubbing is None:
            raise RuntimeError(
                f"stubbing is not enabled; make the client as "
                f"{type(self).__name__}(stub_responses=True)"
            )
        return self._stubbing

    def _stub_responses(self, operation: str, stubs: Iterable[object]) -> None:
        self._stubs().set(operation, stubs)

    def _stub_data(self, operation: str, data: Mapping[str, object] | None) -> Any:
        from drawplate._stubbing import stub_data

        return stub_data(self._operations, operation, data or {}, self._config.clock())

    def _flow_of_stream(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object] | None,
        event_stream_handler: object,
        on_stream: object,
        around: CallNext | None = None,
    ) -> Flow[Response[OutputT]]:
        # With `around` the operation may have no events, and it is `around` that sets `params`.
        context = RequestContext(operation, self._settings, params, client=self)
        default = self._config.event_stream_handler
        if operation.event_stream is not None and not (
            event_stream_handler is None and on_stream is None and default is None
        ):
            from drawplate._reading import reading_of  # most calls have no handler

            context.reading = reading_of(operation, default, event_stream_handler, on_stream)
        return (around or context.stages.validate)(context)

    def _flow_of_request(
        self, request: RequestBase[OutputT], options: SendOptions
    ) -> Flow[Response[OutputT]]:
        operation = request.operation
        if options.target is not None:
            from drawplate._target import check_target  # few requests have one

            check_target(operation, options.target)
        stages = request.handlers.stages
        context = RequestContext(
            operation, self._settings, request.params, stages=stages, client=self
        )
        context.target = options.target
        context.on_chunk = options.on_chunk
        context.reading = options.reading(operation, self._config.event_stream_handler)
        return stages.validate(context)

    def _returned(self, response: Response[OutputT]) -> Response[OutputT]:
        if response.error is not None and self._config.raise_response_errors:
            raise response.error
        return response

    def _flow_of_wait(
        self,
        waiter: Waiter[ResultT],
        params: Mapping[str, object],
        max_wait: float,
        min_delay: float,
        max_delay: float,
    ) -> Flow[ResultT]:
        from drawplate.waiters import Pace, wait

        pace = Pace(max_wait=max_wait, min_delay=min_delay, max_delay=max_delay, random=_random)
        parameters = check_params(waiter.operation.check, params)
        return wait(waiter, parameters, self._settings, pace, time.monotonic)


def errors_of(client: ClientBase[Any]) -> Errors:
    """The errors of the service, as all of its operations know them."""
    operations = client._operations.values()  # pyright: ignore[reportPrivateUsage]
    return next(iter(operations)).errors


def settings_of(client: ClientBase[Any]) -> CallSettings:
    """What all calls of a client have in common."""
    return client._settings  # pyright: ignore[reportPrivateUsage]


def _random() -> float:
    """A number from 0 up to 1; only a retry needs one, and the module is slow to import."""
    import random

    return random.random()
