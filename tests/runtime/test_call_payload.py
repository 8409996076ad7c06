"""What a call does to its request beside signing: streams, compression, checksums, host, tokens."""

from __future__ import annotations

import gzip
import hashlib
import io
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drawplate._call import CallSettings, call
from drawplate.auth import SIGV4, ApiKeyAuth, BearerAuth
from drawplate.bodies import FileBody, OnePassBody
from drawplate.checksums import MD5, Checksums
from drawplate.clock_skew import ClockSkew
from drawplate.config import ServiceInfo, resolve
from drawplate.credentials import Credentials, Token
from drawplate.endpoints import Endpoint
from drawplate.errors import (
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    MissingBearerTokenError,
    MissingCredentialsError,
    MissingRegionError,
    NetworkingError,
    ParamValidationError,
    ResponseChecksumError,
)
from drawplate.handlers import Handlers
from drawplate.http import BodySource, Headers, HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.serialize import host_label
from drawplate.sigv4 import sign
from drawplate.useragent import UserAgent

from tests.runtime.flows import (
    NOON,
    URL,
    Named,
    Played,
    ThingError,
    answer,
    busy,
    legacy,
    play,
    settings,
)

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
#: What a compressed body says of itself, and who compressed it.
GZIPPED = {"content-encoding": "gzip", "user-agent": "example/1.0 m/L"}


class Thing:
    """Parameters of the operation: its body is sent as it is."""

    def __init__(
        self, body: bytes | BodySource, *, encoding: str | None = None, mode: str | None = None
    ) -> None:
        self.body = body
        self.encoding = encoding
        self.mode = mode
        self.label: str | None = "here"


def _check(given: object) -> Thing:
    assert isinstance(given, Thing)
    return given


def _serialize(thing: Thing) -> HttpRequest:
    headers = Headers({"content-type": "text/plain"})
    if thing.encoding is not None:
        headers["content-encoding"] = thing.encoding
    return HttpRequest("PUT", "/things", headers, thing.body)


def _parse(response: HttpResponse) -> Named:
    assert isinstance(response.body, bytes)
    return Named(name=response.body.decode())


def operation(**facts: Any) -> Operation[Thing, Named]:
    return Operation(
        name="PutThing",
        method_name="put_thing",
        check=_check,
        serialize=_serialize,
        parse=_parse,
        errors=Errors(ThingError, {}),
        **facts,
    )


def played(
    thing: Thing,
    *answers: HttpResponse | NetworkingError,
    into: Played | None = None,
    use: CallSettings | None = None,
    options: dict[str, Any] | None = None,
    **facts: Any,
) -> Played:
    flow = call(operation(**facts), thing, use or settings(**(options or {})))
    return play(flow, answers or [answer()], into)


def content(request: HttpRequest) -> bytes:
    body = request.body
    return body if isinstance(body, bytes) else b"".join(body.chunks())


def file(content: bytes) -> FileBody:
    return FileBody(io.BytesIO(content), 0, len(content))


def signed(body: bytes, headers: dict[str, str] | None = None) -> HttpRequest:
    """The whole request with a body of bytes, from the signer alone."""
    fields = {
        "content-type": "text/plain",
        "accept-encoding": "identity",
        "amz-sdk-invocation-id": "id-1",
        "user-agent": "example/1.0",
    }
    request = HttpRequest("PUT", f"{URL}/things", {**fields, **(headers or {})}, body)
    return sign(request, KEYS, service="things", region="us-east-1", now=NOON)


def over(url: str) -> CallSettings:
    return settings(endpoint=Endpoint(url))


# Streams


def test_a_file_is_hashed_once_and_signed_like_bytes() -> None:
    body = file(b"the body")
    seen = played(Thing(body), busy(), answer())
    assert seen.steps == ["work", "send", "read", "sleep 0.3", "send", "read"]
    for request in seen.requests:
        assert request.headers == signed(b"the body").headers
        assert request.body is body
        assert content(request) == b"the body"


def test_what_can_be_read_once_is_copied_to_be_signed_and_retried() -> None:
    seen = played(Thing(OnePassBody([b"the ", b"body"])), busy(), answer())
    assert [(r.headers, content(r)) for r in seen.requests] == [
        (signed(b"the body").headers, b"the body")
    ] * 2


@pytest.mark.parametrize("facts", [{"unsigned_payload": True}, {"auth": None}])
def test_an_unsigned_body_is_sent_without_being_read(facts: dict[str, Any]) -> None:
    body = OnePassBody([b"x"])
    seen = played(Thing(body), **facts)
    assert seen.steps == ["send", "read"]
    assert seen.requests[0].body is body
    assert seen.sent("x-amz-content-sha256") == [
        "UNSIGNED-PAYLOAD" if "unsigned_payload" in facts else None
    ]


def test_without_tls_the_trait_does_not_hold() -> None:
    seen = played(
        Thing(OnePassBody([b"x"])), use=over("http://things.example.com"), unsigned_payload=True
    )
    assert seen.steps[0] == "work"
    assert seen.sent("x-amz-content-sha256") == [hashlib.sha256(b"x").hexdigest()]


