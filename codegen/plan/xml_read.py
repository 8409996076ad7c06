"""Plan of the functions of `_parsers` that read XML (awsQuery, restXml)."""

from __future__ import annotations

from codegen.model import Member, Operation, Shape
from codegen.plan.bodies import BodyReader
from codegen.plan.context import API, UNIT, is_required
from codegen.plan.defaults import default_python, default_text
from codegen.plan.xml_names import is_flattened, xml_name
from codegen.traits import UNWRAPPED_OUTPUT

_TIMESTAMPS = {
    "http-date": "xml_http_date",
    "date-time": "xml_date_time",
    "epoch-seconds": "xml_epoch_seconds",
}
_READERS = {
    "string": "xml_str",
    "enum": "xml_str",
    "boolean": "xml_bool",
    "byte": "xml_int",
    "short": "xml_int",
    "integer": "xml_int",
    "long": "xml_int",
    "intEnum": "xml_int",
    "bigInteger": "xml_int",
    "bigDecimal": "xml_decimal",
    "float": "xml_float",
    "double": "xml_float",
    "blob": "xml_blob",
}
#: As text. Numbers are 0; of everything else an element without content is the value wanted.
_CORRECTIONS = {
    **dict.fromkeys(("string", "enum", "blob", "list", "map", "structure", "union"), ""),
    "boolean": "false",
}
_TIMESTAMP_CORRECTIONS = {
    "date-time": "1970-01-01T00:00:00Z",
    "http-date": "Thu, 01 Jan 1970 00:00:00 GMT",
}


class XmlReader(BodyReader):
    """Plans expressions that read typed values out of elements, and the functions they need."""

    plain_error = "plain_query_error"
    document_type = "Element"
    value_type = "Element"
    plain_readers = _READERS
    timestamp_readers = _TIMESTAMPS
    timestamp_format = "date-time"
    corrections = _CORRECTIONS
    timestamp_corrections = _TIMESTAMP_CORRECTIONS

    def document(self, operation: Operation) -> str:
        """See `BodyReader.document`. What the outermost element is called says nothing."""
        if UNWRAPPED_OUTPUT in operation.traits:
            return "xml_wrapped(payload(response))"
        return "xml_document(payload(response))"

    def payload(self, shape: Shape, member: Member) -> str:
        """See `BodyReader.payload`."""
        if is_required(member):
            return f"{self.reader(member)}(xml_document(payload(response)))"
        default = default_python(shape, member, self._context.target(member))
        content = f"optional_document(response, {self.reader(member)})"
        return content if default is None else f"{content} or {default}"

    def error_message(self, body: str) -> str:
        """See `BodyReader.error_message`."""
        return f"query_error_message({body})"

    def member(self, shape: Shape, member: Member, parent: str, *, corrected: bool = True) -> str:
        """Expression for a member of the structure in the element `parent`.

        Without `corrected`, a required member that is missing is None.
        """
        target = self._context.target(member)
        instead = default_text(shape, member, target, "date-time")
        if instead is None and corrected and is_required(member):
            instead = self.correction(member)
        if target.type in ("list", "map") and is_flattened(member):
            return self._flattened(member, parent, is_there=instead is not None)
        kind = "attribute" if member.has(f"{API}xmlAttribute") else "child"
        arguments = f"{parent}, {xml_name(member)!r}, {self.reader(member)}"
        if instead is None:
            return f"{kind}({arguments})"
        return f"required_{kind}({arguments}{f', {instead!r}' if instead else ''})"

    def _flattened(self, member: Member, parent: str, *, is_there: bool) -> str:
        target = self._context.target(member)
        made = f"flat_{target.type}({self._items(target, parent, xml_name(member))})"
        empty = "[]" if target.type == "list" else "{}"
        return f"{made} or {empty}" if is_there else made

    def _items(self, target: Shape, parent: str, name: str) -> str:
        """Arguments that read the items of a list or map whose elements are called `name`."""
        inner = target.members[-1]
        names = [name]
        if target.type == "map":
            names += map(xml_name, target.members)
        return f"{parent}, {', '.join(map(repr, names))}, {self.reader(inner)}"

    def _structure_lines(self, shape: Shape) -> list[str]:
        context = self._context
        arguments = [
            f"{context.attribute(shape.id, member.name)}={self.member(shape, member, 'value')}"
            for member in shape.members
        ]
        return [f"return types.{context.class_name(shape.id)}({', '.join(arguments)})"]

    def _union_lines(self, shape: Shape) -> list[str]:
        lines = ["name, held = xml_union(value)"]
        for member in shape.members:
            key = xml_name(member)
            made = self._context.member_class(shape.id, member.name)
            if self._context.target(member).type in ("list", "map") and is_flattened(member):
                held = self._flattened(member, "value", is_there=True)
            else:
                held = "" if member.target == UNIT else f"at(name, {self.reader(member)}, held)"
            lines += [f"if name == {key!r}:", f"    return types.{made}({held})"]
        return [*lines, "return UnknownMember(name, xml_plain(held))"]

    def _container_lines(self, shape: Shape) -> list[str]:
        name = xml_name(shape.members[0]) if shape.type == "list" else "entry"
        return [f"return xml_{shape.type}({self._items(shape, 'value', name)})"]
