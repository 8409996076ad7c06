"""Plan of the functions of `_serializers` that write XML (restXml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from codegen.model import Member, Node, Shape
from codegen.plan.bodies import BodyWriter
from codegen.plan.context import API, UNIT, text_trait
from codegen.plan.defaults import is_set
from codegen.plan.parts import FunctionPlan
from codegen.plan.requests import text_expression
from codegen.plan.xml_names import is_flattened

_NAMESPACE = f"{API}xmlNamespace"


class XmlWriter(BodyWriter):
    """Plans statements that add elements for values, and the functions that structures need."""

    media_type = "application/xml"

    def document(self, shape: Shape, members: Sequence[Member]) -> tuple[str, list[str]]:
        """See `BodyWriter.document`."""
        name = text_trait(shape, f"{API}xmlName") or shape.name
        root = f"XmlNode({name!r}{self._root_namespace(shape.traits)})"
        return "body.document()", [
            f"body = {root}",
            *self._members(shape, members, "params", "body"),
        ]

    def payload(self, member: Member, value: str) -> str:
        """See `BodyWriter.payload`."""
        target = self._context.target(member)
        given = member.own_traits.get(f"{API}xmlName")
        name = given or text_trait(target, f"{API}xmlName") or target.name
        self._asked.setdefault(target.id, target)
        root = f"XmlNode({name!r}{self._root_namespace({**target.traits, **member.own_traits})})"
        return f"{self._name(target)}({root}, {value}).document()"

    def empty_payload(self, _member: Member, /) -> str | None:
        """See `BodyWriter.empty_payload`."""
        return None

    def _root_namespace(self, traits: Mapping[str, Node]) -> str:
        return _namespace(traits) or _namespace(self._context.service.traits)

    def _members(self, shape: Shape, members: Iterable[Member], value: str, node: str) -> list[str]:
        lines: list[str] = []
        for member in members:
            word = self._context.attribute(shape.id, member.name)
            attribute = f"{value}.{word}"
            written = self._lines(member, attribute, node, word)
            if is_set(shape, member):
                lines += written
            else:
                lines += [f"if {attribute} is not None:", *_indented(written)]
        return lines

    def _lines(
        self, member: Member, value: str, node: str, word: str, *, name: str = "", depth: int = 1
    ) -> list[str]:
        """Statements that add the element of a member, whose value is not None, to `node`.

        `word` is what the variables of loops are called after: each has one type in a function.
        `name` is that of the element where it is not the member's own.
        """
        target = self._context.target(member)
        name = name or _full_name(member)
        given = f"{name!r}{_namespace(member.own_traits)}"
        if member.has(f"{API}xmlAttribute"):
            return [f"{node}.attribute({name!r}, {self._text(member, value)})"]
        if target.type in ("structure", "union"):
            if target.id == UNIT:
                return [f"{node}.child({given})"]
            self._asked.setdefault(target.id, target)
            return [f"{self._name(target)}({node}.child({given}), {value})"]
        if target.type in ("list", "map"):
            inner, lines = node, []
            if not is_flattened(member):
                inner = f"{word}_node{'' if depth == 1 else depth}"
                lines = [f"{inner} = {node}.child({given})"]
            flat = name if is_flattened(member) else ""
            fill = self._list if target.type == "list" else self._map
            # The namespace of a flattened list is that of its items.
            own = _namespace(member.own_traits) if flat else ""
            return [*lines, *fill(target, value, inner, word, flat, own, depth)]
        text = self._text(member, value)
        if namespace := _namespace(member.own_traits):
            return [f"{node}.child({name!r}{namespace}).write({text})"]
        return [f"{node}.add({name!r}, {text})"]

    def _list(
        self, shape: Shape, value: str, node: str, word: str, flat: str, own: str, depth: int
    ) -> list[str]:
        (inner,) = shape.members
        item = f"{word}_item{'' if depth == 1 else depth}"
        lines = self._lines(inner, item, node, item, name=flat, depth=depth + 1)
        if own and lines == [f"{node}.add({flat!r}, {self._text(inner, item)})"]:
            lines = [f"{node}.child({flat!r}{own}).write({self._text(inner, item)})"]
        return [f"for {item} in {value}:", *_indented(lines)]

    def _map(
        self, shape: Shape, value: str, node: str, word: str, flat: str, own: str, depth: int
    ) -> list[str]:
        key_member, value_member = shape.members
        number = "" if depth == 1 else str(depth)
        key, item, entry = f"{word}_key{number}", f"{word}_item{number}", f"{word}_entry{number}"
        written = [
            f"{entry} = {node}.child({flat or 'entry'!r}{own})",
            *self._lines(key_member, key, entry, key, depth=depth + 1),
            *self._lines(value_member, item, entry, item, depth=depth + 1),
        ]
        return [f"for {key}, {item} in {value}.items():", *_indented(written)]

    def _text(self, member: Member, value: str) -> str:
        if self._context.target(member).type == "blob":
            return f"base64_text({value})"
        return text_expression(self._context, member, value, default_format="date-time")

    def _plan(self, shape: Shape) -> FunctionPlan:
        if shape.type == "union":
            lines = self._union_lines(shape)
        else:
            lines = self._members(shape, shape.members, "value", "node")
        return FunctionPlan(
            name=self._name(shape),
            parameters=f"node: XmlNode, value: types.{self._context.class_name(shape.id)}",
            returns="XmlNode",
            docs="",
            lines=(*lines, "return node"),
        )

    def _union_lines(self, shape: Shape) -> list[str]:
        """A branch for each member; what is left is one that only the service knows."""
        lines: list[str] = []
        for member in shape.members:
            made = self._context.member_class(shape.id, member.name)
            word = self._context.attribute(shape.id, member.name)
            written = self._lines(member, "value.value", "node", word)
            lines += [f"if isinstance(value, types.{made}):", *_indented([*written, "return node"])]
        return [*lines, "node.add_unknown(value)"]


def _full_name(member: Member) -> str:
    """Name of the element of a member, with its prefix."""
    given = member.own_traits.get(f"{API}xmlName")
    return given if isinstance(given, str) else member.name


def _namespace(traits: Mapping[str, Node]) -> str:
    """The argument, with its comma, for the namespace that an element declares; "" for none."""
    trait = traits.get(_NAMESPACE)
    if not isinstance(trait, Mapping):
        return ""
    prefix = trait.get("prefix")
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    return f", ({name!r}, {trait['uri']!r})"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
