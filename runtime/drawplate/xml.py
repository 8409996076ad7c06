"""What generated parsers of XML answers call: checked reading of elements (awsQuery, restXml).

Only clients of services that answer in XML import this. A document is refused if it declares
types or entities, is nested too deeply, or is too large; what is read are elements, attributes and
text. Namespaces are passed over: two elements of one name are the same thing to a service.

Readers (`xml_…`) take an element and return its value typed, or raise `ResponseParseError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from drawplate.errors import ResponseParseError
from drawplate.parse import (
    as_blob,
    as_date_time,
    as_http_date,
    at,
    bool_text,
    decimal_text,
    epoch_text,
    float_text,
    int_text,
    payload,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from drawplate.http import HttpResponse

T = TypeVar("T")

MAX_DEPTH: Final = 100
"""How many elements may stand one inside another."""

MAX_SIZE: Final = 64 * 1024 * 1024
"""How many bytes a document may have."""

# A document type can only stand before the first element. It has to be found before expat sees it:
# expat goes on after a handler has raised, and would expand entities that nobody asked for.
_DECLARES = rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*+<!"


class Element:
    """An element: its name without prefix, its attributes, its children by name, its text.

    Text behind the first child is left out: nothing is said there.
    """

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str], text: str = "") -> None:
        self.name = name
        self.attributes = attributes
        self.children: dict[str, list[Element]] = {}
        self.text = text

    def first(self, *names: str) -> Element | None:
        """The element that a path of names leads to, the first where there are more."""
        found: Element | None = self
        for name in names:
            found = next(iter(found.children.get(name, ())), None) if found is not None else None
        return found

    def __repr__(self) -> str:
        return f"<Element {self.name}>"  # the content may be secret


def xml_document(content: bytes) -> Element:
    """The outermost element of a document in UTF-8; an empty body counts as an empty one."""
    if not content:
        return Element("", {})
    if len(content) > MAX_SIZE:
        raise ResponseParseError(f"the response body is XML of more than {MAX_SIZE} bytes")
    # Every other encoding that expat would guess at has zeros in it, which XML never has.
    if b"\0" in content:
        raise ResponseParseError("the response body is not XML in UTF-8")
    if re.match(_DECLARES, content, re.DOTALL):
        raise ResponseParseError("the response body is XML with a document type, which is refused")
    return _parse(content)


def xml_wrapped(content: bytes) -> Element:
    """A document as the only child of an element: some of S3's are a member, not what holds it."""
    root = xml_document(content)
    wrapper = Element("", {})
    wrapper.children[root.name] = [root]
    return wrapper


def _parse(content: bytes) -> Element:
    # Imported here, since a client needs it when its first answer is there.
    from xml.parsers import expat

    document = Element("", {})
    open_elements = [document]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > MAX_DEPTH:
            raise ResponseParseError(
                f"the response body is XML with more than {MAX_DEPTH} elements inside another"
            )
        local = name.rpartition(":")[2]
        element = Element(local, _without_prefixes(attributes) if attributes else attributes)
        open_elements[-1].children.setdefault(local, []).append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        element = open_elements[-1]
        if not element.children:
            element.text += data

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = len(content)  # so that each text comes in one piece
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        # Its text holds cause and position, not the document.
        raise ResponseParseError(f"the response body is not XML: {error}") from None
    ((root,),) = document.children.values()
    return root


def _without_prefixes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {
        name.rpartition(":")[2]: value
        for name, value in attributes.items()
        if name != "xmlns" and not name.startswith("xmlns:")
    }


def optional_document(response: HttpResponse, read: Callable[[Element], T]) -> T | None:
    """Read a body that is one value; None where it is empty."""
    content = payload(response)
    return read(xml_document(content)) if content else None


def child(parent: Element, name: str, read: Callable[[Element], T]) -> T | None:
    """Read a child; None where it is absent."""
    found = parent.children.get(name)
    return None if found is None else at(name, read, found[0])


def required_child(
    parent: Element, name: str, read: Callable[[Element], T], correction: str = ""
) -> T:
    """Read a child that is always there; one with the text `correction` stands in for it."""
    found = parent.children.get(name)
    return at(name, read, Element(name, {}, correction) if found is None else found[0])


def attribute(parent: Element, name: str, read: Callable[[Element], T]) -> T | None:
    """Read an attribute; None where it is absent."""
    value = parent.attributes.get(name)
    return None if value is None else at(name, read, Element(name, {}, value))


def required_attribute(
    parent: Element, name: str, read: Callable[[Element], T], correction: str = ""
) -> T:
    """Read an attribute that is always there; the text `correction` stands in for it."""
    return at(name, read, Element(name, {}, parent.attributes.get(name, correction)))


def xml_list(parent: Element, name: str, read: Callable[[Element], T]) -> list[T]:
    """The items of a list: the children called `name`."""
    found = parent.children.get(name, ())
    return [at(f"{name}[{i}]", read, item) for i, item in enumerate(found)]


def flat_list(parent: Element, name: str, read: Callable[[Element], T]) -> list[T] | None:
    """The items of a list without an element of its own; None where there is none."""
    return xml_list(parent, name, read) or None


def xml_map(
    parent: Element, entry: str, key: str, value: str, read: Callable[[Element], T]
) -> dict[str, T]:
    """The entries of a map; one without a value is left out, as a map that is not sparse has none.

    `entry`, `key` and `value` are names of elements.
    """
    made: dict[str, T] = {}
    for found in parent.children.get(entry, ()):
        name = required_child(found, key, xml_str)
        if value in found.children:
            made[name] = required_child(found, value, read)
    return made


def flat_map(
    parent: Element, entry: str, key: str, value: str, read: Callable[[Element], T]
) -> dict[str, T] | None:
    """The entries of a map without an element of its own; None where there is none."""
    return xml_map(parent, entry, key, value, read) or None


def xml_union(element: Element) -> tuple[str, Element]:
    """Name and element of the one member of a union; one that is missing has a member called ""."""
    if not element.children:
        return "", element
    if len(element.children) > 1:
        raise ResponseParseError(
            f"expected an element with one member, got {len(element.children)}"
        )
    ((name, (held, *_)),) = element.children.items()
    return name, held


def xml_plain(element: Element) -> Any:
    """An element that the model does not know: its text, or a mapping of its children by name."""
    if not element.children:
        return element.text
    return {
        name: xml_plain(found[0]) if len(found) == 1 else [xml_plain(item) for item in found]
        for name, found in element.children.items()
    }


def xml_str(element: Element) -> str:
    """A string, with all of its white space."""
    return element.text


def xml_bool(element: Element) -> bool:
    """A boolean."""
    return bool_text(element.text.strip())


def xml_int(element: Element) -> int:
    """An integer."""
    return int_text(element.text)


def xml_float(element: Element) -> float:
    """A number, `NaN`, `Infinity` and `-Infinity` included."""
    return float_text(element.text)


def xml_decimal(element: Element) -> Decimal:
    """A number, digit for digit."""
    return decimal_text(element.text.strip())


def xml_blob(element: Element) -> bytes:
    """Bytes from base64 text, which may be folded into lines."""
    return as_blob("".join(element.text.split()))


def xml_date_time(element: Element) -> datetime:
    """A timestamp from RFC 3339 text."""
    return as_date_time(element.text.strip())


def xml_http_date(element: Element) -> datetime:
    """A timestamp from IMF-fixdate text."""
    return as_http_date(element.text.strip())


def xml_epoch_seconds(element: Element) -> datetime:
    """A timestamp from seconds since the epoch."""
    return epoch_text(element.text)
