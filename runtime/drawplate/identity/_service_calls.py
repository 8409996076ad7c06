"""Calls of the services that credentials come from, as parts of the flows of providers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from drawplate._call import CallSettings, Flow, Work, call
from drawplate._uuid import uuid4
from drawplate.clock_skew import ClockSkew
from drawplate.config import ServiceInfo, resolve
from drawplate.credentials import Credentials
from drawplate.endpoints import Endpoint
from drawplate.errors import (
    EndpointResolutionError,
    MissingRegionError,
    NetworkingError,
    ResponseParseError,
    ServiceError,
)
from drawplate.handlers import Handlers
from drawplate.retries import RetryQuota
from drawplate.retry_modes import policies
from drawplate.structures import Output
from drawplate.transport import transport_settings
from drawplate.useragent import user_agent

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate.credentials import CredentialProvider
    from drawplate.handlers import HandlerFunction
    from drawplate.identity.surroundings import Surroundings
    from drawplate.operation import Operation

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", bound=Output)

#: What a call raises where it is not the caller's configuration that is wrong.
FAILURES = (ServiceError, NetworkingError, ResponseParseError, EndpointResolutionError)

#: Seconds; these services answer soon, and a call of somebody's is waiting.
_OPEN_TIMEOUT = 5.0
_READ_TIMEOUT = 10.0

#: The services as their models have them.
STS = ServiceInfo(service_id="STS", identifier="sts", signing_name="sts")
SSO = ServiceInfo(
    service_id="SSO", identifier="sso", signing_name="awsssoportal", needs_region=False
)
OIDC = ServiceInfo(
    service_id="SSO OIDC", identifier="ssooidc", signing_name="sso-oauth", needs_region=False
)
SIGNIN = ServiceInfo(
    service_id="Signin", identifier="signin", signing_name="signin", needs_region=False
)


def call_sts(
    operation: Operation[InputT, OutputT],
    parameters: InputT,
    around: Surroundings,
    *,
    region: str | None = None,
    credentials: CredentialProvider | None = None,
) -> Flow[OutputT]:
    """Call AWS STS, in the region of the client if no other is given.

    Raises `MissingRegionError`, and what the call raises.
    """
    from drawplate.identity._generated.sts.endpoints import resolve_endpoint

    settings = yield from _settings(
        STS, around, region or around.region, credentials, resolve_endpoint
    )
    return (yield from call(operation, parameters, settings))


def call_sso(
    operation: Operation[InputT, OutputT], parameters: InputT, around: Surroundings, region: str
) -> Flow[OutputT]:
    """Call the portal of IAM Identity Center. Raises what the call raises."""
    from drawplate.identity._generated.sso.endpoints import resolve_endpoint

    settings = yield from _settings(SSO, around, region, None, resolve_endpoint)
    return (yield from call(operation, parameters, settings))


def call_oidc(
    operation: Operation[InputT, OutputT], parameters: InputT, around: Surroundings, region: str
) -> Flow[OutputT]:
    """Call the token service of IAM Identity Center. Raises what the call raises."""
    from drawplate.identity._generated.sso_oidc.endpoints import resolve_endpoint

    settings = yield from _settings(OIDC, around, region, None, resolve_endpoint)
    return (yield from call(operation, parameters, settings))


def call_signin(
    operation: Operation[InputT, OutputT],
    parameters: InputT,
    around: Surroundings,
    sign: HandlerFunction,
) -> Flow[OutputT]:
    """Call AWS Sign-In; `sign` handles each attempt. Raises what the call raises."""
    settings = yield from _settings(SIGNIN, around, around.region, None, _own_rules)
    settings.handlers.add(sign, step="sign")
    return (yield from call(operation, parameters, settings))


def _settings(
    service: ServiceInfo,
    around: Surroundings,
    region: str | None,
    credentials: CredentialProvider | None,
    rules: Callable[..., Endpoint],
) -> Flow[CallSettings]:
    # The shared files may not have been read yet, and options may name files.
    made: CallSettings = yield Work(
        partial(_settings_of, service, around, region, credentials, rules)
    )
    return made


def _settings_of(
    service: ServiceInfo,
    around: Surroundings,
    region: str | None,
    credentials: CredentialProvider | None,
    rules: Callable[..., Endpoint],
) -> CallSettings:
    given: dict[str, Any] = {
        "http_open_timeout": _OPEN_TIMEOUT,
        "http_read_timeout": _READ_TIMEOUT,
        **around.options,
        "environ": around.environ,
        "clock": around.clock,
        "region": region,
        "retry_mode": "standard",
        # Calls without a signature ask for none.
        "credentials": credentials or Credentials("", ""),
        "profile": around.profile if around.profile in around.files.profiles else "default",
    }
    try:
        config = resolve(given, service=service, files=around.files)
    except MissingRegionError as error:
        raise MissingRegionError(f"to call {service.service_id} for credentials: {error}") from None
    skew = ClockSkew(clock=around.clock)
    return CallSettings(
        config=config,
        endpoint=lambda: rules(
            region=config.region,
            use_dual_stack=config.use_dualstack_endpoint,
            use_fips=config.use_fips_endpoint,
            endpoint=config.endpoint,
        ),
        handlers=Handlers(),
        signing_name=service.signing_name,
        user_agent=user_agent(f"{service.identifier}#0.1.0", config),
        policy=policies(
            mode="standard",
            quota=RetryQuota(),
            random=around.random,
            era=config.retry_era,
            max_attempts=config.max_attempts,
        ),
        skew=skew.sharing(clock=around.clock, correcting=True),
        new_id=uuid4,
        # What these answers hold is not for those who look on at the calls of a client.
        transport=transport_settings(config, observed=False),
    )


def _own_rules(**_: object) -> Endpoint:
    raise AssertionError("the operation finds its endpoint itself")
