"""The signer: the four known requests of the service, its options, and botocore as an oracle."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import time
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import ParamValidationError
from drawplate.http import Headers, HttpRequest
from drawplate.sigv4 import UNSIGNED_PAYLOAD, canonical_request, derive_signing_key, sign
from hypothesis import given
from hypothesis import strategies as st

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CREDENTIALS = Credentials("AKIDEXAMPLE", SECRET)
NOW = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
HOST = "runtime.sagemaker.us-east-1.amazonaws.com"
URL = f"https://{HOST}/endpoints/my-endpoint/invocations"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# botocore has no types, so its names are taken without any.
SigV4Auth: Any = import_module("botocore.auth").SigV4Auth
AWSRequest: Any = import_module("botocore.awsrequest").AWSRequest
BotocoreCredentials: Any = import_module("botocore.credentials").Credentials

#: What a client sends with every request; the second half is never signed.
COMMON = {
    "amz-sdk-invocation-id": "11111111-2222-4333-8444-555555555555",
    "amz-sdk-request": "attempt=1; max=3",
    "User-Agent": "example/1.0",
    "Accept-Encoding": "identity",
    "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793",
    "Expect": "100-continue",
}


def sign_here(
    request: HttpRequest,
    credentials: Credentials = CREDENTIALS,
    now: datetime | float = NOW,
    *,
    sign_body: bool = True,
    unsigned_payload: bool = False,
    omit_session_token: bool = False,
) -> HttpRequest:
    return sign(
        request,
        credentials,
        service="sagemaker",
        region="us-east-1",
        now=now,
        sign_body=sign_body,
        unsigned_payload=unsigned_payload,
        omit_session_token=omit_session_token,
    )


def authorization(names: str, signature: str) -> str:
    return (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/us-east-1/sagemaker/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def canonical_of(signed: HttpRequest) -> str:
    names = signed.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    return canonical_request(signed, names, signed.headers["x-amz-content-sha256"])


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_invoke_endpoint() -> None:
    signed = sign_here(
        HttpRequest(
            "POST",
            URL,
            {
                "Accept": "application/json",
                "Content-Type": "application/json",
                "Content-Length": "15",
                "X-Amzn-SageMaker-Custom-Attributes": "trace  id=1",
                "X-Amzn-SageMaker-Inference-Id": "req-1",
                **COMMON,
            },
            b'{"inputs":"hi"}',
        )
    )
    names = (
        "accept;amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-content-sha256;"
        "x-amz-date;x-amzn-sagemaker-custom-attributes;x-amzn-sagemaker-inference-id"
    )
    body_hash = "488d8b76651689aa401681fd5c5da49ab30742dd8ec292bd19a48143dc7245aa"
    assert canonical_of(signed) == "\n".join(
        (
            "POST",
            "/endpoints/my-endpoint/invocations",
            "",
            "accept:application/json",
            "amz-sdk-invocation-id:11111111-2222-4333-8444-555555555555",
            "amz-sdk-request:attempt=1; max=3",
            "content-type:application/json",
            f"host:{HOST}",
            f"x-amz-content-sha256:{body_hash}",
            "x-amz-date:20260115T123456Z",
            "x-amzn-sagemaker-custom-attributes:trace id=1",
            "x-amzn-sagemaker-inference-id:req-1",
            "",
            names,
            body_hash,
        )
    )
    assert sha256_of(canonical_of(signed)) == (
        "71d94d6c455e82faf45c766b3a255841be5c46b7e5d3552d671555d42cc520ff"
    )
    assert signed.headers["authorization"] == authorization(
        names, "2cbf3e6adf5a62bcf7d62153818823be82cdcae9cf07850c0758ef3606223a6f"
    )
    assert signed.headers["host"] == HOST
    assert signed.headers["x-amzn-sagemaker-custom-attributes"] == "trace  id=1"


def test_invoke_endpoint_async_with_session_token() -> None:
    signed = sign_here(
        HttpRequest(
            "POST",
            f"https://{HOST}/endpoints/my-endpoint/async-invocations",
            {
                "X-Amzn-SageMaker-InputLocation": "s3://bucket/in.json",
                "X-Amzn-SageMaker-RequestTTLSeconds": "60",
                "X-Amzn-SageMaker-InvocationTimeoutSeconds": "30",
                "Content-Length": "0",
                **COMMON,
            },
        ),
        Credentials("AKIDEXAMPLE", SECRET, "SESSIONTOKEN"),
    )
    assert sha256_of(canonical_of(signed)) == (
        "068e6da4bcd118e3fcc4fd5e7ed04193ba1c1dee0238a34ba5f956e6a7fd396d"
    )
    assert signed.headers["authorization"] == authorization(
        "amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-security-token;x-amzn-sagemaker-inputlocation;"
        "x-amzn-sagemaker-invocationtimeoutseconds;x-amzn-sagemaker-requestttlseconds",
        "3ab45b82041492cecc08c2744135a14843244304c5ddfc003eaaa867b374a7d3",
    )
    assert signed.headers["x-amz-security-token"] == "SESSIONTOKEN"
    assert signed.headers["x-amz-content-sha256"] == EMPTY_SHA256


@pytest.mark.parametrize(
    ("path", "canonical_hash", "signature"),
    [
        pytest.param(
            "/endpoints/my-endpoint/invocations-response-stream",
            "a0e188e2a1eaef7e406c9235af2368aa07ac457af6a3e1a505f4818ced6d67d3",
            "440415e8cfbdc3864e140dc10eb75ebec894a6a2611944b31161f1d56dac1f19",
            id="response-stream",
        ),
        pytest.param(
            "/endpoints/my%20ep~%2F%24/invocations",
            "ed5d71309a19d913d7dad1ff28d5f18e58d4efb8dfe7257bb0135bdddcdbe458",
            "f9367490cd4655f841307f1fe1d95d00c3e1ba5e4d2a8fd4c18ec80e097f4ca4",
            id="encoded-path",
        ),
    ],
)
def test_octet_stream(path: str, canonical_hash: str, signature: str) -> None:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": "1", **COMMON}
    signed = sign_here(HttpRequest("POST", f"https://{HOST}{path}", headers, b"x"))
    names = (
        "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-content-sha256;x-amz-date"
    )
    assert sha256_of(canonical_of(signed)) == canonical_hash
    assert signed.headers["authorization"] == authorization(names, signature)
    assert signed.headers["x-amz-content-sha256"] == (
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    )


def test_input_is_untouched_and_its_last_signature_replaced() -> None:
    request = HttpRequest("POST", URL, {"Content-Type": "text/plain"}, b"x")
    before = request.copy()
    first = sign_here(request, Credentials("OLD", "old", "OLDTOKEN"), now=0)
    assert request == before
    assert sign_here(first) == sign_here(request)


@pytest.mark.parametrize(
    "now",
    [NOW.timestamp(), NOW.timestamp() + 0.9, NOW.astimezone(timezone(timedelta(hours=-8)))],
)
def test_times_of_every_kind(now: datetime | float) -> None:
    request = HttpRequest("POST", URL)
    assert sign_here(request, now=now) == sign_here(request, now=NOW)


def test_naive_time_is_refused() -> None:
    with pytest.raises(ParamValidationError, match="no time zone"):
        sign_here(HttpRequest("POST", URL), now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("sign_body", [True, False])
@pytest.mark.parametrize("unsigned_payload", [True, False])
def test_content_hash_that_is_set_is_used_as_it_stands(
    sign_body: bool, unsigned_payload: bool
) -> None:
    request = HttpRequest("POST", URL, {"X-Amz-Content-Sha256": "STREAMING-X"}, b"body")
    signed = sign_here(request, sign_body=sign_body, unsigned_payload=unsigned_payload)
    assert signed.headers["x-amz-content-sha256"] == "STREAMING-X"
    assert signed == sign_here(HttpRequest("POST", URL, request.headers, b"body"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/", UNSIGNED_PAYLOAD),
        ("HTTPS://h/", UNSIGNED_PAYLOAD),
        ("http://h/", "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"),
    ],
)
def test_payload_is_left_unsigned_over_tls_only(url: str, expected: str) -> None:
    signed = sign_here(HttpRequest("POST", url, body=b"body"), unsigned_payload=True)
    assert signed.headers["x-amz-content-sha256"] == expected
    assert canonical_of(signed).endswith(f"\n{expected}")


def test_without_body_header_the_body_is_signed_all_the_same() -> None:
    one, other = (
        sign_here(HttpRequest("POST", URL, body=body), sign_body=False) for body in (b"1", b"2")
    )
    assert "x-amz-content-sha256" not in one.headers
    assert one.headers["authorization"] != other.headers["authorization"]


def test_omitted_session_token_is_sent_but_not_signed() -> None:
    request = HttpRequest("POST", URL)
    signed = sign_here(request, Credentials("AKIDEXAMPLE", SECRET, "T"), omit_session_token=True)
    expected = sign_here(request)
    expected.headers["x-amz-security-token"] = "T"
    assert signed == expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.com", "example.com"),
        ("https://example.com:443/a", "example.com"),
        ("http://example.com:443/a", "example.com:443"),
        ("http://example.com:80?x", "example.com"),
        ("https://example.com:8443#x", "example.com:8443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://name:word@example.com/", "example.com"),
    ],
)
def test_host_comes_from_the_url(url: str, host: str) -> None:
    assert sign_here(HttpRequest("GET", url)).headers["host"] == host


def test_host_that_is_set_is_kept_and_signed() -> None:
    signed = sign_here(HttpRequest("GET", URL, {"Host": "front.example"}))
    assert "\nhost:front.example\n" in canonical_of(signed)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&a=1&a", "a=&a=1&a=2"),
        ("a-b=1&a=2", "a=2&a-b=1"),
        ("A=1&a=2&B=3", "A=1&B=3&a=2"),
        ("a=x=y", "a=x%3Dy"),
        ("a=%7e%2f%2F", "a=~%2F%2F"),
        ("a=1+1 &\u1234=%E1%88%B4", "%E1%88%B4=%E1%88%B4&a=1%2B1%20"),
        ("&a=%FF&&", "a=%FF"),
    ],
)
def test_canonical_query(query: str, canonical: str) -> None:
    request = HttpRequest("GET", f"https://h/?{query}#part", {"host": "h"})
    assert (
        canonical_request(request, ["host"], "hash") == f"GET\n/\n{canonical}\nhost:h\n\nhost\nhash"
    )


@pytest.mark.parametrize(
    ("path", "normalized", "verbatim"),
    [
        ("", "/", "/"),
        ("/", "/", "/"),
        ("/a/", "/a/", "/a/"),
        ("//a///b//", "/a/b/", "//a///b//"),
        ("/./a/.", "/a", "/./a/."),
        ("/a/../../b", "/b", "/a/../../b"),
        ("/a/..", "/", "/a/.."),
        ("/a/../", "/", "/a/../"),
        ("/%2E%2E/~", "/%252E%252E/~", "/%2E%2E/~"),
    ],
)
def test_canonical_path(path: str, normalized: str, verbatim: str) -> None:
    request = HttpRequest("GET", f"https://h{path}")
    assert canonical_request(request, [], "hash") == f"GET\n{normalized}\n\n\n\nhash"
    as_it_stands = canonical_request(request, [], "hash", normalize=False, double_encode=False)
    assert as_it_stands == f"GET\n{verbatim}\n\n\n\nhash"


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("  a \t b  ", "a b"),
        ("", ""),
        ("caf\u00e9  \u65e5\u672c ", "caf\u00e9 \u65e5\u672c"),
        ("\u00a0a\u2003\u2003b ", "\u00a0a\u2003\u2003b"),
    ],
)
def test_canonical_header_value(value: str, canonical: str) -> None:
    request = HttpRequest("GET", "https://h/", {"X-A": value})
    assert canonical_request(request, ["x-a"], "hash") == f"GET\n/\n\nx-a:{canonical}\n\nx-a\nhash"


@pytest.mark.parametrize("name", ["a-first", "m-middle", "z-last"])
@pytest.mark.parametrize("value", ["v ", " v", "\tv", " ", "v  w", "v\tw"])
def test_values_are_signed_without_white_space_around_them(name: str, value: str) -> None:
    signed = sign_here(HttpRequest("POST", URL, {name: value}, b""))
    trimmed = sign_here(HttpRequest("POST", URL, {name: " ".join(value.split())}, b""))
    assert signed.headers["authorization"] == trimmed.headers["authorization"]
    assert signed.headers[name] == value


def test_a_percent_sign_in_a_name_is_none_of_a_template() -> None:
    signed = sign_here(HttpRequest("POST", URL, {"x-%s": "v"}, b""), sign_body=False)
    assert "SignedHeaders=host;x-%s;x-amz-date, " in signed.headers["authorization"]


def test_absent_header_cannot_be_canonical() -> None:
    with pytest.raises(KeyError, match="x-a"):
        canonical_request(HttpRequest("GET", "https://h/"), ["x-a"], "hash")


def test_signing_key() -> None:
    # The derivation example of the AWS General Reference.
    assert derive_signing_key(SECRET, "20150830", "us-east-1", "iam").hex() == (
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    )


def test_what_is_remembered_is_of_this_day_these_keys_and_this_place() -> None:
    keys = [CREDENTIALS, Credentials("AKIDOTHER", SECRET), Credentials("AKIDEXAMPLE", "another")]
    times = [NOW.timestamp() + seconds for seconds in (0, 0.9, 1, 86400)]
    places = list(itertools.product(["sagemaker", "sts"], ["us-east-1", "eu-west-1"]))
    for _ in range(2):
        for now, credentials, (service, region) in itertools.product(times, keys, places):
            signed = sign(
                HttpRequest("POST", URL, {"x-b": "2", "x-a": " 1  2 "}, b"body"),
                credentials,
                service=service,
                region=region,
                now=now,
            )
            date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
            scope = f"{date[:8]}/{region}/{service}/aws4_request"
            text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{sha256_of(canonical_of(signed))}"
            key = derive_signing_key(credentials.secret_access_key, date[:8], region, service)
            assert signed.headers["authorization"] == (
                f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
                "SignedHeaders=host;x-a;x-amz-content-sha256;x-amz-date;x-b, "
                f"Signature={hmac.new(key, text.encode(), 'sha256').hexdigest()}"
            )


def test_names_of_fields_decide_anew_what_is_signed() -> None:
    once = sign_here(HttpRequest("POST", URL, {"x-a": "1"}, b"body"))
    again = sign_here(once)
    assert again == once
    bare = sign_here(HttpRequest("POST", URL, {"x-a": "1"}, b"body"), sign_body=False)
    assert "host;x-a;x-amz-date, " in bare.headers["authorization"]
    token = Credentials("AKIDEXAMPLE", SECRET, "token")
    assert "x-amz-date;x-amz-security-token, " in sign_here(once, token).headers["authorization"]
    assert "x-amz-security-token" not in sign_here(sign_here(once, token)).headers


def test_no_secret_is_shown() -> None:
    signed = sign_here(HttpRequest("POST", URL), Credentials("AKIDEXAMPLE", SECRET, "SESSIONTOKEN"))
    assert "SESSIONTOKEN" not in repr(signed)
    assert signed.headers["authorization"].split("Signature=")[1] not in repr(signed)


def test_line_break_in_a_credential_cannot_reach_the_wire() -> None:
    with pytest.raises(ParamValidationError, match="authorization") as caught:
        sign_here(HttpRequest("POST", URL), Credentials("AKID\r\nx: y", SECRET))
    assert "AKID" not in str(caught.value)


# White space beyond ASCII is left out here: botocore folds it, the service does not.
VISIBLE = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))
VALUES = st.text(st.sampled_from(" \t") | VISIBLE, max_size=20)
SEGMENTS = st.sampled_from(["", ".", "..", "~", "%2F", "%7E"]) | st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/?#"), max_size=8
)
PATHS = st.lists(SEGMENTS, max_size=6).map("/".join) | st.lists(SEGMENTS, max_size=6).map(
    lambda segments: quote("/".join(segments), safe="/~")
)
ENCODED = st.text(VISIBLE, min_size=1, max_size=6).map(lambda text: quote(text, safe="-_.~"))
FIELDS = st.builds("{}={}".format, ENCODED, ENCODED) | ENCODED
HEADERS = st.dictionaries(st.from_regex(r"x-p-[a-z0-9-]{0,8}", fullmatch=True), VALUES, max_size=5)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    origin=st.sampled_from(["https://Example.com", "http://e.com:8080", "https://[::1]:443"]),
    path=PATHS,
    query=st.lists(FIELDS, max_size=5).map("&".join),
    headers=HEADERS,
    body=st.binary(max_size=100),
    sign_body=st.booleans(),
    token=st.none() | st.text(VISIBLE, min_size=1, max_size=10),
    scope=st.tuples(*[st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)] * 2),
)
def test_botocore_signs_the_same(
    method: str,
    origin: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    sign_body: bool,
    token: str | None,
    scope: tuple[str, str],
) -> None:
    service, region = scope
    url = f"{origin}/{path}?{query}" if query else f"{origin}/{path}"
    theirs = AWSRequest(method, url, headers={k.title(): v for k, v in headers.items()}, data=body)
    if sign_body:
        theirs.headers["X-Amz-Content-Sha256"] = hashlib.sha256(body).hexdigest()
    SigV4Auth(BotocoreCredentials("AKID", SECRET, token), service, region).add_auth(theirs)
    ours = sign(
        HttpRequest(method, url, Headers(headers), body),
        Credentials("AKID", SECRET, token),
        service=service,
        region=region,
        now=datetime.strptime(theirs.headers["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z"),
        sign_body=sign_body,
    )
    assert ours.headers["authorization"] == theirs.headers["Authorization"]
