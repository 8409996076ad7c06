"""The local endpoint's own signature check, against published signatures and spoilt ones."""

from __future__ import annotations

import hashlib
from calendar import timegm
from pathlib import Path
from time import strptime
from typing import Any

import pytest
from drawplate.testing._signature import CLOCK_TOLERANCE, Refusal, Verifier
from hypothesis import given
from hypothesis import strategies as st

from tests.support import read_json, suite_path

KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = timegm((2026, 1, 15, 12, 34, 56))
VERIFIER = Verifier(KEY, SECRET, region="us-east-1", service="sagemaker")
SUITE = sorted(suite_path("sigv4-tests", "v4").iterdir())
DOUBLE_ENCODING: list[dict[str, Any]] = read_json(suite_path("sigv4-tests", "double-encoding.json"))

Fields = dict[str, str]


def signed(fields: Fields, signature: str) -> Fields:
    """Add the signature of all the fields but the user agent, as operations.md section 6 has it."""
    names = ";".join(sorted(name.lower() for name in fields if name != "User-Agent"))
    scope = "20260115/us-east-1/sagemaker/aws4_request"
    value = f"Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**fields, "Authorization": f"AWS4-HMAC-SHA256 {value}"}


def common(body: bytes) -> Fields:
    return {
        "Host": "runtime.sagemaker.us-east-1.amazonaws.com",
        "amz-sdk-invocation-id": "11111111-2222-4333-8444-555555555555",
        "amz-sdk-request": "attempt=1; max=3",
        "User-Agent": "example/1.0",
        "X-Amz-Date": "20260115T123456Z",
        "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest(),
    }


INVOKE = signed(
    {
        **common(b'{"inputs":"hi"}'),
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-Amzn-SageMaker-Custom-Attributes": "trace  id=1",
        "X-Amzn-SageMaker-Inference-Id": "req-1",
    },
    "2cbf3e6adf5a62bcf7d62153818823be82cdcae9cf07850c0758ef3606223a6f",
)
ASYNC = signed(
    {
        **common(b""),
        "X-Amz-Security-Token": "SESSIONTOKEN",
        "X-Amzn-SageMaker-InputLocation": "s3://bucket/in.json",
        "X-Amzn-SageMaker-InvocationTimeoutSeconds": "30",
        "X-Amzn-SageMaker-RequestTTLSeconds": "60",
    },
    "3ab45b82041492cecc08c2744135a14843244304c5ddfc003eaaa867b374a7d3",
)
STREAM = signed(
    {**common(b"x"), "Content-Type": "application/octet-stream"},
    "440415e8cfbdc3864e140dc10eb75ebec894a6a2611944b31161f1d56dac1f19",
)
ENCODED_PATH = signed(
    {**common(b"x"), "Content-Type": "application/octet-stream"},
    "f9367490cd4655f841307f1fe1d95d00c3e1ba5e4d2a8fd4c18ec80e097f4ca4",
)


def check(
    fields: Fields,
    *,
    target: str = "/endpoints/my-endpoint/invocations",
    body: bytes = b'{"inputs":"hi"}',
    now: float = NOW,
    verifier: Verifier = VERIFIER,
) -> Refusal | None:
    return verifier.check("POST", target, list(fields.items()), body, now=now)