def test_a_body_that_is_gone_is_not_retried() -> None:
    seen = Played()
    lost = ConnectionLostError("gone")
    with pytest.raises(ConnectionLostError) as caught:
        played(Thing(OnePassBody([b"x"])), lost, into=seen, auth=None)
    assert caught.value is lost
    assert (seen.steps, lost.attempts) == (["send"], 1)


def test_without_a_connection_nothing_of_it_is_gone() -> None:
    body = OnePassBody([b"x"])
    seen = played(Thing(body), ConnectError("refused"), answer(), auth=None)
    assert seen.steps == ["send", "sleep 0.3", "send", "read"]


def test_an_error_of_the_service_after_such_a_body_is_final() -> None:
    seen = Played()
    with pytest.raises(ThingError) as caught:
        played(Thing(OnePassBody([b"x"])), busy(), into=seen, auth=None)
    assert (seen.steps, caught.value.attempts) == (["send", "read"], 1)


# Compression


def test_bodies_from_the_smallest_size_on_are_compressed() -> None:
    sizes = (10_239, 10_240)
    seen = [played(Thing(b"x" * size), compression="large").requests[0] for size in sizes]
    assert [request.headers.get("content-encoding") for request in seen] == [None, "gzip"]
    assert content(seen[0]) == b"x" * 10_239
    assert len(content(seen[1])) < 100
    assert gzip.decompress(content(seen[1])) == b"x" * 10_240
    assert seen[1].headers == signed(content(seen[1]), GZIPPED).headers


def test_it_is_the_last_of_the_encodings() -> None:
    seen = played(
        Thing(b"x", encoding="custom"),
        options={"request_min_compression_size_bytes": 1},
        compression="large",
    )
    assert seen.sent("content-encoding") == ["custom, gzip"]


@pytest.mark.parametrize("size", [0, 10_240])
def test_it_can_be_switched_off_and_leaves_what_is_empty(size: int) -> None:
    options = {"disable_request_compression": size > 0, "request_min_compression_size_bytes": 0}
    seen = played(Thing(b"x" * size), options=options, compression="large")
    assert seen.sent("content-encoding") == [None]
    assert content(seen.requests[0]) == b"x" * size


@pytest.mark.parametrize(
    "make", [lambda: b"abc", lambda: file(b"abc"), lambda: OnePassBody([b"abc"])]
)
def test_streams_are_always_compressed(make: Callable[[], bytes | BodySource]) -> None:
    seen = played(Thing(make()), busy(), answer(), compression="always")
    first, second = seen.requests
    assert first.headers["content-encoding"] == "gzip"
    assert gzip.decompress(content(first)) == b"abc"
    assert content(first) == content(second)
    assert first.headers == signed(content(first), GZIPPED).headers


# Checksums


@pytest.mark.parametrize(
    "make", [lambda: b"abc", lambda: file(b"abc"), lambda: OnePassBody([b"abc"])]
)
def test_a_checksum_is_part_of_what_is_signed(make: Callable[[], bytes | BodySource]) -> None:
    seen = played(Thing(make()), checksums=Checksums(MD5))
    (request,) = seen.requests
    assert request.headers == signed(b"abc", {"content-md5": "kAFQmDzST7DWlj99KOF/cg=="}).headers
    assert content(request) == b"abc"


def test_it_is_that_of_what_is_sent() -> None:
    seen = played(Thing(file(b"abc")), checksums=Checksums(MD5), compression="always", auth=None)
    (request,) = seen.requests
    digest = hashlib.md5(content(request), usedforsecurity=False).digest()
    assert request.headers["content-md5"] == b2a_base64(digest, newline=False).decode()
    assert "x-amz-content-sha256" not in request.headers


HELD = Checksums(validation="mode", answers=("CRC32",))


def test_an_answer_tells_the_checksum_that_it_was_held_to() -> None:
    good = answer(200, b"abc", x_amz_checksum_crc32="NSRBwg==")
    output = played(Thing(b"", mode="ENABLED"), good, checksums=HELD).output
    assert (output.name, output.metadata.checksum) == ("abc", "CRC32")
    assert played(Thing(b""), checksums=HELD).output.metadata.checksum is None


def test_an_answer_that_was_changed_on_the_way_is_not_retried() -> None:
    seen = Played()
    changed = answer(200, b"abd", x_amz_checksum_crc32="NSRBwg==")
    with pytest.raises(ResponseChecksumError):
        played(Thing(b"", mode="ENABLED"), changed, into=seen, checksums=HELD)
    assert seen.steps == ["send", "read"]


# Host


def _prefix(thing: Thing) -> str:
    return f"a-{host_label('label', thing.label)}."


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (URL, "https://a-here.things.example.com/things"),
        ("http://h:8080/base/", "http://a-here.h:8080/base/things"),
    ],
)
def test_a_prefix_stands_before_the_host(endpoint: str, url: str) -> None:
    seen = played(Thing(b""), use=over(endpoint), host_prefix=_prefix)
    assert [request.url for request in seen.requests] == [url]
    assert seen.sent("host") == [url.split("/")[2]]


