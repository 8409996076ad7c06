"""What generated serializers of XML bodies call (restXml). Only clients of such services import it.

A node is an element that is being written: attributes, then text or other elements.
"""

from __future__ import annotations

import re

from drawplate.errors import ParamValidationError
from drawplate.structures import UnknownMember

_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    # A reader would make a line feed of them, or of an attribute's a space.
    "\r": "&#xD;",
    "\n": "&#xA;",
    "\t": "&#x9;",
    "\x85": "&#x85;",
    "\u2028": "&#x2028;",
}
_ESCAPED = re.compile('[&<>"\r\n\t\x85\u2028]')
# XML 1.0 section 2.2: no reader takes them, in whatever form.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XmlNode:
    """An element to write. `namespace` is the attribute that declares one, as name and URI."""

    __slots__ = ("_attributes", "_content", "_name")

    def __init__(self, name: str, namespace: tuple[str, str] | None = None) -> None:
        self._name = name
        self._attributes: list[str] = []
        self._content: list[str | XmlNode] = []
        if namespace is not None:
            self.attribute(*namespace)

    def attribute(self, name: str, text: str) -> None:
        """Add an attribute."""
        self._attributes.append(f' {name}="{_escaped(self._name, text)}"')

    def write(self, text: str) -> None:
        """Add text."""
        self._content.append(_escaped(self._name, text))

    def child(self, name: str, namespace: tuple[str, str] | None = None) -> XmlNode:
        """Add an element and return it."""
        node = XmlNode(name, namespace)
        self._content.append(node)
        return node

    def add(self, name: str, text: str) -> None:
        """Add an element with text in it."""
        self.child(name).write(text)

    def add_unknown(self, member: UnknownMember) -> None:
        """Add a union's member that the model does not know; only text can be sent as it came."""
        if not isinstance(member.value, str):
            message = f"the unknown union member {member.name!r} can only be sent with text"
            raise ParamValidationError([f"{message} as its value"])
        self.add(member.name, member.value)

    def document(self) -> bytes:
        """The element and all that is in it, as a body in UTF-8."""
        parts: list[str] = []
        self._put(parts)
        return "".join(parts).encode()

    def _put(self, parts: list[str]) -> None:
        parts.append(f"<{self._name}{''.join(self._attributes)}>")
        for item in self._content:
            if isinstance(item, str):
                parts.append(item)
            else:
                item._put(parts)
        parts.append(f"</{self._name}>")

    def __repr__(self) -> str:
        return f"<XmlNode {self._name}>"  # the content may be secret


def _escaped(name: str, text: str) -> str:
    if _NO_CHARACTER.search(text):
        raise ParamValidationError(
            [f"the text for <{name}> has a character that XML cannot hold, such as a control one"]
        )
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)
