"""Signatures for several regions: keys, what they look like, and when a call makes one."""

from __future__ import annotations

import hashlib
import re
import sys
from datetime import UTC, datetime
from hmac import digest
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from drawplate import sigv4, sigv4a
from drawplate.auth import SIGV4, Auth, SigV4AAuth
from drawplate.bodies import FileBody
from drawplate.credentials import Credentials
from drawplate.endpoints import Endpoint
from drawplate.errors import MissingLibraryError, ParamValidationError
from drawplate.http import Headers, HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.flows import NOON, URL, answer, operation, play_call, settings
from tests.runtime.region_signatures import KEY_ID, PRIVATE, SECRET, public_key, verified

KEYS = Credentials(KEY_ID, SECRET)
NOW = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
INSTALL = (
    "a signature of SigV4A takes the package cryptography, which cannot be imported; "
    'pip install "drawplate[sigv4a]" brings it'
)


def sign(request: HttpRequest, credentials: Credentials = KEYS, **options: Any) -> HttpRequest:
    usual: dict[str, Any] = {"service": "things", "region_set": ["us-east-1"], "now": NOW}
    return sigv4a.sign(request, credentials, **{**usual, **options})


def test_the_key_of_known_credentials() -> None:
    assert sigv4a.derive_private_key(KEY_ID, SECRET) == PRIVATE
    assert derive_private_key(PRIVATE, SECP256R1()).public_key() == public_key()


@given(access_key_id=st.text(), secret=st.text())
def test_every_key_is_one_of_the_curve(access_key_id: str, secret: str) -> None:
    number = sigv4a.derive_private_key(access_key_id, secret)
    # The library refuses any other number.
    assert derive_private_key(number, SECP256R1()).private_numbers().private_value == number


def candidate(octet: int) -> int:
    label = b"\0\0\0\1AWS4-ECDSA-P256-SHA256\0AKIDEXAMPLE" + bytes([octet]) + b"\0\0\1\0"
    return int.from_bytes(digest(f"AWS4A{SECRET}".encode(), label, "sha256"), "big")


