"""The decoder against h11 and http.client, on good responses and on mutations of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from drawplate.http1 import MAX_CHUNK_LINE, ResponseDecoder, whole_response
from hypothesis import event, example, given
from hypothesis import strategies as st

from tests.runtime.exchanges import bytewise, chunked, head, read
from tests.runtime.http1_peers import CORPUS, TOKENS, compare
from tests.runtime.test_http1 import MALFORMED
from tests.runtime.test_http1_bodies import BROKEN

METHODS = st.sampled_from(["POST", "GET", "HEAD"])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A response with up to four changes, of which most are near the beginning."""
    wire = draw(st.sampled_from(sorted(CORPUS.values())))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, min(len(wire), draw(st.sampled_from([40, 120, 400])))))
        size = draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 8]))
        change = draw(st.sampled_from(["replace", "replace", "repeat", "random"]))
        if change == "replace":
            new = draw(st.sampled_from([b"", *TOKENS]))
        elif change == "repeat":
            new = wire[at : at + size] * 2
        else:
            new = draw(st.binary(max_size=3))
        wire = wire[:at] + new + wire[at + size :]
    return wire


@pytest.mark.parametrize("method", ["POST", "HEAD"])
@pytest.mark.parametrize("name", CORPUS)
def test_good_responses_are_accepted_by_all(name: str, method: str) -> None:
    by = "h11 and we" if (name, method) == ("no-content-of-chunks", "POST") else "all"
    assert compare(CORPUS[name], method) == by


@pytest.mark.parametrize(
    "wire",
    [
        *(
            pytest.param(wire, id=name)
            for wires in MALFORMED.values()
            for name, wire in wires.items()
        ),
        *(pytest.param(chunked(chunk, b"0\r\n\r\n"), id=name) for name, chunk in BROKEN.items()),
    ],
)
def test_broken_responses(wire: bytes) -> None:
    assert compare(wire, "POST") in {"h11, not we", "neither h11 nor we"}


@given(mutated(), METHODS)
@example(CORPUS["typical"].replace(b"1.1", b"1.0"), "POST")
@example(CORPUS["typical"].replace(b"Date", b"D\xc3\xa4te"), "POST")
@example(CORPUS["typical"].replace(b"keep-alive", b"close"), "POST")
@example(CORPUS["typical"] + b"x", "POST")
@example(CORPUS["typical"][:-1], "POST")
@example(b"HTTP/1.1 200 OK\n\r\n", "POST")
@example(b"HTTP/1.1 100 \r\n\r\n\n", "POST")
@example(chunked(b"0\r\nx: y\n\r\n"), "POST")
@example(head(b"Transfer-Encoding: chunked\t") + b"2\r\nok\r\n0\r\n\r\n", "GET")
@example(chunked(b"1;" + b"a" * MAX_CHUNK_LINE + b"\r\nb\r\n0\r\n\r\n"), "POST")
def test_we_accept_less_and_never_differently(wire: bytes, method: str) -> None:
    event(compare(wire, method))


@given(mutated(), METHODS, st.lists(st.integers(0, 400), max_size=6), st.booleans())
def test_arrivals_change_nothing(wire: bytes, method: str, at: list[int], closes: bool) -> None:
    bounds = [0, *sorted(at), len(wire)]
    whole = read([wire], method, closes=closes)
    parts = [wire[start:end] for start, end in pairwise(bounds)]
    assert read(parts, method, closes=closes) == whole
    assert read(bytewise(wire), method, closes=closes) == whole


def test_a_typical_response_is_whole() -> None:
    wire = CORPUS["typical"]
    ResponseDecoder("POST", "h:1").feed(wire)
    whole = whole_response("POST", wire)
    assert whole is not None
    assert (whole[0], whole[1]["content-length"], whole[2]) == (200, "12", b'{"a": [1.5]}')
    assert len(whole[1]) == 6
