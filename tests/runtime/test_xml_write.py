"""Elements as they are written: what a reader finds in them is what was put there."""

from __future__ import annotations

import pytest
from drawplate.errors import ParamValidationError
from drawplate.xml import xml_document
from drawplate.xml_write import XmlNode
from hypothesis import given
from hypothesis import strategies as st

#: What XML 1.0 section 2.2 has no form for.
NEVER = [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, NEVER))), max_size=20
)


@given(st.lists(TEXTS, max_size=4), TEXTS)
def test_what_is_written_is_what_is_read(texts: list[str], attribute: str) -> None:
    root = XmlNode("root", ("xmlns", "https://example.com/?a=1&b"))
    root.attribute("mark", attribute)
    for text in texts:
        root.child("inner").add("item", text)
    read = xml_document(root.document())
    assert read.attributes == {"mark": attribute}
    inner = read.children.get("inner", [])
    assert [element.children["item"][0].text for element in inner] == texts


def test_a_node_shows_nothing_of_its_content() -> None:
    node = XmlNode("root")
    node.write("secret")
    assert repr(node) == "<XmlNode root>"


@pytest.mark.parametrize("code", [0, 8, 11, 31, 0xD800, 0xFFFF])
def test_characters_that_xml_lacks_are_refused(code: int) -> None:
    with pytest.raises(ParamValidationError, match="the text for <item> has a character"):
        XmlNode("root").add("item", f"a{chr(code)}")
