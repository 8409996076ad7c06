"""How requests are authorized: one value an operation, chosen when its client was generated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from drawplate.credentials import Credentials, credentials_of, token_of
from drawplate.errors import (
    ConfigurationError,
    EndpointResolutionError,
    MissingBearerTokenError,
    MissingCredentialsError,
    MissingLibraryError,
)
from drawplate.http import HttpRequest
from drawplate.useragent import with_code

if TYPE_CHECKING:
    from drawplate._call import CallSettings, Flow
    from drawplate.endpoints import Endpoint
    from drawplate.operation import Operation


#: A way to sign, as endpoint rules put it: "name", and perhaps "signingName", "signingRegion",
#: "signingRegionSet" or "disableDoubleEncoding".
_Scheme: TypeAlias = Mapping[str, Any]
_SIGV4: _Scheme = {"name": "sigv4"}
_SIGV4A: _Scheme = {"name": "sigv4a"}
_ALONE: Sequence[_Scheme] = (_SIGV4,)
_S3_EXPRESS = "sigv4-s3express"
_ONE_REGION = frozenset({"sigv4"})
_BOTH = frozenset({"sigv4", "sigv4a"})


class Auth(Protocol):
    """A way to authorize requests; asked anew for each attempt."""

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> Flow[HttpRequest]:
        """Return a copy of the request that the service accepts as the caller's."""
        ...

    def at_once(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest | None:
        """What `authorize` would return, None where it may have to wait for something."""
        ...


class _Waiting:
    """Authorization that is never there at once."""

    __slots__ = ()

    def at_once(
        self,
        _request: HttpRequest,
        _operation: Operation[Any, Any],
        _endpoint: Endpoint,
        _settings: CallSettings,
        /,
    ) -> None:
        """See `Auth.at_once`."""


class SigV4Auth:
    """A signature made with AWS credentials.

    It is for one region, unless the endpoint rules list a signature for several before that.
    """

    __slots__ = ("_known", "_usual")

    def __init__(self, known: frozenset[str] = _BOTH, usual: Sequence[_Scheme] = _ALONE) -> None:
        """`known` schemes count in endpoint rules; `usual` ones hold where the rules have none."""
        self._known = known
        self._usual = usual

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> Flow[HttpRequest]:
        """See `Auth.authorize`. Raises what the provider of the credentials raises.

        Raises `MissingLibraryError` where only a signature for several regions will do, and the
        package that makes them is not installed.
        """
        schemes = self._schemes(endpoint, operation)
        credentials = yield from credentials_of(settings.config.credentials)
        return self._signed(schemes, request, credentials, operation, settings)

    def at_once(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> HttpRequest | None:
        """See `Auth.at_once`: keys that were given as such are all that is needed."""
        credentials = settings.config.credentials
        if type(credentials) is not Credentials:
            return None
        schemes = self._schemes(endpoint, operation)
        if schemes is _ALONE and not operation.sends_events:
            # What nearly all services want.
            config = settings.config
            return _signer()(
                request,
                credentials,
                service=settings.signing_name,
                region=config.region or config.required_region,
                now=settings.now(request.url),
                unsigned_payload=operation.unsigned_payload,
            )
        return self._signed(schemes, request, credentials, operation, settings)

    @staticmethod
    def _signed(
        schemes: Sequence[_Scheme],
        request: HttpRequest,
        credentials: Credentials,
        operation: Operation[Any, Any],
        settings: CallSettings,
    ) -> HttpRequest:
        try:
            return _sign(schemes[0], request, credentials, operation, settings)
        except MissingLibraryError:
            for scheme in schemes:
                if scheme["name"] == "sigv4":
                    return _sign(scheme, request, credentials, operation, settings)
            raise

    def _schemes(self, endpoint: Endpoint, operation: Operation[Any, Any]) -> Sequence[_Scheme]:
        if "authSchemes" not in endpoint.properties:
            return self._usual
        # Events are signed for one region: how they would be for several is not published.
        known = _ONE_REGION if operation.sends_events else self._known
        wanted = endpoint.properties["authSchemes"]
        listed = [scheme for scheme in wanted if scheme["name"] in known]
        if not listed and any(scheme["name"] == _S3_EXPRESS for scheme in wanted):
            raise EndpointResolutionError(
                f"the endpoint asks for the signature {_S3_EXPRESS}, which directory buckets take "
                "and this library does not make; use a general purpose bucket"
            )
        return listed or self._usual


class SigV4AAuth(SigV4Auth):
    """A signature for several regions, which takes the package cryptography.

    `or_sigv4` says that one for a single region does as well: it is made where the endpoint rules
    ask for it, and where that package is not installed.
    """

    __slots__ = ()

    def __init__(self, *, or_sigv4: bool = False) -> None:
        if or_sigv4:
            super().__init__(_BOTH, (_SIGV4A, _SIGV4))
        else:
            super().__init__(frozenset({"sigv4a"}), (_SIGV4A,))


@cache
def _signer() -> Callable[..., HttpRequest]:
    from drawplate.sigv4 import sign  # hashes are slow to import, and only calls need them

    return sign


def _sign(
    scheme: _Scheme,
    request: HttpRequest,
    credentials: Credentials,
    operation: Operation[Any, Any],
    settings: CallSettings,
) -> HttpRequest:
    config = settings.config
    service: str = scheme.get("signingName", settings.signing_name)
    # Keys of S3 are signed as they are, dots and empty segments included.
    plain = scheme.get("disableDoubleEncoding") is True
    if scheme["name"] == "sigv4a":
        from drawplate import sigv4a  # few operations need it

        signed = sigv4a.sign(
            request,
            credentials,
            service=service,
            region_set=(
                config.sigv4a_signing_region_set
                or scheme.get("signingRegionSet")
                or (config.required_region,)
            ),
            now=settings.now(request.url),
            normalize=not plain,
            double_encode=not plain,
            unsigned_payload=operation.unsigned_payload,
        )
        # This field is not signed, and which signature is made is known only now.
        if "user-agent" in signed.headers:
            signed.headers["user-agent"] = with_code(signed.headers["user-agent"], "S")
        return signed
    region: str = scheme.get("signingRegion") or config.region or config.required_region
    if operation.sends_events:
        from drawplate.eventstream_body import sign_events  # few operations do

        return sign_events(
            request,
            credentials,
            service=service,
            region=region,
            clock=partial(settings.now, request.url),
        )
    return _signer()(
        request,
        credentials,
        service=service,
        region=region,
        now=settings.now(request.url),
        normalize=not plain,
        double_encode=not plain,
        unsigned_payload=operation.unsigned_payload,
    )


class BearerAuth(_Waiting):
    """A token of the option `token_provider` (RFC 6750 section 2.1)."""

    __slots__ = ()

    def authorize(
        self,
        request: HttpRequest,
        operation: Operation[Any, Any],
        _endpoint: Endpoint,
        settings: CallSettings,
        /,
    ) -> Flow[HttpRequest]:
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
        token = yield from token_of(provider)
        authorized = request.copy()
        authorized.headers["authorization"] = f"Bearer {token.value}"
        return authorized


class ApiKeyAuth(_Waiting):
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
    ) -> Flow[HttpRequest]:
        """See `Auth.authorize`. Raises `MissingCredentialsError` where there is no key."""
        yield from ()
        key = settings.config.api_key
        if key is None:
            raise MissingCredentialsError(
                f"unable to authorize {operation.name} without an API key; pass api_key"
            )
        authorized = request.copy()
        if self._where == "header":
            authorized.headers[self._name] = self._prefix + key
        else:
            from urllib.parse import quote

            mark = "&" if "?" in request.url else "?"
            authorized.url += f"{mark}{quote(self._name, safe='')}={quote(key, safe='')}"
        return authorized


SIGV4 = SigV4Auth()