def code_of(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None


def test_operations_example_6_1_is_accepted() -> None:
    assert check(INVOKE) is None


def test_operations_example_6_2_is_accepted() -> None:
    verifier = Verifier(KEY, SECRET, "SESSIONTOKEN", region="us-east-1", service="sagemaker")
    target = "/endpoints/my-endpoint/async-invocations"
    assert check(ASYNC, target=target, body=b"", verifier=verifier) is None


def test_operations_example_6_3_is_accepted() -> None:
    target = "/endpoints/my-endpoint/invocations-response-stream"
    assert check(STREAM, target=target, body=b"x") is None


def test_operations_example_6_4_is_accepted() -> None:
    target = "/endpoints/my%20ep~%2F%24/invocations"
    assert check(ENCODED_PATH, target=target, body=b"x") is None


def signed_request_of(case: Path) -> tuple[str, str, list[tuple[str, str]], bytes]:
    """Read a request of the suite, each byte of its head one character."""
    text = (case / "header-signed-request.txt").read_bytes().replace(b"\r\n", b"\n")
    head, _, body = text.partition(b"\n\n")
    request_line, *lines = head.decode("latin-1").split("\n")
    fields: list[tuple[str, str]] = []
    for line in lines:
        if line[0] in " \t":
            name, value = fields.pop()
            fields.append((name, f"{value}\n{line}"))
        else:
            name, _, value = line.partition(":")
            fields.append((name, value))
    method, _, rest = request_line.partition(" ")
    return method, rest.rpartition(" ")[0], fields, body.removesuffix(b"\n")


def is_normal(target: str) -> bool:
    *folders, last = target.partition("?")[0].split("/")[1:]
    return not {"", ".", ".."} & set(folders) and last not in (".", "..")


@pytest.mark.parametrize("case", SUITE, ids=lambda case: f"sigv4-{case.name}")
def test_sigv4_suite_request_is_judged_as_services_do(case: Path) -> None:
    context = read_json(case / "context.json")
    credentials = context["credentials"]
    method, target, fields, body = signed_request_of(case)
    verifier = Verifier(
        credentials["access_key_id"],
        credentials["secret_access_key"],
        credentials.get("token"),
        region=context["region"],
        service=context["service"],
    )
    now = timegm(strptime(context["timestamp"], "%Y-%m-%dT%H:%M:%SZ"))
    refusal = verifier.check(method, target, fields, body, now=now)
    # A path signed as it is, which only S3 wants, is another one here unless it was normal anyway.
    accepted = context["normalize"] or is_normal(target)
    assert code_of(refusal) == (None if accepted else "InvalidSignatureException")


@pytest.mark.parametrize("case", DOUBLE_ENCODING, ids=lambda case: f"sigv4-{case['id']}")
def test_sigv4_suite_encoded_path_is_encoded_again(case: dict[str, Any]) -> None:
    stamp = case["timestamp"].replace("-", "").replace(":", "")
    scope = f"{stamp[:8]}/{case['region']}/{case['service']}/aws4_request"
    request = case["request"]
    key = case["credentials"]["access_key_id"]
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={case['signed_headers']}, "
        f"Signature={case['signature']}"
    )
    fields = [*request["headers"].items(), ("X-Amz-Date", stamp), ("Authorization", authorization)]
    verifier = Verifier(
        key,
        case["credentials"]["secret_access_key"],
        region=case["region"],
        service=case["service"],
    )
    now = timegm(strptime(stamp, "%Y%m%dT%H%M%SZ"))
    body = request["body"].encode()
    assert verifier.check(request["method"], request["wire_path"], fields, body, now=now) is None


def without(name: str) -> Fields:
    return {key: value for key, value in INVOKE.items() if key != name}


