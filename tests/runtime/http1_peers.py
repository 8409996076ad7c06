"""What h11 and http.client make of a response, beside what our decoder makes of it.

h11 is the judge of what is valid: what it refuses, we must not accept. http.client is lenient;
where all three accept a response, all three must have seen the same one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

import h11
from drawplate.http1 import encode_chunk, whole_response

from tests.runtime.exchanges import Seen, chunked, head, read
from tests.runtime.test_http1 import GOOD

CORPUS = {
    **{name: wire for name, (wire, _) in GOOD.items()},
    "until-close": head(b"X: y") + b"until\r\n\r\nclose",
    "until-close-1.0": head(status=b"HTTP/1.0 200 OK") + b"x",
    "typical": head(
        b"x-amzn-RequestId: 3c2a7a7e-9e2a-4a2c-8b0a-0a7d6e2c1b11",
        b"x-Amzn-Invoked-Production-Variant: AllTraffic",
        b"Content-Type: application/json",
        b"Date: Wed, 25 Nov 2026 15:07:41 GMT",
        b"Content-Length: 12",
        b"Connection: keep-alive",
    )
    + b'{"a": [1.5]}',
    "stream": chunked(*(encode_chunk(bytes(i)) for i in range(1, 40)), b"0\r\n\r\n"),
}
#: What smuggling and sloppy parsers are made of.
TOKENS = [
    *(bytes((byte,)) for byte in b"\r\n \t\0:,;0159afFxX-+_\x0b\x0c\x1b\x7f\x80\x85\xa0\xff=\"'"),
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"\n\r\n",
    b"\r\n ",
    b"0\r\n",
    b"0\r\n\r\n",
    b"2\r\nok\r\n",
    b"0x",
    b"chunked",
    b"gzip, ",
    b"close",
    b"Content-Length: 2\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Connection: close\r\n",
    b"X-Y: z\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0",
    b"HTTP/1.1",
    b" 204",
    b" 304 ",
    b"\xc3\xbc",
    b"\xe2\x84\xaa",
]


def merged(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The fields as our decoder tells them."""
    values: dict[str, bytes] = {}
    for raw, value in fields:
        name, value = raw.decode().lower(), value.strip(b" \t")
        values[name] = values[name] + b", " + value if name in values else value
    return {name: text(value) for name, value in values.items()}


def text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def known(fields: Any) -> dict[str, str]:
    """Without what h11 changes in values that it knows."""
    return {k: v.lower() if k == "transfer-encoding" else v for k, v in fields.items()}


def by_h11(wire: bytes, method: str, *, closes: bool) -> tuple[Seen, bool]:
    """What h11 saw, and whether it refused to see more."""
    client = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    client.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
    client.send(h11.EndOfMessage())
    if wire:
        client.receive_data(wire)
    if closes:
        client.receive_data(b"")
    status, headers, body, trailers = 0, dict[str, str](), b"", dict[str, str]()
    interim: tuple[int, ...] = ()
    ended = refused = False
    while not ended:
        try:
            got = client.next_event()
        except h11.RemoteProtocolError:
            refused = True
            break
        if isinstance(got, h11.InformationalResponse):
            interim = (*interim, got.status_code)
        elif isinstance(got, h11.Response):
            status, headers = got.status_code, merged(got.headers)
        elif isinstance(got, h11.Data):
            body += got.data
        elif isinstance(got, h11.EndOfMessage):
            trailers, ended = merged(got.headers), True
        else:
            break
    reusable = client.their_state is h11.DONE and client.trailing_data == (b"", False)
    return Seen(status, headers, body, trailers, interim, ended, reusable), refused


class _Wire(io.BytesIO):
    """As a socket and as its file, which both outlive a response."""

    def makefile(self, _mode: str) -> _Wire:
        return self

    def close(self) -> None:
        pass


def by_http_client(wire: bytes, method: str) -> tuple[int, dict[str, str], bytes] | None:
    """What http.client saw of a response behind which the connection ends; None if it raised."""
    connection = _Wire(wire)
    try:
        while True:
            response = HTTPResponse(cast("Any", connection), method=method)
            response.begin()
            if response.status >= 200:
                break
        coding = response.getheader("transfer-encoding", "").strip(" \t")
        if coding.lower() == "chunked" and not response.chunked:
            return None  # it takes the white space behind a coding for a part of it
        body = response.read()
    except (HTTPException, ValueError):
        return None
    pairs = ((k.encode("latin-1"), v.encode("latin-1")) for k, v in response.getheaders())
    return response.status, merged(pairs), body


def misread_by_http_client(status: int, headers: dict[str, str]) -> bool:
    """Whether the framing is of a kind that http.client is known to get wrong."""
    # It takes a repeated length for none, and chunks where no body can be for a body.
    no_body = status in {204, 304} and "transfer-encoding" in headers
    return no_body or "," in headers.get("content-length", "")


def compare(wire: bytes, method: str) -> str:
    """Hold that we accept less, and nothing differently. Returns who accepts the response."""
    for closes in (False, True):
        ours = read([wire], method, closes=closes)
        theirs, refused = by_h11(wire, method, closes=closes)
        if ours.status:
            assert (ours.status, known(ours.headers)) == (theirs.status, known(theirs.headers))
            assert theirs.interim == ours.interim
            assert theirs.body.startswith(ours.body)
        if ours.ended:
            assert (theirs.ended, refused) == (True, False)
            assert (theirs.body, theirs.trailers) == (ours.body, ours.trailers)
        if ours.reusable:
            assert theirs.reusable
    # The decoder has also remembered the status line, which the other looks up.
    whole = whole_response(method, wire)
    if whole is not None:
        assert Seen(*whole) == read([wire], method)
    if ours.error is None:
        client = by_http_client(wire, method)
        if client is not None and not misread_by_http_client(client[0], client[1]):
            assert client == (ours.status, ours.headers, ours.body)
        return "h11 and we" if client is None else "all"
    return "h11, not we" if theirs.ended else "neither h11 nor we"
