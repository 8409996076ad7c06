"""What is read of a session's announcement."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from drawplate.sessions import NewSession, SessionNotOpenError, read_new_session
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_runtime.types import InvokeEndpointOutput

ENDS = datetime(2026, 1, 15, 13, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expires_at"),
    [
        ("abc-123; Expires=2026-01-15T13:34:56Z", ENDS),
        ("abc-123;expires = 2026-01-15T13:34:56Z ", ENDS),
        ("abc-123", None),
        ("abc-123; Expires=soon", None),
        ("abc-123; Path=/", None),
    ],
)
def test_the_id_and_the_end_of_a_session(text: str, expires_at: datetime | None) -> None:
    assert read_new_session(text) == NewSession("abc-123", expires_at)


@given(
    st.from_regex(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", fullmatch=True),
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)),
)
def test_what_a_service_writes_is_what_is_read(session_id: str, moment: datetime) -> None:
    ends = moment.replace(microsecond=0, tzinfo=UTC)
    text = f"{session_id}; Expires={ends.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    assert read_new_session(text) == NewSession(session_id, ends)


def test_an_error_survives_a_pickle() -> None:
    error = SessionNotOpenError("none", InvokeEndpointOutput(body=b"x"))
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(copied), copied.output) == ("none", InvokeEndpointOutput(body=b"x"))
