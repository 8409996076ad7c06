"""Objects of Amazon S3, fetched in the flow of a job with a trimmed client of our own.

A bucket may be in another region than the client: S3 tells which one, and the request is made again
there, once. Regions of buckets are remembered.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from drawplate._call import CallSettings, Flow
from drawplate._client_base import settings_of
from drawplate.config import ServiceInfo, resolve
from drawplate.context import RequestContext
from drawplate.endpoints import Endpoint
from drawplate.errors import ServiceError
from drawplate.handlers import Handlers
from drawplate.jobs._generated.s3 import types
from drawplate.jobs._generated.s3._operations import GET_OBJECT, HEAD_OBJECT
from drawplate.jobs._objects import StoredObject
from drawplate.transport import transport_settings
from drawplate.useragent import user_agent

if TYPE_CHECKING:
    from drawplate._client_base import ClientBase
    from drawplate.operation import Operation
    from drawplate.response import Response

_S3 = ServiceInfo(service_id="S3", identifier="s3", signing_name="s3")

#: Options of the client that hold for S3 too; endpoints, handlers and the like are its own.
_SHARED = (
    "clock",
    "correct_clock_skew",
    "credentials",
    "environ",
    "http_codec",
    "http_idle_timeout",
    "http_open_timeout",
    "http_proxy",
    "http_read_timeout",
    "ignore_configured_endpoint_urls",
    "max_attempts",
    "profile",
    "region",
    "retry_after_send",
    "retry_limit",
    "retry_mode",
    "sdk_ua_app_id",
    "sigv4a_signing_region_set",
    "ssl_ca_bundle",
    "ssl_ca_directory",
    "ssl_cert",
    "ssl_context",
    "ssl_key",
    "ssl_verify_peer",
    "timeout",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
)

#: Statuses of S3 for a bucket of another region, which `x-amz-bucket-region` then names.
_ELSEWHERE = frozenset({301, 307, 400})


class S3Store:
    """Objects at `s3:` URIs; see `drawplate.jobs._objects.Store`.

    It has the region, the credentials, the retries, the proxy and the TLS options of a client, and
    sends over connections of the same pool.
    """

    __slots__ = ("_client", "_doubts", "_regions", "_settings")

    def __init__(self, client: ClientBase[Any]) -> None:
        self._client = client
        self._doubts: dict[str, str] = {}
        self._regions: dict[str, str] = {}
        self._settings: dict[str | None, CallSettings] = {}

    def fetch(self, uri: str, /) -> Flow[StoredObject | None]:
        """See `Store.fetch`. Raises what a call of GetObject raises."""
        bucket, key = _place(uri)
        content = BytesIO()
        response = yield from self._ask(
            GET_OBJECT, types.GetObjectRequest(bucket=bucket, key=key), bucket, content
        )
        if self._is_absent(uri, response.error, "NoSuchKey"):
            return None
        return StoredObject(content.getvalue(), response.output.content_type)

    def has(self, uri: str, /) -> Flow[bool]:
        """See `Store.has`. Raises what a call of HeadObject raises."""
        bucket, key = _place(uri)
        response = yield from self._ask(
            HEAD_OBJECT, types.HeadObjectRequest(bucket=bucket, key=key), bucket
        )
        if self._is_absent(uri, response.error, "NotFound"):
            return False
        # Reading the output raises what else went wrong.
        return response.output is not None

    def doubt(self, uri: str, /) -> str | None:
        """See `Store.doubt`."""
        return self._doubts.get(uri)

    def _ask(
        self,
        operation: Operation[Any, Any],
        parameters: object,
        bucket: str,
        content: BytesIO | None = None,
    ) -> Flow[Response[Any]]:
        response = yield from self._try(operation, parameters, bucket, content)
        region = _other_region(response)
        if region is None:
            return response
        self._regions[bucket] = region
        return (yield from self._try(operation, parameters, bucket, content))

    def _try(
        self,
        operation: Operation[Any, Any],
        parameters: object,
        bucket: str,
        content: BytesIO | None,
    ) -> Flow[Response[Any]]:
        settings = self._in(self._regions.get(bucket))
        context = RequestContext(operation, settings, parameters=parameters)
        context.target = content
        return context.stages.validate(context)

    def _is_absent(self, uri: str, error: Exception | None, absent: str) -> bool:
        self._doubts.pop(uri, None)
        if not isinstance(error, ServiceError):
            return False
        if error.status == 403:
            # Whoever may not list a bucket is not told either that nothing is there.
            self._doubts[uri] = (
                f"S3 answered {error.code} for {uri}: it is not there, and the credentials lack "
                "s3:ListBucket to be told so, or they lack s3:GetObject"
            )
        return error.status == 403 or error.code == absent

    def _in(self, region: str | None) -> CallSettings:
        if region not in self._settings:
            self._settings[region] = _settings(self._client, region)
        return self._settings[region]


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise ValueError(f"{uri!r} is no s3://BUCKET/KEY")
    return bucket, key


def _other_region(response: Response[Any]) -> str | None:
    """The region that a bucket is in, where S3 refused the request because of that."""
    answer = response.context.http_response
    if response.error is None or answer is None or answer.status not in _ELSEWHERE:
        return None
    region = answer.headers.get("x-amz-bucket-region", "")
    # It becomes a part of a host name.
    if re.fullmatch(r"[a-z0-9-]{1,63}", region) is None:
        return None
    return None if region == response.context.config.region else region


def _settings(client: ClientBase[Any], region: str | None) -> CallSettings:
    config = client.config
    given: dict[str, Any] = {name: getattr(config, name) for name in _SHARED}
    if "profile" not in config.given:
        del given["profile"]
    if region is not None:
        given["region"] = region
    made = resolve(given, service=_S3)
    shared = settings_of(client)
    return CallSettings(
        config=made,
        endpoint=_own_rules,
        handlers=Handlers(),
        signing_name=_S3.signing_name,
        user_agent=user_agent("s3#0.1.0", made),
        policy=shared.policy,
        skew=shared.skew,
        new_id=shared.new_id,
        transport=transport_settings(config),
    )


def _own_rules() -> Endpoint:
    raise AssertionError("the operation finds its endpoint itself")
