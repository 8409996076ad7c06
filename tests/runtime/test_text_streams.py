"""Text, lines and JSON Lines out of parts: the same however they are cut, and what is refused."""

from __future__ import annotations

import codecs
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drawplate.errors import JsonLineError, LineTooLongError, TextDecodeError
from drawplate.text_streams import (
    MAX_LINE,
    ByteLineDecoder,
    Decoder,
    JsonLineDecoder,
    LineDecoder,
    TextDecoder,
    decoded,
)
from hypothesis import example, given
from hypothesis import strategies as st

from tests.runtime.text_parts import cut, cuts, outcome, same_however_cut

ENCODINGS = [
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-7", "ascii", "latin-1"),
    *("cp037", "cp1252", "shift_jis", "gb18030", "euc_jp", "iso2022_jp", "big5"),
]
ERRORS = ("strict", "replace", "ignore", "backslashreplace", "surrogateescape")

#: Text with many ends of lines and wide characters, and any bytes at all.
lines_of_text = st.text(st.sampled_from("\r\nab é日🎉\x0b\x85\u2028")).map(str.encode)
content = st.one_of(st.binary(max_size=60), lines_of_text)


def whole(content: bytes, encoding: str, errors: str) -> tuple[str, bool]:
    """The text up to the first byte that cannot be, and whether there is one."""
    for end in range(len(content), -1, -1):
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        try:
            return decoder.decode(content[:end], end == len(content)), end < len(content)
        except UnicodeError:
            if end == len(content):  # perhaps only its end is missing
                try:
                    text = codecs.getincrementaldecoder(encoding)(errors).decode(content)
                except UnicodeError:
                    continue
                return text, True
    return "", True


@given(content, cuts, st.sampled_from(ENCODINGS), st.sampled_from(ERRORS))
@example("é日🎉".encode(), [1, 3, 4, 6], "utf-8", "strict")
@example(b"ab\xe4\nc", [3], "utf-8", "strict")
@example(b"ab\xe4", [], "utf-8", "strict")
def test_text_is_the_same_however_it_is_cut(
    content: bytes, at: list[int], encoding: str, errors: str
) -> None:
    (text,), error = same_however_cut(content, at, lambda: TextDecoder(encoding, errors), "".join)
    assert (text, error is not None) == whole(content, encoding, errors)
    if error is not None:
        assert error[0] is TextDecodeError


def test_what_is_no_text_says_where_and_nothing_else() -> None:
    items, error = outcome([b"fine \xe4", b"nd secret"], TextDecoder())
    assert items == ["fine "]
    assert error == (
        TextDecodeError,
        "the content is not text in utf-8: it cannot go on at byte 6; give the right encoding, or "
        'errors="replace" to read on',
    )
    items, error = outcome([b"fine \xe4"], TextDecoder())
    assert items == ["fine "]
    assert error is not None
    assert error[1].startswith("the content is not text in utf-8: it ends inside a character at by")


@pytest.mark.parametrize(
    ("encoding", "errors", "text"),
    [
        ("utf-9", "strict", "unknown encoding: utf-9"),
        ("utf-8", "shrug", "unknown error handler name 'shrug'"),
        ("hex", "strict", "'hex' is not a text encoding"),
    ],
)
def test_names_that_python_does_not_know_are_refused_at_once(
    encoding: str, errors: str, text: str
) -> None:
    with pytest.raises(LookupError, match=text):
        TextDecoder(encoding, errors)


def file_lines(content: bytes, **how: Any) -> list[str]:
    """The lines as the standard library reads them from a file, with the ends it gives them."""
    return list(io.TextIOWrapper(io.BytesIO(content), **how))


@given(lines_of_text, cuts)
@example(b"a\r\nb\rc\nd", [2])
@example(b"a\r\n", [2])
@example(b"\r\n\r\n\n\r", [1, 3])
def test_lines_are_those_of_a_text_file(content: bytes, at: list[int]) -> None:
    lines, error = same_however_cut(content, at, LineDecoder)
    expected = file_lines(content, encoding="utf-8", newline=None)
    assert lines == [line.removesuffix("\n") for line in expected]
    assert error is None
    kept = file_lines(content, encoding="utf-8", newline="")
    assert lines == [line.rstrip("\r\n") for line in kept]


@given(st.text(st.sampled_from("\r\nab é日")), cuts, st.sampled_from(ENCODINGS))
def test_lines_are_those_of_a_text_file_in_any_encoding(
    text: str, at: list[int], encoding: str
) -> None:
    content = text.encode(encoding, "ignore")
    lines, error = same_however_cut(content, at, lambda: LineDecoder(encoding))
    expected = file_lines(content, encoding=encoding, newline=None)
    assert (lines, error) == ([line.removesuffix("\n") for line in expected], None)


