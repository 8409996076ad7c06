"""Signatures over events that a client sends, against a known stream of one event and its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import ParamValidationError
from drawplate.eventstream import FrameDecoder
from drawplate.eventstream_signing import EventSigner

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 1, 15, 12, 34, 56, 999999, tzinfo=UTC)
INNER = bytes.fromhex(
    "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
    "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
    "637465742d73747265616d48656c6c6ff7c3a006"
)
FIRST = "3aab68bc959f1e62682f6c992e6933872d090a655166d24f77fa77f4ad73c08f"
LAST = "a22b2f77c6a9533840a3628dea2349c4b8ea50a616c0c9b9b25c9f4596cd0754"


def signer() -> EventSigner:
    return EventSigner(
        Credentials("AKIDEXAMPLE", SECRET),
        service="sagemaker",
        region="us-east-1",
        prior_signature="440415e8cfbdc3864e140dc10eb75ebec894a6a2611944b31161f1d56dac1f19",
    )


@pytest.mark.parametrize("now", [NOW, NOW.timestamp()])
def test_event_and_end_of_stream(now: datetime | float) -> None:
    events = signer()
    assert events.sign(INNER, now).hex() == (
        "000000c1000000435e820e28053a64617465080000019bc1a6d980103a6368756e6b2d7369676e617475726506"
        f"0020{FIRST}{INNER.hex()}ee3de09a"
    )
    assert events.prior_signature == FIRST
    assert events.sign(b"", now).hex() == (
        "0000005300000043f5447a58053a64617465080000019bc1a6d980103a6368756e6b2d7369676e617475726506"
        f"0020{LAST}2bcd5103"
    )
    assert events.prior_signature == LAST


def test_signed_event_holds_date_signature_and_event() -> None:
    (frame,) = FrameDecoder().feed(signer().sign(INNER, NOW))
    assert frame.headers == {
        ":date": NOW.replace(microsecond=0),
        ":chunk-signature": bytes.fromhex(FIRST),
    }
    assert frame.payload == INNER


def test_naive_time_is_refused_and_nothing_signed() -> None:
    events = signer()
    with pytest.raises(ParamValidationError, match="no time zone"):
        events.sign(INNER, NOW.replace(tzinfo=None))
    assert events.sign(INNER, NOW) == signer().sign(INNER, NOW)


def test_no_secret_is_shown() -> None:
    assert SECRET not in repr(signer())
