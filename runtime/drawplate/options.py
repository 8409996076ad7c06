"""The options of a client's constructor, for type checkers and editors.

`drawplate.config` checks and resolves them. An option that is None or absent is taken from the
environment, the shared files, the defaults mode or the default given here, in this order; before
all these comes `drawplate.defaults`.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

from drawplate.context import RequestContext
from drawplate.credentials import CredentialProvider, Credentials, TokenProvider
from drawplate.endpoints import EndpointProvider
from drawplate.http import AsyncTransport, Transport
from drawplate.log import LogFormatter
from drawplate.monitoring import Publisher
from drawplate.telemetry import TelemetryProviderBase

if TYPE_CHECKING:
    import logging


class ClientOptions(TypedDict, total=False):
    """Keywords of the constructor; times are in seconds, and each is optional. options.md."""

    #: AWS region, such as "us-west-2". Required from some source: AWS_REGION, AMAZON_REGION,
    #: AWS_DEFAULT_REGION, or `region` of the profile.
    region: str | None
    #: Profile of the shared files. AWS_PROFILE, AWS_DEFAULT_PROFILE, default "default". Given here,
    #: its credentials come before those of the environment.
    profile: str | None

    #: Any object with a `credentials` attribute, or a function that returns `Credentials`; it is
    #: asked before each attempt, first when the first request is signed. `drawplate.identity` has
    #: providers. Default: the keys below, else the chain of docs/credentials.md.
    credentials: CredentialProvider | Callable[[], Credentials] | None
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
    #: "auto" compares the region with the one that the program runs in; outside of AWS's own
    #: environments it asks the instance metadata service for that, once a process.
    defaults_mode: (
        Literal["legacy", "standard", "in-region", "cross-region", "mobile", "auto"] | None
    )
    #: "legacy" retries with the `retry_*` options, "standard" with `max_attempts` and a quota,
    #: "adaptive" holds back requests besides when the service throttles. AWS_RETRY_MODE; default
    #: "legacy", and "standard" where AWS_NEW_RETRIES_2026 is true.
    retry_mode: Literal["legacy", "standard", "adaptive"] | None
    #: Wait when the service's rate is used up; False raises `RetryCapacityNotAvailableError`;
    #: adaptive mode. AWS_ADAPTIVE_RETRY_WAIT_TO_FILL; default True.
    adaptive_retry_wait_to_fill: bool | None
    #: Sign with the service's time where the clock here is off; standard and adaptive mode.
    #: AWS_CORRECT_CLOCK_SKEW; default True.
    correct_clock_skew: bool | None
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
    #: Waits before a retry, in place of all the above: a function of the `RequestContext`; legacy
    #: mode.
    retry_backoff: Callable[[RequestContext], object] | None
    #: Retry even when the service may have acted on the request. False never runs an inference
    #: twice. Default True.
    retry_after_send: bool | None

    #: Compress no bodies, where operations take compressed ones. AWS_DISABLE_REQUEST_COMPRESSION;
    #: default False.
    disable_request_compression: bool | None
    #: Bodies from this size on are compressed, 0 to 10485760; streams always are.
    #: AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES; default 10240.
    request_min_compression_size_bytes: int | None

    #: Seconds for a whole call, with all its attempts and the waits between, and the stream that it
    #: answers with. Default no limit.
    timeout: float | None
    #: Seconds for the events of one answer, from its head to the end. Default no limit.
    stream_timeout: float | None
    #: Wait for each event of an answer, while `http_read_timeout` is not over. Default no limit.
    stream_idle_timeout: float | None
    #: Wait for a connection. Default 15, or by defaults mode.
    http_open_timeout: float | None
    #: Wait for each read from the connection, not for the whole answer. Default 60.
    http_read_timeout: float | None
    #: A pooled connection that was idle for longer is closed instead of used again. Default 5.
    http_idle_timeout: float | None
    #: Wait for the service's word before a body is sent, where a request has the header
    #: `Expect: 100-continue`; 0 does not wait. Default 1.
    http_continue_timeout: float | None
    #: Connections kept in the pool. Default 50.
    max_pool_connections: int | None
    #: Probe connections that are silent, so that nothing in between forgets them. Default True.
    tcp_keepalive: bool | None
    #: URL of a proxy for all requests, as "http://user:password@proxy:8080". Default: http_proxy,
    #: https_proxy and no_proxy of the environment.
    http_proxy: str | None
    #: What keeps connections and takes HTTP messages apart: this library itself, or urllib3 with
    #: http.client. Default "http1".
    http_codec: Literal["http1", "urllib3"] | None
    #: Log what is sent and received, with secrets masked, to `logger`. Default False.
    http_wire_trace: bool | None
    #: Called with each chunk of a body, how many bytes there were so far, and how many there are in
    #: all, None where nobody knows.
    on_chunk_sent: Callable[[bytes, int, int | None], object] | None
    on_chunk_received: Callable[[bytes, int, int | None], object] | None

    #: Wait for the TLS handshake. Default `http_open_timeout`, or by defaults mode.
    ssl_timeout: float | None
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
    #: Another name of `ssl_context`.
    ssl_ca_store: ssl.SSLContext | None

    #: Turn text, numbers, files and paths into what the model asks for. Default True: without it
    #: only values of the right type are taken.
    convert_params: bool | None
    #: Check parameters before anything is sent. Default True: without it members that the model
    #: does not know are left out, and the service is the one to complain.
    validate_params: bool | None
    #: Raise errors of service and network out of `Request.send`. Default True: without it they are
    #: in `Response.error`.
    raise_response_errors: bool | None

    #: Code of yours around each call: classes, objects or names of classes as "package.Class";
    #: see `drawplate.plugins`.
    plugins: Sequence[object] | None
    #: Answer without a network: True for made-up answers, or a mapping from methods to stubs; see
    #: `Client.stub_responses`.
    stub_responses: bool | Mapping[str, object] | None
    #: Finds the endpoint of each request in place of the service's rules.
    endpoint_provider: EndpointProvider | None

    #: Handles the events of streams where a call names no handler: a handler object, or a function
    #: that is called with a fresh one.
    event_stream_handler: object | None
    #: The same for operations that send and receive events at a time.
    input_event_stream_handler: object | None
    output_event_stream_handler: object | None

    #: Gets one record for each call. A `logging.Logger` or the name of one; default none.
    logger: logging.Logger | str | None
    #: Level of these records, as a number or a name. Default "INFO".
    log_level: int | str | None
    #: Makes their text. Default `drawplate.log.Formatter.default()`.
    log_formatter: LogFormatter | None
    #: Makes spans of calls and attempts. Default: none are made.
    telemetry_provider: TelemetryProviderBase | None
    #: Send a datagram for each call and attempt. AWS_CSM_ENABLED; default False.
    client_side_monitoring: bool | None
    #: Named in these datagrams, at most 255 characters. AWS_CSM_CLIENT_ID.
    client_side_monitoring_client_id: str | None
    #: Where they are sent. AWS_CSM_HOST, AWS_CSM_PORT; default 127.0.0.1 and 31000.
    client_side_monitoring_host: str | None
    client_side_monitoring_port: int | None
    #: Takes the facts instead of a socket.
    client_side_monitoring_publisher: Publisher | None

    #: Ask services that tell their endpoints at run time. AWS_ENABLE_ENDPOINT_DISCOVERY; default
    #: False.
    endpoint_discovery: bool | None
    #: Ask again ahead of time, in the background. Default False.
    active_endpoint_cache: bool | None
    #: Endpoints that are remembered; default 1000.
    endpoint_cache_max_entries: int | None
    #: Threads that ask in the background; default 10.
    endpoint_cache_max_threads: int | None
    #: Seconds between two questions of a thread; default 60.
    endpoint_cache_poll_interval: int | None

    #: Service name and region in signatures, instead of the model's and `region`.
    sigv4_name: str | None
    sigv4_region: str | None
    #: For credentials of an instance or container: retries (default 0) and seconds to wait (1).
    instance_profile_credentials_retries: int | None
    instance_profile_credentials_timeout: float | None

    #: Name of the application in the User-Agent header, at best 50 characters. AWS_SDK_UA_APP_ID.
    sdk_ua_app_id: str | None
    #: Libraries that build on this one, as "name" or "name#version", for the User-Agent header.
    user_agent_frameworks: Sequence[str] | None
    #: Put at the end of the User-Agent header as it is.
    user_agent_suffix: str | None

    #: What sends requests instead of the pool; `http_*` and `ssl_*` options are then its affair.
    transport: Transport | AsyncTransport | None
    #: For tests: returns the time in seconds since 1970, default `time.time`.
    clock: Callable[[], float] | None
    #: For tests: environment variables, default `os.environ`.
    environ: Mapping[str, str] | None
