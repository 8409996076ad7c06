"""Text, lines, JSON Lines and server-sent events: the same however cut, and as others read them.

Input: choice of cuts, choice of decoder, and the content.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from drawplate.text_streams import (
    ByteLineDecoder,
    Decoder,
    JsonLineDecoder,
    LineDecoder,
    ServerSentEventDecoder,
    TextDecoder,
)

from tests.fuzz.target import Target, bytewise, pieces
from tests.runtime.text_parts import Outcome, outcome

#: What other code makes of content that a decoder takes without an error.
Oracle = Callable[[bytes], list[Any]]


def check(data: bytes) -> None:
    """Decode in three ways, and hold what came against other code."""
    if len(data) < 2:
        return
    content = data[2:]
    new, oracle = _DECODERS[data[1] % len(_DECODERS)]
    is_text = isinstance(new(), TextDecoder)
    whole = _seen(outcome([content], new()), is_text)
    assert _seen(outcome(pieces(content, data[0]), new()), is_text) == whole
    assert _seen(outcome(bytewise(content), new()), is_text) == whole
    if oracle is not None and whole[1] is None:
        assert repr(whole[0]) == repr(oracle(content))  # by repr, for NaN is not NaN


def _seen(found: Outcome[Any], is_text: bool) -> Outcome[Any]:
    """Text in one piece, since its pieces are those that arrived."""
    items, failure = found
    return (["".join(items)], failure) if is_text else ([*map(repr, items)], failure)


def _file(content: bytes, how: tuple[str, str]) -> list[Any]:
    file = io.TextIOWrapper(io.BytesIO(content), *how, newline=None)
    return [repr(line.removesuffix("\n")) for line in file]


def _byte_lines(content: bytes) -> list[Any]:
    return [*map(repr, content.splitlines())]


def _json(content: bytes) -> list[Any]:
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    return [repr(json.loads(line.decode())) for line in lines if line.strip(b" \t")]


def _text(content: bytes, how: tuple[str, str]) -> list[Any]:
    return [content.decode(*how)]


_TEXTS = [
    *(("utf-8", "strict"), ("utf-8", "replace"), ("utf-8", "surrogateescape")),
    *(("utf-16", "strict"), ("utf-16-le", "replace"), ("utf-32", "ignore")),
]
_LINES = [("utf-8", "replace"), ("latin-1", "strict"), ("utf-16", "replace")]

_DECODERS: list[tuple[Callable[[], Decoder[Any]], Oracle | None]] = [
    (ServerSentEventDecoder, None),
    (partial(ServerSentEventDecoder, done="[DONE]", max_line=40), None),
    (JsonLineDecoder, _json),
    (partial(JsonLineDecoder, max_line=20), _json),
    (ByteLineDecoder, _byte_lines),
    (partial(ByteLineDecoder, max_line=5), _byte_lines),
    *((partial(LineDecoder, *how), partial(_file, how=how)) for how in _LINES),
    *((partial(TextDecoder, *how), partial(_text, how=how)) for how in _TEXTS),
    # Their states have more in them than a few bytes; the standard library is no second opinion.
    (partial(TextDecoder, "iso2022_jp"), None),
    (partial(TextDecoder, "utf-7"), None),
    (partial(TextDecoder, "shift_jis", "replace"), None),
]

_CONTENTS = [
    b"event: token\r\ndata: a\ndata: b\n\nid: 7\rretry: 10\rdata\r\r: x\ndata: [DONE]\n\n",
    b'\xef\xbb\xbf{"a": [1.5, null]}\r\n\n \t\n"\xc3\xa9"\n[1]',
    "a\r\nb\rc é日🎉\x0b\x85\u2028\n\n".encode(),
    "é日🎉\n".encode("utf-16"),
    "日本".encode("iso2022_jp") + b"\r\n",
]

TARGET = Target(
    check,
    [
        bytes((number, kind)) + content
        for kind in range(len(_DECODERS))
        for number, content in enumerate(_CONTENTS)
    ],
    [
        *(b"data: ", b"event:", b"id:", b"retry: ", b"\r\n", b"\n\n", b"[DONE]", b"\xef\xbb\xbf"),
        *(b'{"a":1}', b"null", b"NaN", b"\\ud800", b"\xe4\xbd", b"\x1b$B", b"\x1b(B", b"\xff\xfe"),
    ],
)
