"""XML of answers: what is read out of it, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from drawplate.errors import ResponseParseError
from drawplate.xml import (
    MAX_DEPTH,
    MAX_SIZE,
    Element,
    attribute,
    child,
    flat_list,
    flat_map,
    required_attribute,
    required_child,
    xml_blob,
    xml_bool,
    xml_date_time,
    xml_decimal,
    xml_document,
    xml_epoch_seconds,
    xml_float,
    xml_http_date,
    xml_int,
    xml_list,
    xml_map,
    xml_plain,
    xml_str,
    xml_union,
)
from hypothesis import given
from hypothesis import strategies as st

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<lolz>&c;</lolz>"""


def of(text: str) -> Element:
    """An element with some text."""
    return Element("x", {}, text)


def parsed(text: str) -> Element:
    return xml_document(text.encode())


def test_names_lose_their_prefixes_and_namespaces_are_no_attributes() -> None:
    root = parsed(
        '<a:r xmlns:a="u" xmlns="v" a:kind="k">'
        '<b xmlns="w">1</b><a:b xsi:t="2" xmlns:xsi="x"/></a:r>'
    )
    assert (root.name, root.attributes) == ("r", {"kind": "k"})
    first, second = root.children["b"]
    assert (first.text, second.text, second.attributes) == ("1", "", {"t": "2"})
    assert repr(first) == "<Element b>"


def test_text_is_whole_and_its_references_are_resolved() -> None:
    root = parsed(
        '\ufeff<?xml version="1.0"?><!-- <!DOCTYPE --><?p <!DOCTYPE ?>\n'
        "<r> a&amp;&#252;&lt;<!-- no --><![CDATA[<!DOCTYPE x>&amp;]]>\n</r>"
    )
    assert root.text == " a&ü<<!DOCTYPE x>&amp;\n"


def test_text_between_children_is_none() -> None:
    root = parsed("<r> a <b>1</b> c <b>2</b> d </r>")
    assert (root.text, [b.text for b in root.children["b"]]) == (" a ", ["1", "2"])


def test_an_empty_body_is_an_empty_element() -> None:
    root = xml_document(b"")
    assert (root.name, root.children, root.text) == ("", {}, "")


def test_a_path_leads_to_the_first_element() -> None:
    root = parsed("<r><a/><a><b>no</b></a><c><b>1</b><b>2</b></c></r>")
    assert root.first() is root
    assert root.first("a", "b") is None
    found = root.first("c", "b")
    assert found is not None
    assert found.text == "1"


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        b"<!DOCTYPE r><r/>",
        b"\xef\xbb\xbf <!-- a --> <?b c?>\n<!DOCTYPE r SYSTEM 'http://169.254.169.254/'><r/>",
        b"<!-- never ended <!DOCTYPE r><r/>",
    ],
)
def test_a_document_type_is_refused(content: bytes) -> None:
    with pytest.raises(ResponseParseError, match=r"^the response body is XML with a document type"):
        xml_document(content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_cannot_hide_a_document_type(encoding: str) -> None:
    with pytest.raises(ResponseParseError, match=r"^the response body is not XML in UTF-8$"):
        xml_document(LAUGHS.decode().encode(encoding))


@pytest.mark.parametrize(
    "content",
    [
        b"<r>",
        b"<r></s>",
        b"<r/><r/>",
        b"<r>&lol;</r>",
        b"<r><!DOCTYPE r></r>",
        b"<r>\xff</r>",
        b" ",
        b"secret",
        b'<?xml version="1.0"?> <r>\x01</r>',
    ],
)
def test_what_is_not_xml_is_refused_without_being_shown(content: bytes) -> None:
    with pytest.raises(ResponseParseError, match=r"^the response body is not XML: ") as caught:
        xml_document(content)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_elements_can_be_nested_to_a_depth() -> None:
    xml_document(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)
    deep = b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)
    with pytest.raises(ResponseParseError, match=r"with more than 100 elements inside another$"):
        xml_document(deep)


