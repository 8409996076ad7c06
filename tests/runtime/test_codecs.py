"""Codecs: what they write and read, what they refuse, and which one reads an answer."""

from __future__ import annotations

import array
import csv
import ctypes
import io
import sys
from typing import Any

import pytest
from drawplate.codecs import (
    CODECS,
    CSV,
    JSON,
    JSON_LINES,
    NPY,
    TEXT,
    Codec,
    JsonCodec,
    JsonLinesCodec,
    decode,
    media_type,
)
from drawplate.errors import (
    ContentError,
    JsonLineError,
    MissingLibraryError,
    TextDecodeError,
    UnknownContentTypeError,
)
from drawplate.structures import BlobOutput
from hypothesis import given
from hypothesis import strategies as st


class Answered(BlobOutput):
    __slots__ = ("kind", "payload")
    blob_members = ("payload", "kind")

    def __init__(self, payload: bytes, kind: str | None = None) -> None:
        self.payload = payload
        self.kind = kind


def refusal(codec: Codec[Any, Any], *, of: Any = None, body: bytes | None = None) -> str:
    """What a codec says to a value, or to bytes; nothing of them may be in it or behind it."""
    with pytest.raises(ContentError) as caught:
        codec.encode(of) if body is None else codec.decode(body)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert "secret" not in repr(caught.value)
    return str(caught.value)


plain_text = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # No constants: each would be one more case to look at.
    | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=8,
)


@given(documents)
def test_json_goes_there_and_back(document: Any) -> None:
    assert JSON.decode(JSON.encode(document)) == document


@given(st.lists(documents))
def test_json_lines_go_there_and_back(rows: list[Any]) -> None:
    content = JSON_LINES.encode(rows)
    assert JSON_LINES.decode(content) == rows
    assert content.count(b"\n") == len(rows)


@given(st.lists(st.lists(plain_text)))
def test_csv_goes_there_and_back(rows: list[list[str]]) -> None:
    content = CSV.encode(rows)
    # A mark in front is for programs that guess encodings, and no part of the first field.
    if not content.startswith(b"\xef\xbb\xbf"):
        assert CSV.decode(content) == rows
    assert list(csv.reader(io.StringIO(content.decode(), newline=""))) == rows


@given(plain_text)
def test_text_goes_there_and_back(text: str) -> None:
    assert TEXT.decode(TEXT.encode(text), TEXT.content_type) == text


def test_what_they_write() -> None:
    assert JSON.encode({"a": ["é", 1.5, None, True]}) == '{"a":["é",1.5,null,true]}'.encode()
    assert JSON_LINES.encode(iter([{"a": 1}, 2])) == b'{"a":1}\n2\n'
    rows: list[list[object]] = [[1, 2.5, None, True], ["a,b", 'say "hi"', "x\ny", "x\ry"], [], [""]]
    assert CSV.encode(rows) == b'1,2.5,,True\n"a,b","say ""hi""","x\ny","x\ry"\n\n""\n'
    assert TEXT.encode("é") == b"\xc3\xa9"
    assert JSON.encode([array.array("d", [1, 2]), memoryview(b"a")]) == b"[[1.0,2.0],[97]]"
    assert JsonCodec(allow_nan=True).encode([float("nan")]) == b"[NaN]"
    assert JsonLinesCodec(allow_nan=True).encode([float("inf")]) == b"Infinity\n"


def test_what_they_read() -> None:
    assert JSON.decode(b"\xef\xbb\xbf[1, NaN]")[0] == 1
    assert JSON.decode("[1]".encode("utf-16")) == [1]
    assert JSON_LINES.decode(b'\n{"a": 1}\r\n\r\n2') == [{"a": 1}, 2]
    assert CSV.decode(b"\xef\xbb\xbfa,b\r\n\n1,2") == [["a", "b"], [], ["1", "2"]]
    assert CSV.decode(b'"\xe9",2\r1,""', 'text/csv; charset="latin-1"') == [["é", "2"], ["1", ""]]
    assert TEXT.decode(b"\xe9", "text/plain;Charset=ISO-8859-1") == "é"
    assert JsonCodec(int).decode(b"5") == 5
    assert JsonLinesCodec(int).decode(b"5\n6\n") == [5, 6]


def loop() -> list[Any]:
    held: list[Any] = []
    held.append(held)
    return held


