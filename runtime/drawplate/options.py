"""The options of a client's constructor, for type checkers and editors.

`drawplate.config` checks and resolves them. An option that is None or absent is taken from the
environment, the shared files, the defaults mode or the default given here, in this order.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import Literal, TypedDict

from drawplate.credentials import CredentialProvider, TokenProvider
from drawplate.http import Transport


class ClientOptions(TypedDict, total=False):
    """Keywords of the constructor; times are in seconds, and each is optional. options.md."""

    #: AWS region, such as "us-west-2". Required from some source: AWS_REGION, AMAZON_REGION,
    #: AWS_DEFAULT_REGION, or `region` of the profile.
    region: str | None
    #: Profile of the shared files. AWS_PROFILE, AWS_DEFAULT_PROFILE, default "default". Given here,
    #: its credentials come before those of the environment.
    profile: str | None

    #: Any object with a `credentials` attribute; it is asked before each attempt, first when the
    #: first request is signed. Default: the keys below, else the chain of sources.
    credentials: CredentialProvider | None
    #: Key pair; both or neither. Ignored when `credentials` is given.
    access_key_id: str | None
    secret_access_key: str | None
    #: Comes with temporary keys.
    session_token: str | None
    #: Account of the key pair above; without one it has no effect.
    account_id: str | None

    #: Any object with a `token` attribute, asked before each attempt, for operations that take a
    #: bearer token. A `credentials.Token` is its own. AWS_BEARER_TOKEN_<SIGNING NAME>.
    token_provider: TokenProvider | None
    #: Key for operations that take an API key.
    api_key: str | None

    #: URL to send to instead of the region's: http or https, its path is kept, its query dropped.
    #: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's `services`, its `endpoint_url`.
    endpoint: str | None
    #: Take no endpoint from environment or profile; `endpoint` above still counts. Default False.
    ignore_configured_endpoint_urls: bool | None
    #: Send to the FIPS endpoint. AWS_USE_FIPS_ENDPOINT; default False. A region such as
    #: "fips-us-west-2" switches it on.
    use_fips_endpoint: bool | None
    #: Send to the endpoint that has IPv6 too. AWS_USE_DUALSTACK_ENDPOINT; default False.
    use_dualstack_endpoint: bool | None

    #: Regions where a signature of SigV4A is to hold, such as ["us-east-1", "us-west-2"] or ["*"].
    #: AWS_SIGV4A_SIGNING_REGION_SET, `sigv4a_signing_region_set`, both with commas; default what
    #: the endpoint rules say, else `region`.
    sigv4a_signing_region_set: list[str] | tuple[str, ...] | None

    #: Put no prefix of an operation before the endpoint's host, such as one that is an address.
    #: AWS_DISABLE_HOST_PREFIX_INJECTION; default False.
    disable_host_prefix_injection: bool | None

    #: Default of `retry_mode` and `http_open_timeout`. AWS_DEFAULTS_MODE; default "legacy".
    defaults_mode: Literal["legacy", "standard", "in-region", "cross-region", "mobile"] | None
    #: "legacy" retries with the `retry_*` options, "standard" with `max_attempts` and a quota.
    #: AWS_RETRY_MODE; default "legacy".
    retry_mode: Literal["legacy", "standard"] | None
    #: Requests for one call, the first one included; standard mode. AWS_MAX_ATTEMPTS; default 3.
    max_attempts: int | None
    #: Retries after the first request; legacy mode. Default 3.
    retry_limit: int | None
    #: Wait before the first retry, doubled for each further one; legacy mode. Default 0.3.
    retry_base_delay: float | None
    #: Longest wait, 0 for no limit; legacy mode. Default 0.
    retry_max_delay: float | None
    #: How a wait is spread: not at all, over its upper half, over all of it, or a function from
    #: seconds to seconds; legacy mode. Default "none".
    retry_jitter: Literal["none", "equal", "full"] | Callable[[float], float] | None
    #: Retry even when the service may have acted on the request. False never runs an inference
    #: twice. Default True.
    retry_after_send: bool | None

    #: Compress no bodies, where operations take compressed ones. AWS_DISABLE_REQUEST_COMPRESSION;
    #: default False.
    disable_request_compression: bool | None
    #: Bodies from this size on are compressed, 0 to 10485760; streams always are.
    #: AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES; default 10240.
    request_min_compression_size_bytes: int | None

    #: Wait for a connection. Default 15, or by defaults mode.
    http_open_timeout: float | None
    #: Wait for each read from the connection, not for the whole answer. Default 60.
    http_read_timeout: float | None
    #: A pooled connection that was idle for longer is closed instead of used again. Default 5.
    http_idle_timeout: float | None
    #: Connections kept in the pool. Default 50.
    max_pool_connections: int | None

    #: Check certificate and host name of the service. Default True.
    ssl_verify_peer: bool | None
    #: File of trusted certificates (PEM). AWS_CA_BUNDLE, `ca_bundle`; default the system's.
    ssl_ca_bundle: str | os.PathLike[str] | None
    #: Folder of trusted certificates with hashed names.
    ssl_ca_directory: str | os.PathLike[str] | None
    #: Client certificate (PEM), which may hold its key.
    ssl_cert: str | os.PathLike[str] | None
    #: Key of `ssl_cert` (PEM).
    ssl_key: str | os.PathLike[str] | None
    #: Used as it is, so no other `ssl_*` option may be given with it.
    ssl_context: ssl.SSLContext | None

    #: Name of the application in the User-Agent header, at best 50 characters. AWS_SDK_UA_APP_ID.
    sdk_ua_app_id: str | None
    #: Put at the end of the User-Agent header as it is.
    user_agent_suffix: str | None

    #: What sends requests instead of the pool; `http_*` and `ssl_*` options are then its affair.
    transport: Transport | None
    #: For tests: returns the time in seconds since 1970, default `time.time`.
    clock: Callable[[], float] | None
    #: For tests: environment variables, default `os.environ`.
    environ: Mapping[str, str] | None