def test_a_giant_document_is_refused() -> None:
    with pytest.raises(ResponseParseError, match=r"is XML of more than 67108864 bytes$"):
        xml_document(bytes(MAX_SIZE + 1))


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_document_or_an_error(content: bytes) -> None:
    with suppress(ResponseParseError):
        assert isinstance(xml_document(content), Element)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="￾￿"))
)
def test_text_comes_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert xml_str(parsed(f"<r>{escaped}</r>")) == text


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (xml_str, " a\n", " a\n"),
        (xml_str, "", ""),
        (xml_bool, "true", True),
        (xml_bool, "\n false ", False),
        (xml_int, " -7\n", -7),
        (xml_float, "6.5", 6.5),
        (xml_float, "-Infinity", float("-inf")),
        (xml_decimal, " 0.10 ", Decimal("0.10")),
        (xml_blob, "dmFs\n  dWU=", b"value"),
        (xml_blob, "", b""),
        (xml_date_time, "2026-01-15T13:34:56+01:00", datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)),
        (
            xml_http_date,
            "Thu, 15 Jan 2026 12:34:56 GMT",
            datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC),
        ),
        (xml_epoch_seconds, "1.5", datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
    ],
)
def test_values(read: Any, text: str, value: object) -> None:
    found = read(of(text))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (xml_bool, "yes"),
        (xml_bool, ""),
        (xml_int, ""),
        (xml_int, "1.5"),
        (xml_float, "many"),
        (xml_decimal, "x"),
        (xml_blob, "%"),
        (xml_date_time, "today"),
        (xml_http_date, "today"),
        (xml_epoch_seconds, "today"),
    ],
)
def test_a_value_of_another_type_is_an_error_that_says_where(read: Any, text: str) -> None:
    with pytest.raises(ResponseParseError, match=r"^n: expected ") as caught:
        child(parsed(f"<r><n>{text}</n></r>"), "n", read)
    assert repr(text) not in str(caught.value)


def test_children_and_attributes() -> None:
    root = parsed('<r at="3"><n>1</n><n>2</n></r>')
    assert child(root, "n", xml_int) == 1
    assert child(root, "m", xml_int) is None
    assert required_child(root, "n", xml_int, "0") == 1
    assert required_child(root, "m", xml_int, "0") == 0
    assert required_child(root, "m", xml_str) == ""
    assert attribute(root, "at", xml_int) == 3
    assert attribute(root, "n", xml_int) is None
    assert required_attribute(root, "at", xml_int, "0") == 3
    assert required_attribute(root, "n", xml_int, "0") == 0


def test_lists() -> None:
    root = parsed("<r><n>1</n><m/><n>2</n></r>")
    assert xml_list(root, "n", xml_int) == [1, 2]
    assert xml_list(root, "o", xml_int) == []
    assert flat_list(root, "n", xml_int) == [1, 2]
    assert flat_list(root, "o", xml_int) is None
    with pytest.raises(ResponseParseError, match=r"^m\[0\]: expected an integer$"):
        xml_list(root, "m", xml_int)


def test_maps() -> None:
    root = parsed("<r><e><v>1</v><k>a</k></e><e><k>b</k></e><e><k/><v>2</v></e></r>")
    assert xml_map(root, "e", "k", "v", xml_int) == {"a": 1, "": 2}
    assert flat_map(root, "e", "k", "v", xml_int) == {"a": 1, "": 2}
    assert xml_map(root, "f", "k", "v", xml_int) == {}
    assert flat_map(root, "f", "k", "v", xml_int) is None


def test_unions() -> None:
    name, held = xml_union(parsed("<r> <a>1</a> </r>"))
    assert (name, held.text) == ("a", "1")
    name, held = xml_union(parsed("<r/>"))
    assert (name, held.text) == ("", "")
    with pytest.raises(ResponseParseError, match=r"^expected an element with one member, got 2$"):
        xml_union(parsed("<r><a/><b/></r>"))


def test_an_unknown_element_is_told_in_plain_values() -> None:
    root = parsed("<r><a>1</a><b><c/><c>2</c></b></r>")
    assert xml_plain(root) == {"a": "1", "b": {"c": ["", "2"]}}