def test_values_that_cannot_be_written_are_refused() -> None:
    refused = "the value cannot be written as JSON: "
    assert refusal(JSON, of={"secret": object()}) == (
        f"{refused}an object of type object is no JSON value"
    )
    number = f"{refused}it holds itself, or a number that is NaN or infinite (see allow_nan)"
    assert refusal(JSON, of=float("nan")) == number
    assert refusal(JSON, of=loop()) == number
    assert refusal(JSON, of="\ud800secret") == f"{refused}it has half of a surrogate pair in it"
    assert refusal(JSON, of={("secret",): 1}).startswith(f"{refused}keys must be str, int")
    assert refusal(JSON_LINES, of=[1, {2}]) == f"{refused}an object of type set is no JSON value"
    lines = "the value has to be a list of documents, one for each line"
    assert [refusal(JSON_LINES, of=value) for value in ("secret", b"x", {"a": 1})] == [lines] * 3
    row = "row 2 is of type {}; a row has to be a list of fields"
    assert refusal(CSV, of=[["a"], "secret"]) == row.format("str")
    assert refusal(CSV, of=[["a"], 5]) == row.format("int")
    assert "surrogate" in refusal(CSV, of=[["\ud800"]])
    assert "surrogate" in refusal(TEXT, of="\ud800")


def test_content_of_another_format_is_refused() -> None:
    assert refusal(JSON, body=b"secret") == (
        "the content is not JSON; it cannot go on at character 0"
    )
    assert refusal(JSON, body=b"") == "the content is not JSON; it cannot go on at character 0"
    for body in (b'"\xff secret"', b"[" * 100_000, b"1" * 5000):
        assert refusal(JSON, body=body) == "the content is not JSON"
    assert (
        refusal(JSON_LINES, body=b"1\nsecret") == "line 2 of the content is not JSON (at column 1)"
    )
    assert refusal(CSV, body=b'"secret').startswith("the content is not CSV: a quoted field is not")
    assert refusal(TEXT, body=b"secret \xff").startswith("the content is not text in utf-8: it can")
    with pytest.raises(JsonLineError):
        JSON_LINES.decode(b"x")
    with pytest.raises(UnknownContentTypeError, match="the charset of the answer is not known"):
        TEXT.decode(b"a", "text/plain; charset=utf-9")


def test_a_request_is_body_and_types() -> None:
    assert JSON.request([1]) == {
        "body": b"[1]",
        "content_type": "application/json",
        "accept": "application/json",
    }
    assert CSV.request([[1]], accept=JSON) == {
        "body": b"1\n",
        "content_type": "text/csv",
        "accept": "application/json",
    }
    assert TEXT.request("a", accept="image/png")["accept"] == "image/png"
    assert [codec.content_type for codec in CODECS] == [
        "application/json",
        "application/jsonlines",
        "text/csv",
        "application/x-npy",
        "text/plain; charset=utf-8",
    ]


READ: dict[str, tuple[bytes, Any]] = {
    "application/json": (b"[1]", [1]),
    "Application/JSON; charset=utf-8": (b"[1]", [1]),
    "application/vnd.api+json": (b"[1]", [1]),
    "application/jsonlines": (b"1\n2\n", [1, 2]),
    "application/x-ndjson": (b"1\n2\n", [1, 2]),
    "text/csv": (b"1,2\n", [["1", "2"]]),
    "text/plain": (b"a", "a"),
    "text/html; charset=latin-1": (b"\xe9", "é"),
}


@pytest.mark.parametrize("content_type", READ)
def test_an_answer_is_read_by_its_content_type(content_type: str) -> None:
    body, value = READ[content_type]
    assert decode(Answered(body, content_type)) == value


def test_an_answer_of_no_known_type_is_refused() -> None:
    with pytest.raises(UnknownContentTypeError) as caught:
        decode(Answered(b"secret", "image/png; name=hidden"))
    assert caught.value.content_type == "image/png; name=hidden"
    assert str(caught.value) == (
        "there is no codec for content of type 'image/png'; take the bytes as they are, or pass a "
        "codec for them"
    )
    for absent in (None, ""):
        with pytest.raises(UnknownContentTypeError, match="states no content type"):
            decode(Answered(b"secret", absent))


class Shout(Codec[str, str]):
    content_type = "text/csv"
    media_types = frozenset({"text/csv"})

    def encode(self, value: str, /) -> bytes:
        return value.upper().encode()

    def decode(self, body: bytes, content_type: str | None = None, /) -> str:
        return body.decode().lower()


def test_codecs_of_the_callers_go_first() -> None:
    assert decode(Answered(b"A,B", "text/csv"), Shout()) == "a,b"
    assert decode(Answered(b"[1]", "application/json"), Shout()) == [1]
    assert Shout().read(Answered(b"A", "text/csv")) == "a"
    assert repr(Shout()) == "<Shout text/csv>"


def test_a_codec_insists_on_its_type_where_one_is_stated() -> None:
    assert JSON.read(Answered(b"[1]")) == [1]
    assert CSV.read(Answered(b"a,b", "TEXT/CSV; header=present")) == [["a", "b"]]
    with pytest.raises(UnknownContentTypeError) as caught:
        JSON.read(Answered(b"secret", "text/csv; x=hidden"))
    assert str(caught.value) == (
        "the answer is of type 'text/csv', and JsonCodec does not read that; use decode(output), "
        "or ask for another type with accept"
    )


