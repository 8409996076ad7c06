"""Responses: we accept nothing that h11 refuses, see what it sees, however the bytes are cut.

Input: method, choice of cuts, and the response.
"""

from __future__ import annotations

from tests.fuzz.target import Target, bytewise, pieces
from tests.runtime.exchanges import chunked, read
from tests.runtime.http1_peers import CORPUS, TOKENS, compare
from tests.runtime.test_http1 import MALFORMED
from tests.runtime.test_http1_bodies import BROKEN

_METHODS = ("POST", "GET", "HEAD")


def check(data: bytes) -> None:
    """Hold one response against both peers, and against itself in pieces."""
    if len(data) < 2:
        return
    method, wire = _METHODS[data[0] % len(_METHODS)], data[2:]
    compare(wire, method)
    for closes in (False, True):
        whole = read([wire], method, closes=closes)
        assert read(pieces(wire, data[1]), method, closes=closes) == whole
        assert read(bytewise(wire), method, closes=closes) == whole


_WIRES = [
    *CORPUS.values(),
    *(wire for wires in MALFORMED.values() for wire in wires.values()),
    *(chunked(chunk, b"0\r\n\r\n") for chunk in BROKEN.values()),
]

TARGET = Target(
    check,
    [bytes((number % 3, number % 256)) + wire for number, wire in enumerate(_WIRES)],
    TOKENS,
)