@given(content, cuts)
def test_lines_of_bytes_are_cut_as_those_of_text(content: bytes, at: list[int]) -> None:
    lines, error = same_however_cut(content, at, ByteLineDecoder)
    assert (lines, error) == (content.splitlines(), None)
    text, _ = outcome([content], LineDecoder("latin-1"))
    assert [line.encode("latin-1") for line in text] == lines


@given(content, cuts, st.integers(1, 6))
def test_a_line_over_the_limit_is_an_error_after_those_before(
    content: bytes, at: list[int], limit: int
) -> None:
    expected = content.splitlines()
    long = next((n for n, line in enumerate(expected) if len(line) > limit), None)
    lines, error = same_however_cut(content, at, lambda: ByteLineDecoder(max_line=limit))
    assert lines == expected[:long]
    assert error == (
        None
        if long is None
        else (
            LineTooLongError,
            f"line {long + 1} of the content takes more than the limit of {limit}; "
            "a larger max_line allows more",
        )
    )


def test_limits_count_characters_where_text_is_cut() -> None:
    content = "日本\n日本語".encode()
    with pytest.raises(LineTooLongError) as caught:
        list(decoded([content], LineDecoder(max_line=2)))
    assert (caught.value.line, caught.value.limit) == (2, 2)
    assert list(decoded([content], LineDecoder(max_line=3))) == ["日本", "日本語"]


@pytest.mark.parametrize("new", [ByteLineDecoder, LineDecoder, JsonLineDecoder])
def test_a_limit_has_to_leave_room(new: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match=r"^max_line has to be at least 1; got 0$"):
        new(max_line=0)


def test_a_line_without_end_is_not_kept_beyond_the_limit() -> None:
    limit = 1 << 16
    kept: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            kept.append(tracemalloc.get_traced_memory()[0])
            yield b"ab"

    tracemalloc.start()
    try:
        with pytest.raises(LineTooLongError):
            list(decoded(endless(), ByteLineDecoder(max_line=limit)))
    finally:
        tracemalloc.stop()
    assert len(kept) == limit // 2 + 1
    # Of that, each note of this test takes 36 bytes, and there is one for two bytes of the line.
    assert max(kept) < 32 * limit


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ends = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b"\n \t\n"])


@given(st.lists(st.tuples(documents, ends)), cuts, st.booleans(), st.booleans())
def test_json_lines_are_the_same_however_they_are_cut(
    rows: list[tuple[Any, bytes]], at: list[int], is_ended: bool, has_mark: bool
) -> None:
    content = codecs.BOM_UTF8 if has_mark else b""
    content += b"".join(json.dumps(row, ensure_ascii=False).encode() + end for row, end in rows)
    if not is_ended and rows:
        content = content[: -len(rows[-1][1])]
    items, error = same_however_cut(content, at, lambda: JsonLineDecoder(max_line=MAX_LINE))
    assert (items, error) == ([row for row, _ in rows], None)


BAD_LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"secret", " (at column 1)"),
    "cut off": (b'{"secret": 1', " (at column 13)"),
    "two documents": (b"1 2", " (at column 3)"),
    "no UTF-8": (b'"\xe4"', ""),
    "nested without end": (b"[" * 100_000, ""),
    "a number of too many digits": (b"1" * 5000, ""),
}


@pytest.mark.parametrize("case", BAD_LINES)
@pytest.mark.parametrize("end", [b"", b"\n3"])
def test_a_line_that_is_no_json_is_an_error_after_those_before(case: str, end: bytes) -> None:
    line, place = BAD_LINES[case]
    items, error = same_however_cut(b'{"a":1}\n\n2\n' + line + end, [4, 9], JsonLineDecoder)
    assert items == [{"a": 1}, 2]
    assert error == (JsonLineError, f"line 4 of the content is not JSON{place}")


def test_lines_may_be_read_by_a_function_of_the_callers() -> None:
    items, error = same_however_cut(b"1\n 2\n\n3", [1], lambda: JsonLineDecoder(int))
    assert (items, error) == ([1, 2, 3], None)
    decoder: Decoder[int] = JsonLineDecoder(int)
    numbers = decoded([b"1\n2\nx\n4"], decoder)
    assert [next(numbers), next(numbers)] == [1, 2]
    with pytest.raises(ValueError, match=r"invalid literal for int") as caught:
        next(numbers)
    assert caught.value.__notes__ == ["in line 3 of the content"]


@given(st.binary(max_size=30), cuts)
def test_cutting_loses_nothing(content: bytes, at: list[int]) -> None:
    assert b"".join(cut(content, at)) == content