def test_outputs_have_text_and_json() -> None:
    assert Answered(b'{"a": 1}', "text/plain").json() == {"a": 1}
    assert Answered("é".encode()).text() == "é"
    assert Answered(b"\xe9", "text/plain; charset=latin-1").text() == "é"
    assert Answered(b"\xe9", "text/plain; charset=utf-8").text("latin-1") == "é"
    assert Answered(b"a\xff").text(errors="replace") == "a\ufffd"
    with pytest.raises(TextDecodeError) as caught:
        Answered(b"secret\xff").text()
    assert (caught.value.encoding, caught.value.position) == ("utf-8", 6)
    assert caught.value.__context__ is None
    with pytest.raises(ContentError, match=r"^the content is not JSON; it cannot go on at char"):
        Answered(b"secret").json()
    with pytest.raises(LookupError):
        Answered(b"a").text("utf-9")


def npy(body: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data of an array in NumPy's format."""
    assert body[:8] == b"\x93NUMPY\x01\x00"
    start = 10 + int.from_bytes(body[8:10], "little")
    assert start % 64 == 0
    text = body[10:start].decode("latin-1")
    assert text.endswith("\n")
    return eval(text, {"__builtins__": {}}), body[start:]  # noqa: S307 - as the format has it


ORDER = "<" if sys.byteorder == "little" else ">"


def test_arrays_are_sent_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    grid = memoryview(bytes(range(6))).cast("B", (2, 3))
    assert npy(NPY.encode(grid)) == (
        {"descr": "|u1", "fortran_order": False, "shape": (2, 3)},
        bytes(range(6)),
    )
    numbers = array.array("f", [1, 2, 3])
    assert npy(NPY.encode(numbers)) == (
        {"descr": f"{ORDER}f4", "fortran_order": False, "shape": (3,)},
        numbers.tobytes(),
    )
    assert npy(NPY.encode(b"ab"))[0]["descr"] == "|u1"
    both: list[Any] = [ctypes.c_int16.__ctype_be__ * 2, ctypes.c_uint32.__ctype_le__ * 2]
    assert [npy(NPY.encode(kind(1, 2)))[0]["descr"] for kind in both] == [">i2", "<u4"]
    assert npy(NPY.encode(both[0](1, 2)))[1] == b"\0\1\0\2"
    assert "of the format" in refusal(NPY, of=memoryview(b"secret").cast("c"))
    for use in (lambda: NPY.encode([1]), lambda: NPY.decode(b"")):
        with pytest.raises(MissingLibraryError, match="install NumPy: pip install numpy"):
            use()


def test_arrays_go_there_and_back() -> None:
    numpy = pytest.importorskip("numpy")
    made: list[Any] = [
        numpy.arange(6, dtype="<f4").reshape(2, 3),
        numpy.arange(6, dtype=">i8").reshape(3, 2).T,
        numpy.array(5.5),
        numpy.array([], dtype="?"),
        numpy.array(["a", "bc"]),
        numpy.arange(3, dtype="f2"),
        numpy.array(["2026-01-15"], dtype="M8[s]"),
    ]
    for value in made:
        read = NPY.decode(NPY.encode(value))
        assert (read.dtype, read.tolist()) == (value.dtype, value.tolist())
    numbers = NPY.decode(NPY.encode(array.array("d", [1, 2])))
    assert (numbers.dtype.str, numbers.tolist()) == (f"{ORDER}f8", [1, 2])
    assert NPY.decode(NPY.encode([[1, 2], [3, 4]])).tolist() == [[1, 2], [3, 4]]
    assert decode(Answered(NPY.encode(b"ab"), "application/x-npy")).tolist() == [97, 98]
    assert (
        JSON.encode({"a": made[0], "b": numpy.float32(1)})
        == b'{"a":[[0.0,1.0,2.0],[3.0,4.0,5.0]],"b":1.0}'
    )
    assert CSV.encode(made[0]) == b"0.0,1.0,2.0\n3.0,4.0,5.0\n"
    assert CSV.encode(list(numpy.arange(4.0).reshape(2, 2))) == b"0.0,1.0\n2.0,3.0\n"


def test_arrays_that_are_none_are_refused() -> None:
    numpy = pytest.importorskip("numpy")
    for value in (numpy.array([object()]), [[1], [1, 2]], object()):
        assert refusal(NPY, of=value).startswith("the value is no array of numbers")
    saved = NPY.encode(numpy.arange(9))
    pickled = io.BytesIO()
    numpy.save(pickled, numpy.array([{"secret": 1}], dtype=object), allow_pickle=True)
    for body in (b"", saved[:-1], saved[:20], b"PK\x03\x04", pickled.getvalue(), b"secret"):
        assert refusal(NPY, body=body) == (
            "the content is not an array in NumPy's format, or is cut off"
        )


@given(st.text())
def test_media_types_have_no_parameters(parameters: str) -> None:
    assert media_type(f" Text/CSV ;{parameters}") == "text/csv"