def test_the_prefix_can_be_switched_off() -> None:
    options = {"disable_host_prefix_injection": True}
    seen = played(Thing(b""), options=options, host_prefix=_prefix)
    assert [request.url for request in seen.requests] == [f"{URL}/things"]


@pytest.mark.parametrize("label", ["", None, "a.b", "-a", "a-", "a/b", "é", "x" * 64, "a\n", "-"])
def test_a_label_that_is_no_host_label_is_refused(label: str | None) -> None:
    thing = Thing(b"")
    thing.label = label
    seen = Played()
    with pytest.raises(ParamValidationError) as caught:
        played(thing, into=seen, host_prefix=_prefix)
    assert str(caught.value) == (
        'params["label"] must be a host label, 1 to 63 letters, digits and inner hyphens, as it is '
        "part of the host name; with disable_host_prefix_injection it is not"
    )
    assert seen.steps == []


@pytest.mark.parametrize("label", ["a", "7", "a-b", "x" * 63])
def test_host_labels(label: str) -> None:
    assert host_label("label", label) == label


# Tokens and keys


class Tokens:
    """Gives another token for each attempt."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = iter(range(9))

    @property
    def token(self) -> Token:
        return Token(f"t-{next(self._numbers)}")


def test_a_bearer_token_is_asked_for_before_each_attempt() -> None:
    seen = played(
        Thing(b""), busy(), answer(), options={"token_provider": Tokens()}, auth=BearerAuth()
    )
    assert seen.sent("authorization") == ["Bearer t-0", "Bearer t-1"]
    assert seen.sent("x-amz-date") == [None, None]
    assert "t-0" not in repr(seen.requests)


def test_a_token_is_its_own_provider() -> None:
    token = Token("secret")
    seen = played(Thing(b""), options={"token_provider": token}, auth=BearerAuth())
    assert seen.sent("authorization") == ["Bearer secret"]
    assert (token == Token("secret"), token == Token("other")) == (True, False)
    assert (hash(token), repr(token)) == (
        hash(Token("secret")),
        "Token(<redacted>, expiration=None)",
    )


def test_no_token_goes_over_a_line_that_others_can_read() -> None:
    use = settings(endpoint=Endpoint("http://127.0.0.1:1"), token_provider=Token("secret"))
    with pytest.raises(ConfigurationError) as caught:
        played(Thing(b""), use=use, auth=BearerAuth())
    assert str(caught.value).startswith(
        "Unable to use bearer authorization on non https endpoint: "
    )


def test_a_missing_token_is_an_error() -> None:
    with pytest.raises(MissingBearerTokenError, match="PutThing without a bearer token; pass"):
        played(Thing(b""), auth=BearerAuth())


def test_the_environment_has_tokens_by_the_name_of_the_service() -> None:
    service = ServiceInfo(service_id="My Thing", identifier="mything", signing_name="my-thing")
    environ = {"AWS_REGION": "x", "AWS_BEARER_TOKEN_MY_THING": " text "}
    found = resolve({"environ": environ}, service=service).token_provider
    assert found == Token("text")


@pytest.mark.parametrize(
    ("auth", "field", "sent"),
    [
        (ApiKeyAuth("X-Golden-Key"), "x-golden-key", "k/1"),
        (ApiKeyAuth("Authorization", scheme="ApiKey"), "authorization", "ApiKey k/1"),
    ],
)
def test_an_api_key_in_a_header(auth: ApiKeyAuth, field: str, sent: str) -> None:
    seen = played(Thing(b""), options={"api_key": "k/1"}, auth=auth)
    assert seen.sent(field) == [sent]
    assert "k/1" not in repr(seen.requests)


def test_an_api_key_in_the_query() -> None:
    auth = ApiKeyAuth("my key", where="query")
    seen = played(Thing(b""), busy(), answer(), options={"api_key": "k/1"}, auth=auth)
    assert [r.url for r in seen.requests] == [f"{URL}/things?my%20key=k%2F1"] * 2
    assert "k%2F1" not in repr(seen.requests)


def test_a_missing_api_key_is_an_error() -> None:
    with pytest.raises(MissingCredentialsError, match="PutThing without an API key; pass api_key"):
        played(Thing(b""), auth=ApiKeyAuth("X-Golden-Key"))


# Regions


@pytest.mark.parametrize("auth", [SIGV4, None])
def test_a_region_is_missed_when_a_signature_names_it(auth: Any) -> None:
    service = ServiceInfo(
        service_id="Things", identifier="things", signing_name="things", needs_region=False
    )
    config = resolve({"environ": {}, "credentials": KEYS}, service=service)
    assert config.region is None
    use = CallSettings(
        config=config,
        endpoint=lambda: Endpoint(URL),
        handlers=Handlers(),
        signing_name="things",
        user_agent=UserAgent("example/1.0", (), ""),
        policy=legacy,
        skew=ClockSkew(clock=config.clock),
        new_id=lambda: "id-1",
    )
    if auth is None:
        assert played(Thing(b""), use=use, auth=None).steps == ["send", "read"]
    else:
        with pytest.raises(MissingRegionError, match="pass region, set AWS_REGION"):
            played(Thing(b""), use=use)
