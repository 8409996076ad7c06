"""Plan of the functions of `_parsers` that read JSON (restJson1)."""

from __future__ import annotations

from codegen.model import Member, Operation, Shape
from codegen.plan.bodies import BodyReader
from codegen.plan.context import API, UNIT, is_required, text_trait
from codegen.plan.defaults import default_json, default_python

_TIMESTAMPS = {
    "http-date": "as_http_date",
    "date-time": "as_date_time",
    "epoch-seconds": "as_epoch_seconds",
}
_READERS = {
    "string": "as_str",
    "enum": "as_str",
    "boolean": "as_bool",
    "byte": "as_int",
    "short": "as_int",
    "integer": "as_int",
    "long": "as_int",
    "intEnum": "as_int",
    "bigInteger": "as_int",
    "bigDecimal": "as_decimal",
    "float": "as_float",
    "double": "as_float",
    "document": "as_document",
    "blob": "as_blob",
}
#: As JSON. Numbers and timestamps are 0.
_CORRECTIONS = {
    "string": '""',
    "enum": '""',
    "boolean": "False",
    "document": "None",
    "blob": '""',
    "list": "[]",
    "map": "{}",
    "structure": "{}",
    "union": "NO_MEMBER",
}
_TIMESTAMP_CORRECTIONS = {
    "date-time": '"1970-01-01T00:00:00Z"',
    "http-date": '"Thu, 01 Jan 1970 00:00:00 GMT"',
}


class JsonReader(BodyReader):
    """Plans expressions that read typed values out of JSON, and the functions they need."""

    plain_error = "plain_error"
    document_type = "Mapping[str, Any]"
    value_type = "object"
    plain_readers = _READERS
    timestamp_readers = _TIMESTAMPS
    timestamp_format = "epoch-seconds"
    corrections = _CORRECTIONS
    timestamp_corrections = _TIMESTAMP_CORRECTIONS

    def document(self, operation: Operation) -> str:
        """See `BodyReader.document`."""
        exact = self.exactness(self._context.shape(operation.output))
        return f"json_object(payload(response){exact})"

    def payload(self, shape: Shape, member: Member) -> str:
        """See `BodyReader.payload`."""
        target = self._context.target(member)
        exact = self.exactness(target)
        if target.type == "document":
            return f"json_value(payload(response){exact})"
        read = self.reader(member)
        if is_required(member):
            correction = self.correction(member)
            return f"{read}(json_value(payload(response){exact}) or {correction})"
        default = default_python(shape, member, target)
        content = f"optional_payload(response, {read}{exact})"
        return content if default is None else f"{content} or {default}"

    def error_message(self, body: str) -> str:
        """See `BodyReader.error_message`."""
        return f"error_message({body})"

    def member(self, shape: Shape, member: Member, body: str, *, corrected: bool = True) -> str:
        """Expression for a member of the JSON object `body`.

        Without `corrected`, a required member that is missing is None.
        """
        key = text_trait(member, f"{API}jsonName") or member.name
        read = self.reader(member)
        instead = default_json(shape, member, self._context.target(member))
        if instead is None and corrected and is_required(member):
            instead = self.correction(member)
        if instead is None:
            return f"member({body}, {key!r}, {read})"
        return f"required_member({body}, {key!r}, {read}, {instead})"

    def exactness(self, shape: Shape) -> str:
        """The argument, with its comma, that keeps the digits of numbers where a shape needs it."""
        return ", exact=True" if shape.id in self._context.exact else ""

    def _structure_lines(self, shape: Shape) -> list[str]:
        context = self._context
        arguments = [
            f"{context.attribute(shape.id, member.name)}={self.member(shape, member, 'body')}"
            for member in shape.members
        ]
        first = "body = as_object(value)" if arguments else "as_object(value)"
        return [first, f"return types.{context.class_name(shape.id)}({', '.join(arguments)})"]

    def _union_lines(self, shape: Shape) -> list[str]:
        lines = ["name, held = union_member(value)"]
        for member in shape.members:
            key = text_trait(member, f"{API}jsonName") or member.name
            made = self._context.member_class(shape.id, member.name)
            held = "" if member.target == UNIT else f"at(name, {self.reader(member)}, held)"
            lines += [f"if name == {key!r}:", f"    return types.{made}({held})"]
        return [*lines, "return UnknownMember(name, held)"]

    def _container_lines(self, shape: Shape) -> list[str]:
        function = (
            f"read_sparse_{shape.type}" if shape.has(f"{API}sparse") else f"read_{shape.type}"
        )
        return [f"return {function}(value, {self.reader(shape.members[-1])})"]
