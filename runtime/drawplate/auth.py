"""How requests are authorized: one value an operation, chosen when its client was generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import quote

from drawplate.errors import (
    ConfigurationError,
    MissingBearerTokenError,
    MissingCredentialsError,
)
from drawplate.http import HttpRequest
from drawplate.sigv4 import sign

if TYPE_CHECKING:
    from drawplate._call import CallSettings
    from drawplate.endpoints import Endpoint
    from drawplate.operation import Operation


class Auth(Protocol):
    """A way to authorize requests; asked anew for each attempt."""

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest:
        """Return a copy of the request that the service accepts as the caller's."""
        ...


class SigV4Auth:
    """A signature made with AWS credentials."""

    __slots__ = ()

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest:
        """See `Auth.authorize`. Raises what the provider of the credentials raises."""
        config = settings.config
        name, region = _signing_scope(endpoint, settings)
        if operation.sends_events:
            from drawplate.eventstream_body import sign_events  # few operations do

            return sign_events(
                request,
                config.credentials.credentials,
                service=name,
                region=region,
                clock=config.clock,
            )
        return sign(
            request,
            config.credentials.credentials,
            service=name,
            region=region,
            now=config.clock(),
            unsigned_payload=operation.unsigned_payload,
        )


def _signing_scope(endpoint: Endpoint, settings: CallSettings) -> tuple[str, str]:
    """Service name and region of the signature: those of the endpoint rules, if they say any."""
    for scheme in endpoint.properties.get("authSchemes", ()):
        if scheme["name"] == "sigv4":
            return (
                scheme.get("signingName", settings.signing_name),
                scheme.get("signingRegion") or settings.config.required_region,
            )
    return settings.signing_name, settings.config.region or settings.config.required_region


class BearerAuth:
    """A token of the option `token_provider` (RFC 6750 section 2.1)."""

    __slots__ = ()

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        _endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest:
        """See `Auth.authorize`. Raises `MissingBearerTokenError` where there is no token."""
        provider = settings.config.token_provider
        if provider is None:
            raise MissingBearerTokenError(
                f"unable to authorize {operation.name} without a bearer token; "
                "pass token_provider, such as drawplate.credentials.Token(...)"
            )
        if not request.url.startswith("https:"):
            raise ConfigurationError(
                "Unable to use bearer authorization on non https endpoint: whoever reads the "
                "token can use it; give the endpoint with https"
            )
        authorized = request.copy()
        authorized.headers["authorization"] = f"Bearer {provider.token.value}"
        return authorized


class ApiKeyAuth:
    """The option `api_key`, in the header field or query parameter that the model names."""

    __slots__ = ("_name", "_prefix", "_where")

    def __init__(
        self, name: str, *, where: Literal["header", "query"] = "header", scheme: str | None = None
    ) -> None:
        self._name = name
        self._where = where
        self._prefix = f"{scheme} " if scheme else ""

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        _endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest:
        """See `Auth.authorize`. Raises `MissingCredentialsError` where there is no key."""
        key = settings.config.api_key
        if key is None:
            raise MissingCredentialsError(
                f"unable to authorize {operation.name} without an API key; pass api_key"
            )
        authorized = request.copy()
        if self._where == "header":
            authorized.headers[self._name] = self._prefix + key
        else:
            mark = "&" if "?" in request.url else "?"
            authorized.url += f"{mark}{quote(self._name, safe='')}={quote(key, safe='')}"
        return authorized


SIGV4 = SigV4Auth()
