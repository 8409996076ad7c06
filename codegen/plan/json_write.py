"""Plan of the functions of `_serializers` that write JSON (restJson1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codegen.model import Member, Shape
from codegen.plan.bodies import BodyWriter
from codegen.plan.context import API, UNIT, text_trait
from codegen.plan.defaults import is_set
from codegen.plan.parts import FunctionPlan

_TIMESTAMPS = {
    "http-date": "http_date",
    "date-time": "date_time",
    "epoch-seconds": "epoch_seconds",
}


class JsonWriter(BodyWriter):
    """Plans expressions that turn values into JSON, and the functions that structures need."""

    media_type = "application/json"

    def document(self, shape: Shape, members: Sequence[Member]) -> tuple[str, list[str]]:
        """See `BodyWriter.document`."""
        return self.body(shape, "body"), self.object_lines(shape, members, "params")

    def payload(self, member: Member, value: str) -> str:
        """See `BodyWriter.payload`."""
        return self.body(self._context.target(member), self.expression(member, value))

    def empty_payload(self, member: Member, /) -> str | None:
        """See `BodyWriter.empty_payload`."""
        target = self._context.target(member)
        return self.body(target, "{}") if target.type == "structure" else None

    def expression(self, member: Member, value: str, depth: int = 0) -> str:
        """An expression for the JSON form of a member's value, which is not None."""
        target = self._context.target(member)
        if target.type in ("structure", "union"):
            self._asked.setdefault(target.id, target)
            return f"{self._name(target)}({value})"
        if target.type in ("list", "map"):
            return self._container(target, value, depth)
        if target.type == "blob":
            return f"base64_text({value})"
        if target.type in ("float", "double"):
            return f"number_json({value})"
        if target.type == "bigDecimal":
            return f"exact_number({value})"
        if target.type == "timestamp":
            chosen = text_trait(member, f"{API}timestampFormat") or "epoch-seconds"
            return f"{_TIMESTAMPS[chosen]}({value})"
        return value

    def body(self, shape: Shape, document: str) -> str:
        """An expression for a whole body out of a JSON value; `shape` is what is in it."""
        function = "exact_json_body" if shape.id in self._context.exact else "json_body"
        return f"{function}({document})"

    def object_lines(self, shape: Shape, members: Iterable[Member], value: str) -> list[str]:
        """Statements that build the dict `body` from the members of `value`."""
        always: list[str] = []
        lines: list[str] = []
        for member in members:
            key = text_trait(member, f"{API}jsonName") or member.name
            attribute = f"{value}.{self._context.attribute(shape.id, member.name)}"
            written = self.expression(member, attribute)
            if is_set(shape, member):
                always.append(f"{key!r}: {written}")
            else:
                lines += [f"if {attribute} is not None:", f"    body[{key!r}] = {written}"]
        return [f"body: dict[str, Any] = {{{', '.join(always)}}}", *lines]

    def _container(self, target: Shape, value: str, depth: int) -> str:
        item = "item" if depth == 0 else f"item{depth + 1}"
        written = self.expression(target.members[-1], item, depth + 1)
        if written == item:
            return value
        if target.has(f"{API}sparse"):
            written = f"None if {item} is None else {written}"
        if target.type == "list":
            return f"[{written} for {item} in {value}]"
        key = "key" if depth == 0 else f"key{depth + 1}"
        return f"{{{key}: {written} for {key}, {item} in {value}.items()}}"

    def _plan(self, shape: Shape) -> FunctionPlan:
        if shape.type == "union":
            lines = self._union_lines(shape)
        else:
            lines = [*self.object_lines(shape, shape.members, "value"), "return body"]
        return FunctionPlan(
            name=self._name(shape),
            parameters=f"value: types.{self._context.class_name(shape.id)}",
            returns="dict[str, Any]",
            docs="",
            lines=tuple(lines),
        )

    def _union_lines(self, shape: Shape) -> list[str]:
        """A branch for each member; what is left is one that only the service knows."""
        lines: list[str] = []
        for member in shape.members:
            key = text_trait(member, f"{API}jsonName") or member.name
            made = self._context.member_class(shape.id, member.name)
            written = "{}" if member.target == UNIT else self.expression(member, "value.value")
            lines += [
                f"if isinstance(value, types.{made}):",
                f"    return {{{key!r}: {written}}}",
            ]
        return [*lines, "return {value.name: value.value}"]
