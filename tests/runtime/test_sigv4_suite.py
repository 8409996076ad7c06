"""The signer against outside suites: every value of every case, as whole texts."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from drawplate import sigv4a
from drawplate.credentials import Credentials
from drawplate.eventstream import encode_headers
from drawplate.eventstream_signing import event_string_to_sign
from drawplate.http import Headers, HttpRequest
from drawplate.sigv4 import (
    UNSIGNED_HEADERS,
    canonical_request,
    credential_scope,
    format_date,
    sign,
    signature_of,
    string_to_sign,
)

from tests.runtime.region_signatures import public_key, verify
from tests.support import read_json, suite_path

V4 = sorted(path for path in suite_path("sigv4-tests", "v4").iterdir() if path.is_dir())
V4A = sorted(path for path in suite_path("sigv4-tests", "v4a").iterdir() if path.is_dir())
DOUBLE_ENCODING = read_json(suite_path("sigv4-tests", "double-encoding.json"))
EVENT_SIGNING = read_json(suite_path("sigv4-tests", "event-signing.json"))

#: The suite signs content-length; clients send it as the transport sees fit, so we do not.
SUITE_UNSIGNED = UNSIGNED_HEADERS - {"content-length"}


def parse_request(text: str) -> HttpRequest:
    """Read an HTTP message of the suite; repeated fields are combined, folded lines unfolded."""
    head, _, body = text.partition("\n\n")
    request_line, *lines = head.rstrip("\n").split("\n")
    method, _, rest = request_line.partition(" ")
    target = rest.removesuffix(" HTTP/1.1")
    fields: list[tuple[str, str]] = []
    for line in lines:
        if line[0] in " \t":
            name, value = fields.pop()
            fields.append((name, f"{value} {line}"))
        else:
            name, _, value = line.partition(":")
            fields.append((name.lower(), value))
    headers = Headers()
    for name, value in fields:
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return HttpRequest(method, f"https://{headers['host']}{target}", headers, body.encode())


def credentials_of(case: dict[str, Any]) -> Credentials:
    keys = case["credentials"]
    return Credentials(keys["access_key_id"], keys["secret_access_key"], keys.get("token"))


def signature_parts(signed: HttpRequest) -> dict[str, str]:
    found = re.findall(
        r"(Credential|SignedHeaders|Signature)=([^,]*)", signed.headers["authorization"]
    )
    return dict(found)


def texts_of(signed: HttpRequest, region: str, service: str, **path: bool) -> tuple[str, str]:
    """Return the canonical request and string to sign behind a signature."""
    names = signature_parts(signed)["SignedHeaders"].split(";")
    assert isinstance(signed.body, bytes)
    body_hash = hashlib.sha256(signed.body).hexdigest()
    payload_hash = signed.headers.get("x-amz-content-sha256", body_hash)
    canonical = canonical_request(signed, names, payload_hash, **path)
    date = signed.headers["x-amz-date"]
    return canonical, string_to_sign(canonical, date, credential_scope(date, region, service))


@pytest.mark.parametrize("folder", [pytest.param(p, id=f"sigv4-{p.name}") for p in V4])
def test_sigv4_header_signature(folder: Path) -> None:
    def text(name: str) -> str:
        return (folder / name).read_bytes().decode()

    context = read_json(folder / "context.json")
    region, service, normalize = context["region"], context["service"], context["normalize"]
    signed = sign(
        parse_request(text("request.txt")),
        credentials_of(context),
        service=service,
        region=region,
        now=datetime.fromisoformat(context["timestamp"]),
        sign_body=context["sign_body"],
        normalize=normalize,
        omit_session_token=context.get("omit_session_token", False),
        unsigned_headers=SUITE_UNSIGNED,
    )
    assert texts_of(signed, region, service, normalize=normalize) == (
        text("header-canonical-request.txt"),
        text("header-string-to-sign.txt"),
    )
    assert signature_parts(signed)["Signature"] == text("header-signature.txt")
    assert signed == parse_request(text("header-signed-request.txt"))


@pytest.mark.parametrize("folder", [pytest.param(p, id=f"sigv4a-{p.name}") for p in V4A])
def test_sigv4a_header_signature(folder: Path) -> None:
    def text(name: str) -> str:
        return (folder / name).read_bytes().decode()

    context = read_json(folder / "context.json")
    service, normalize = context["service"], context["normalize"]
    signed = sigv4a.sign(
        parse_request(text("request.txt")),
        credentials_of(context),
        service=service,
        region_set=[context["region"]],
        now=datetime.fromisoformat(context["timestamp"]),
        sign_body=context["sign_body"],
        normalize=normalize,
        omit_session_token=context.get("omit_session_token", False),
        unsigned_headers=SUITE_UNSIGNED,
    )
    parts = signature_parts(signed)
    assert isinstance(signed.body, bytes)
    body_hash = hashlib.sha256(signed.body).hexdigest()
    canonical = canonical_request(
        signed,
        parts["SignedHeaders"].split(";"),
        signed.headers.get("x-amz-content-sha256", body_hash),
        normalize=normalize,
    )
    date = signed.headers["x-amz-date"]
    scope = sigv4a.credential_scope(date, service)
    to_sign = string_to_sign(canonical, date, scope, sigv4a.ALGORITHM)
    assert canonical == text("header-canonical-request.txt")
    assert to_sign == text("header-string-to-sign.txt")

    point = read_json(folder / "public-key.json")
    public = public_key(int(point["X"], 16), int(point["Y"], 16))
    verify(public, parts["Signature"], to_sign)
    verify(public, text("header-signature.txt"), to_sign)
    with pytest.raises(InvalidSignature):
        verify(public, parts["Signature"], f"{to_sign} ")

    # Signatures differ on every run: all else is as the suite has it.
    expected = parse_request(text("header-signed-request.txt"))
    theirs = signature_parts(expected)["Signature"]
    verify(public, theirs, to_sign)
    authorization = expected.headers["authorization"]
    expected.headers["authorization"] = authorization.replace(theirs, parts["Signature"])
    assert signed == expected


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=f"sigv4-double-encoding-{c['id']}") for c in DOUBLE_ENCODING]
)
def test_sigv4_double_encoding(case: dict[str, Any]) -> None:
    wire = case["request"]
    region, service = case["region"], case["service"]
    signed = sign(
        HttpRequest(
            wire["method"],
            f"https://{wire['headers']['Host']}{wire['wire_path']}",
            wire["headers"],
            wire["body"].encode(),
        ),
        credentials_of(case),
        service=service,
        region=region,
        now=datetime.fromisoformat(case["timestamp"]),
        sign_body=False,
    )
    canonical, text = texts_of(signed, region, service)
    assert canonical == case["canonical_request"]
    assert canonical.split("\n")[1] == case["canonical_path"]
    assert text == case["string_to_sign"]
    parts = signature_parts(signed)
    assert parts["SignedHeaders"] == case["signed_headers"]
    assert parts["Signature"] == case["signature"]


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=f"sigv4-event-signing-{c['id']}") for c in EVENT_SIGNING]
)
def test_sigv4_event_signing(case: dict[str, Any]) -> None:
    region, service = case["region"], case["service"]
    secret = case["credentials"]["secret_access_key"]
    prior = case["initial_signature_hex"]
    for event in case["events"]:
        now = datetime.strptime(event["date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        headers, payload = bytes.fromhex(event["headers_hex"]), bytes.fromhex(event["payload_hex"])
        text = event_string_to_sign(
            headers, payload, prior_signature=prior, service=service, region=region, now=now
        )
        signature = signature_of(secret, format_date(now)[:8], region, service)(text)
        known = {
            "string_to_sign": text,
            "signature": signature,
            "date_ms": int(now.timestamp() * 1000),
        }
        given = {name: event[name] for name in known if name in event}
        assert given.keys() & {"string_to_sign", "signature"}, (
            f"{event['name']} says nothing to check"
        )
        assert {name: known[name] for name in given} == given
        if "date_ms" in event:
            assert encode_headers({":date": now}) == headers
        prior = signature
