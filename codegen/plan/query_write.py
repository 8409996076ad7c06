"""Plan of the functions of `_serializers` that write forms (awsQuery)."""

from __future__ import annotations

from codegen.model import Member, Shape
from codegen.plan.context import UNIT
from codegen.plan.defaults import is_set
from codegen.plan.functions import FunctionPlanner
from codegen.plan.parts import FunctionPlan
from codegen.plan.requests import text_expression
from codegen.plan.xml_names import is_flattened, xml_name


class QueryWriter(FunctionPlanner):
    """Plans statements that add values to a form, and the functions that structures need.

    The name that a value is sent under is given as the inside of an f-string.
    """

    verb = "write"

    def member_lines(self, shape: Shape, value: str, prefix: str = "") -> list[str]:
        """Statements that add the members of the structure `value`."""
        lines: list[str] = []
        for member in shape.members:
            item = self._context.attribute(shape.id, member.name)
            attribute = f"{value}.{item}"
            written = self._lines(member, attribute, prefix + xml_name(member), item)
            # Lists and maps may be None: their loop is over nothing then.
            is_loop = self._context.target(member).type in ("list", "map")
            if is_loop or is_set(shape, member):
                lines += written
            else:
                lines += [f"if {attribute} is not None:", *_indented(written)]
        return lines

    def _lines(self, member: Member, value: str, name: str, word: str, depth: int = 1) -> list[str]:
        """Statements that add a member's value, which is not None unless it is a list or map.

        `word` is what the variables of loops are called after: each has one type in a function.
        """
        target = self._context.target(member)
        if target.type in ("structure", "union"):
            self._asked.setdefault(target.id, target)
            return [f"{self._name(target)}(form, {_text(f'{name}.')}, {value})"]
        if target.type in ("list", "map"):
            return self._loop(target, member, value, name, word, depth)
        if target.type == "blob":
            written = f"base64_text({value})"
        else:
            written = text_expression(self._context, member, value, default_format="date-time")
        return [f"form.append(({_text(name)}, {written}))"]

    def _loop(
        self, target: Shape, member: Member, value: str, name: str, word: str, depth: int
    ) -> list[str]:
        number = "" if depth == 1 else str(depth)
        place, item, key = f"name{number}", f"{word}_item{number}", f"{word}_key{number}"
        inner = target.members[-1]
        if target.type == "list":
            between = "." if is_flattened(member) else f".{xml_name(inner)}."
            return [
                f"for {place}, {item} in list_items(form, {_text(name)}, {between!r}, {value}):",
                *_indented(self._lines(inner, item, f"{{{place}}}", word, depth + 1)),
            ]
        between = "." if is_flattened(member) else ".entry."
        under = f"{{{place}}}.{xml_name(target.members[0])}"
        held = f"{{{place}}}.{xml_name(inner)}"
        return [
            f"for {place}, {key}, {item} in map_items({_text(name)}, {between!r}, {value}):",
            f"    form.append(({_text(under)}, {key}))",
            *_indented(self._lines(inner, item, held, word, depth + 1)),
        ]

    def _plan(self, shape: Shape) -> FunctionPlan:
        if shape.type == "union":
            lines = self._union_lines(shape)
        else:
            lines = self.member_lines(shape, "value", "{prefix}") or ["return"]
        made = self._context.class_name(shape.id)
        return FunctionPlan(
            name=self._name(shape),
            parameters=f"form: Form, prefix: str, value: types.{made}",
            returns="None",
            docs="",
            lines=tuple(lines),
        )

    def _union_lines(self, shape: Shape) -> list[str]:
        """A branch for each member; what is left is one that only the service knows."""
        lines: list[str] = []
        for member in shape.members:
            made = self._context.member_class(shape.id, member.name)
            written: list[str] = []
            if member.target != UNIT:
                word = self._context.attribute(shape.id, member.name)
                written = self._lines(member, "value.value", "{prefix}" + xml_name(member), word)
            lines += [f"if isinstance(value, types.{made}):", *_indented([*written, "return"])]
        return [*lines, "put_unknown(form, prefix, value)"]


def _text(inside: str) -> str:
    """The expression for a text, given as the inside of an f-string."""
    if "{" not in inside:
        return repr(inside)
    return inside[1:-1] if inside.count("{") == 1 and inside.endswith("}") else f'f"{inside}"'


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