def changed(old: str, new: str) -> Fields:
    assert old in INVOKE["Authorization"]
    return {**INVOKE, "Authorization": INVOKE["Authorization"].replace(old, new)}


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        (without("Authorization"), "MissingAuthenticationToken", "no single Authorization"),
        (
            {**INVOKE, "Authorization": "Bearer abc"},
            "IncompleteSignature",
            "'Bearer', not AWS4-HMAC-SHA256",
        ),
        (changed(", Signature=", ", Sig="), "IncompleteSignature", "lacks Signature"),
        (changed("AKIDEXAMPLE", "AKIDOTHER"), "UnrecognizedClientException", "'AKIDOTHER'"),
        (
            {**INVOKE, "X-Amz-Security-Token": "t"},
            "UnrecognizedClientException",
            "does not belong",
        ),
        (without("X-Amz-Date"), "IncompleteSignature", "YYYYMMDDTHHMMSSZ; it is ''"),
        (
            {**INVOKE, "X-Amz-Date": "20260115T129956Z"},
            "IncompleteSignature",
            "is not a date",
        ),
        (changed("us-east-1", "eu-west-1"), "InvalidSignatureException", "20260115/eu-west-1/sage"),
        (changed("/sagemaker/", "/s3/"), "InvalidSignatureException", "20260115/us-east-1/s3/"),
        (changed("accept;", ""), "InvalidSignatureException", "not that of the request"),
        (changed("accept;", "accept;ghost;"), "InvalidSignatureException", "must be lower-case"),
        (changed("host;", "Host;"), "InvalidSignatureException", "must be lower-case"),
        (
            changed("host;", "gone;host;"),
            "InvalidSignatureException",
            "did not arrive: gone",
        ),
        (changed("host;", ""), "InvalidSignatureException", "are not: host"),
        (
            changed("x-amz-content-sha256;", ""),
            "InvalidSignatureException",
            "are not: x-amz-content-sha256",
        ),
        ({**INVOKE, "X-Amz-Meta": "1"}, "InvalidSignatureException", "are not: x-amz-meta"),
        (
            {**INVOKE, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"},
            "InvalidSignatureException",
            "x-amz-content-sha256 is UNSIGNED-PAYLOAD",
        ),
        ({**INVOKE, "Accept": "text/csv"}, "InvalidSignatureException", "not that of the request"),
    ],
)
def test_a_spoilt_request_is_refused_with_its_reason(
    fields: Fields, code: str, reason: str
) -> None:
    refusal = check(fields)
    assert refusal is not None
    assert refusal.code == code
    assert reason in refusal.message


def test_a_missing_session_token_is_named() -> None:
    verifier = Verifier(KEY, SECRET, "T", region="us-east-1", service="sagemaker")
    assert check(INVOKE, verifier=verifier) == Refusal(
        "UnrecognizedClientException", "the session token is missing"
    )


def test_another_body_is_refused() -> None:
    refusal = check(INVOKE, body=b'{"inputs":"ho"}')
    assert code_of(refusal) == "InvalidSignatureException"


@pytest.mark.parametrize("target", ["/endpoints/other/invocations", "/endpoints/my-endpoint?a=b"])
def test_another_target_is_refused(target: str) -> None:
    assert code_of(check(INVOKE, target=target)) == "InvalidSignatureException"


@given(position=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_any_other_signature_is_refused(position: int, digit: str) -> None:
    right = INVOKE["Authorization"][-64:]
    wrong = right[:position] + digit + right[position + 1 :]
    assert (check(changed(right, wrong)) is None) == (right == wrong)


@given(spaces=st.text(alphabet=" \t", max_size=5))
def test_runs_of_spaces_in_a_value_count_as_one(spaces: str) -> None:
    value = f"{spaces}trace {spaces}id=1{spaces}"
    assert check({**INVOKE, "X-Amzn-SageMaker-Custom-Attributes": value}) is None


@pytest.mark.parametrize(
    ("off", "state"),
    [
        (CLOCK_TOLERANCE, None),
        (-CLOCK_TOLERANCE, None),
        (CLOCK_TOLERANCE + 1, "Signature expired: it was made at 20260115T123456Z"),
        (-CLOCK_TOLERANCE - 1, "Signature not yet current: it was made at 20260115T123456Z"),
    ],
)
def test_the_clocks_must_agree_within_five_minutes(off: int, state: str | None) -> None:
    refusal = check(INVOKE, now=NOW + off)
    assert code_of(refusal) == (state and "InvalidSignatureException")
    assert (refusal.message.partition(",")[0] if refusal else None) == state


def test_no_explanation_shows_a_secret() -> None:
    verifier = Verifier(KEY, "hush-secret", "hush-token", region="us-east-1", service="sagemaker")
    fields = signed(
        {
            **common(b""),
            "X-Amz-Security-Token": "hush-token",
            "X-Amzn-SageMaker-Custom-Attributes": "hush-attribute",
        },
        "0" * 64,
    )
    refusal = check(fields, body=b"", verifier=verifier)
    assert code_of(refusal) == "InvalidSignatureException"
    assert "x-amz-security-token:<redacted>\n" in str(refusal).replace("\\n", "\n")
    assert "hush" not in f"{refusal}{verifier!r}"