@pytest.mark.parametrize("octet", [1, 2, 3, 254])
def test_numbers_that_are_too_large_are_passed_over(
    octet: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a smaller order, which number is the first that fits can be chosen."""
    made = {tried: candidate(tried) for tried in range(1, 255)}
    fits = min(range(1, octet + 1), key=made.__getitem__)
    monkeypatch.setattr("drawplate.sigv4a._ORDER", made[fits] + 2)
    assert sigv4a.derive_private_key(KEY_ID, SECRET) == made[fits] + 1
    monkeypatch.setattr("drawplate.sigv4a._ORDER", min(made.values()) + 1)
    with pytest.raises(ParamValidationError) as caught:
        sigv4a.derive_private_key(KEY_ID, SECRET)
    assert str(caught.value) == "credentials: no private key can be made of them; use others"


def test_several_regions_are_one_signed_header() -> None:
    request = HttpRequest("POST", f"{URL}/x", {"content-type": "text/plain"}, b"body")
    before = request.copy()
    signed = sign(request, region_set=("us-east-1", "us-west-2", "eu-*"))
    assert request == before
    assert verified(signed) == (
        "20260115/things/aws4_request",
        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-region-set",
    )
    authorization = signed.headers["authorization"]
    assert signed.headers == Headers(
        {
            "content-type": "text/plain",
            "x-amz-date": "20260115T123456Z",
            "x-amz-region-set": "us-east-1,us-west-2,eu-*",
            "host": "things.example.com",
            "x-amz-content-sha256": (
                "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"
            ),
            "authorization": authorization,
        }
    )


def test_the_last_signature_is_replaced() -> None:
    request = HttpRequest("POST", f"{URL}/x", {}, b"body")
    old = sign(request, Credentials("OLD", "old", "OLDTOKEN"), region_set=["*"], now=0)
    again = sign(old)
    verified(again)
    assert set(again.headers) == {*sign(request).headers}
    assert again.headers["x-amz-region-set"] == "us-east-1"
    options: dict[str, Any] = {"service": "things", "region": "us-east-1", "now": NOW}
    assert sigv4.sign(old, KEYS, **options) == sigv4.sign(request, KEYS, **options)


def test_options_are_those_of_sigv4() -> None:
    request = HttpRequest("POST", f"{URL}/x", {"x-skip": "1"}, b"body")
    token = Credentials(KEY_ID, SECRET, "TOKEN")
    signed = sign(
        request,
        token,
        sign_body=False,
        unsigned_payload=True,
        omit_session_token=True,
        unsigned_headers=frozenset({"x-skip", "authorization"}),
    )
    assert verified(signed, "UNSIGNED-PAYLOAD")[1] == "host;x-amz-date;x-amz-region-set"
    assert signed.headers["x-amz-security-token"] == "TOKEN"
    assert "x-amz-content-sha256" not in signed.headers
    assert "x-amz-security-token" in verified(sign(request, token))[1].split(";")


def test_a_stream_is_hashed() -> None:
    body = FileBody(BytesIO(b"body"), 0, 4)
    signed = sign(HttpRequest("POST", f"{URL}/x", {}, body))
    verified(signed, hashlib.sha256(b"body").hexdigest())
    assert signed.body is body


@pytest.mark.parametrize("regions", [[], (), "us-east-1", ""])
def test_regions_must_be_a_list(regions: object) -> None:
    with pytest.raises(ParamValidationError) as caught:
        sign(HttpRequest("GET", URL), region_set=regions)
    assert str(caught.value) == (
        'region_set: expected a list of at least one region, as ["us-east-1"] or ["*"]'
    )


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ParamValidationError, match="no time zone"):
        sign(HttpRequest("GET", URL), now=NOW.replace(tzinfo=None))


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if cryptography were not installed."""
    monkeypatch.setitem(sys.modules, "cryptography", None)


@pytest.mark.usefixtures("no_library")
def test_without_the_library_the_error_says_what_to_install() -> None:
    with pytest.raises(MissingLibraryError) as caught:
        sign(HttpRequest("GET", URL))
    assert str(caught.value) == INSTALL
    assert isinstance(caught.value, ImportError)


def test_nothing_that_is_kept_shows_a_secret() -> None:
    signed = sign(HttpRequest("GET", URL))
    shown = repr((signed, KEYS, sigv4a.signature_of(KEY_ID, SECRET)))
    assert SECRET not in shown + str(signed.headers)
    assert f"{PRIVATE:x}" not in shown
    assert str(PRIVATE) not in shown


def sent(auth: Auth, schemes: list[dict[str, Any]], **options: Any) -> HttpRequest:
    """The one request of a call."""
    of = operation()
    of.auth = auth
    endpoint = Endpoint(URL, properties={"authSchemes": schemes} if schemes else {})
    return play_call(answer(), of=of, endpoint=endpoint, **options).requests[0]


def told(request: HttpRequest) -> tuple[str, str | None]:
    """Which signature a request has: algorithm with scope, and region set."""
    found = re.match(r"AWS4-(\S+) Credential=AKIDEXAMPLE/(\S+),", request.headers["authorization"])
    assert found is not None
    if found[1].startswith("ECDSA"):
        verified(request)
        # Events are signed outside of a call, which alone has a user agent.
        assert " m/S" in request.headers.get("user-agent", " m/S")
    return f"{found[1]} {found[2]}", request.headers.get("x-amz-region-set")


ONE = "HMAC-SHA256 20260115/us-east-1/things/aws4_request"
SEVERAL = "ECDSA-P256-SHA256 20260115/things/aws4_request"
EITHER = SigV4AAuth(or_sigv4=True)
ONLY = SigV4AAuth()
V4: dict[str, Any] = {"name": "sigv4"}
V4A: dict[str, Any] = {"name": "sigv4a"}
V4A_ALL: dict[str, Any] = {"name": "sigv4a", "signingRegionSet": ["us-*", "eu-*"]}
V4A_NONE: dict[str, Any] = {"name": "sigv4a", "signingRegionSet": []}


@pytest.mark.parametrize(
    ("auth", "schemes", "expected"),
    [
        (SIGV4, [V4A], (SEVERAL, "us-east-1")),
        (SIGV4, [V4A_ALL, V4], (SEVERAL, "us-*,eu-*")),
        (SIGV4, [V4, V4A_ALL], (ONE, None)),
        (ONLY, [], (SEVERAL, "us-east-1")),
        (ONLY, [V4A_ALL, V4], (SEVERAL, "us-*,eu-*")),
        (ONLY, [V4, V4A_ALL], (SEVERAL, "us-*,eu-*")),
        (ONLY, [V4], (SEVERAL, "us-east-1")),
        (ONLY, [V4A_NONE], (SEVERAL, "us-east-1")),
        (
            ONLY,
            [{**V4A, "signingName": "other"}],
            (SEVERAL.replace("things", "other"), "us-east-1"),
        ),
        (EITHER, [], (SEVERAL, "us-east-1")),
        (EITHER, [V4A_ALL, V4], (SEVERAL, "us-*,eu-*")),
        (EITHER, [V4, V4A_ALL], (ONE, None)),
        (EITHER, [{"name": "other"}, V4], (ONE, None)),
        (EITHER, [{"name": "other"}], (SEVERAL, "us-east-1")),
    ],
)
def test_operation_and_endpoint_rules_say_which_signature(
    auth: Auth, schemes: list[dict[str, Any]], expected: tuple[str, str | None]
) -> None:
    assert told(sent(auth, schemes)) == expected


@pytest.mark.parametrize("schemes", [[], [V4A], [V4A_ALL]])
def test_the_option_comes_before_endpoint_rules_and_region(schemes: list[dict[str, Any]]) -> None:
    request = sent(ONLY, schemes, sigv4a_signing_region_set=["ap-south-1", "ap-south-2"])
    assert told(request) == (SEVERAL, "ap-south-1,ap-south-2")


@pytest.mark.usefixtures("no_library")
@pytest.mark.parametrize(
    ("auth", "schemes", "scope"),
    [
        (EITHER, [], ONE),
        (EITHER, [V4A_ALL, V4], ONE),
        (SIGV4, [V4A_ALL, V4], ONE),
        (SIGV4, [V4A, {**V4, "signingRegion": "eu-west-1"}], ONE.replace("us-east", "eu-west")),
    ],
)
def test_one_region_will_do_where_the_library_is_missing(
    auth: Auth, schemes: list[dict[str, Any]], scope: str
) -> None:
    assert told(sent(auth, schemes)) == (scope, None)


@pytest.mark.usefixtures("no_library")
@pytest.mark.parametrize(
    ("auth", "schemes"), [(ONLY, []), (ONLY, [V4]), (EITHER, [V4A]), (SIGV4, [V4A_ALL])]
)
def test_a_missing_library_is_an_error_where_nothing_else_will_do(
    auth: Auth, schemes: list[dict[str, Any]]
) -> None:
    with pytest.raises(MissingLibraryError) as caught:
        sent(auth, schemes)
    assert str(caught.value) == INSTALL


def test_unsigned_payloads_and_later_attempts() -> None:
    of = operation(unsigned_payload=True)
    of.auth = ONLY
    times = iter([NOON, NOON + 1])
    requests = play_call(answer(500), answer(), of=of, clock=lambda: next(times)).requests
    assert [request.headers["x-amz-date"] for request in requests] == [
        "20260115T123456Z",
        "20260115T123457Z",
    ]
    for request in requests:
        assert request.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
        verified(request)


@pytest.mark.parametrize("schemes", [[], [V4A_ALL], [V4A_ALL, V4]])
def test_events_are_signed_for_one_region(schemes: list[dict[str, Any]]) -> None:
    of = operation()
    of.sends_events = True
    endpoint = Endpoint(URL, properties={"authSchemes": schemes})
    events = FileBody(BytesIO(b""), 0, 0)
    flow = SIGV4.authorize(HttpRequest("POST", URL, {}, events), of, endpoint, settings())
    with pytest.raises(StopIteration) as ended:
        next(flow)
    request: HttpRequest = ended.value.value
    assert told(request) == (ONE, None)
    assert request.headers["x-amz-content-sha256"] == "STREAMING-AWS4-HMAC-SHA256-EVENTS"
