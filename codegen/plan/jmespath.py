"""Compiles JMESPath to Python expressions over generated classes, at generation time.

Waiters and endpoint parameters are told by paths into inputs and outputs. Their types are known, so
nothing is left to interpret: members become attributes, projections comprehensions, and what may be
missing is asked for first. Whatever has no such text, or makes no sense for the types at hand, is
refused: a path that leads nowhere is a mistake of the model.

Source: the JMESPath specification, as far as Smithy's waiters use it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from jmespath.exceptions import JMESPathError
from jmespath.parser import Parser

from codegen.model import Shape
from codegen.plan.context import UNIT, Context, is_always_there
from codegen.plan.defaults import is_set
from codegen.plan.path_values import (
    ANDED,
    ATOM,
    BOOLEAN,
    CHOSEN,
    COMPARED,
    NAME,
    NEGATED,
    NULL,
    NUMBER,
    ORED,
    STRING,
    PathError,
    Type,
    Value,
    conjunction,
    display,
    literal,
    type_of,
)

_COMPARATORS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_SCALARS = ("string", "number", "boolean")
_TELLING = ("string", "boolean", "list", "map")
"""Kinds whose truth is the same in JMESPath and in Python."""
_CORRECT = "correct the path"
_SIMPLER = "say it with members, indices, projections, filters and comparisons"

type Node = Mapping[str, Any]


class PathCompiler:
    """Compiles the expressions of one Python function; the names it binds are used once there."""

    def __init__(self, context: Context, roots: Mapping[str, Value] | None = None) -> None:
        """`roots` are the members of the value at the top where no shape describes it."""
        self._context = context
        self._roots = roots or {}
        self._items = 0
        self._found = 0

    def value(self, expression: str, root: Value | None = None) -> Value:
        """What an expression yields, from `root` or from the roots; raises `PathError`."""
        with _telling(expression):
            self._items = 0
            start = root or Value(Type("record"), "")
            return _checked(self._value(_parsed(expression), start))

    def equals(self, expression: str, expected: bool, root: Value | None = None) -> Value:
        """Whether an expression yields this boolean; raises `PathError`."""
        with _telling(expression):
            node, start = _parsed(expression), root or Value(Type("record"), "")
            found = self._found
            self._items = 0
            value = self._value(node, start)
            if value.type.kind != "boolean":
                raise PathError(f"it yields {value.type}, and a boolean is expected", _CORRECT)
            if expected:
                self._items, self._found = 0, found
                return _checked(self._test(node, start))
            if value.may_be_null:
                return _checked(conjunction([*value.guards, f"{value.within(ATOM)} is False"]))
            return _checked(_negated(value))

    def _value(self, node: Node, current: Value) -> Value:
        children = cast("Sequence[Any]", node["children"])
        match node["type"]:
            case "current" | "identity":
                return current
            case "literal":
                return literal(node["value"])
            case "field":
                return self.field(current, node["value"])
            case "subexpression" | "pipe" | "index_expression":
                for child in children:
                    current = self._value(child, current)
                return current
            case "index":
                return self._item(current, node["value"])
            case "slice":
                return self._slice(current, children)
            case "flatten":
                return self._flattened(self._value(children[0], current))
            case "projection":
                return self._projected(self._value(children[0], current), children[1])
            case "value_projection":
                source = self._value(children[0], current)
                if source.type.kind != "map":
                    raise PathError(f"it takes {source.type} for a map", _CORRECT)
                return self._projected(self._function("values", [source]), children[1])
            case "filter_projection":
                source = self._value(children[0], current)
                return self._projected(source, children[1], where=children[2])
            case "multi_select_list":
                subject = self.present(current)
                made = display([self._value(child, subject) for child in children])
                return replace(made, guards=subject.guards)
            case "comparator":
                left, right = (self._value(child, current) for child in children)
                return self._compared(node["value"], left, right)
            case "or_expression" | "and_expression":
                return self._chosen(node, current)
            case "not_expression":
                return self._test(node, current)
            case "function_expression":
                return self._function(node["value"], [self._value(c, current) for c in children])
            case kind:
                raise PathError(f"it uses {str(kind).replace('_', ' ')}s", _SIMPLER)

    def _found_name(self) -> str:
        self._found += 1
        return f"found{self._found}" if self._found > 1 else "found"

    def present(self, value: Value) -> Value:
        """The same where it is not null: that becomes a guard."""
        if not value.optional:
            return value
        if value.level == NAME:
            guard = f"{value.code} is not None"
        else:
            name = self._found_name()
            guard = f"({name} := {value.within(CHOSEN)}) is not None"
            value = replace(value, code=name, level=NAME)
        return replace(value, guards=(*value.guards, guard), optional=False)

    def field(self, subject: Value, name: str) -> Value:
        """A member of a value, by its name in the model; raises `PathError` where it has none."""
        if subject.type.kind == "record" and name in self._roots:
            return self._roots[name]
        value, shape, context = self.present(subject), subject.type.shape, self._context
        code = value.within(ATOM)
        if shape is not None and shape.type == "map":
            present = f"{name!r} in {code}"
            return replace(
                value,
                type=self.item_type(value),
                code=f"{code}[{name!r}]",
                optional=value.type.sparse,
                guards=(*value.guards, present),
            )
        members = shape.members if shape and shape.type in ("structure", "union") else ()
        member = next((member for member in members if member.name == name), None)
        if shape is None or member is None or member.target == UNIT:
            raise PathError(f"there is no {name!r} in {subject.type}", _CORRECT)
        type_ = type_of(context.target(member))
        if shape.type == "union":
            guard = f"isinstance({code}, types.{context.member_class(shape.id, name)})"
            return Value(type_, f"{code}.value", guards=(*value.guards, guard))
        optional = not (is_set(shape, member) or is_always_there(context, member))
        attribute = f"{code}.{context.attribute(shape.id, name)}"
        return Value(type_, attribute, optional=optional, guards=value.guards)

    def item_type(self, value: Value) -> Type:
        """The type of the items of a list or of the values of a map."""
        shape = value.type.shape
        return value.type.item or type_of(self._context.target(cast("Shape", shape).members[-1]))

    def _list(self, value: Value) -> Value:
        if value.type.kind != "list":
            raise PathError(f"it takes {value.type} for a list", _CORRECT)
        return self.present(value.settled())

    def _item(self, source: Value, index: int) -> Value:
        source = self._list(source)
        guards, code = source.guards, source.code
        if source.level != NAME:
            name = self._found_name()
            code, asked = name, f"({name} := {source.within(CHOSEN)})"
        else:
            asked = code
        enough = asked if index in (0, -1) else f"len({asked}) {_reaching(index)}"
        if enough == code and guards[-1:] == (f"{code} is not None",):
            guards = guards[:-1]  # a list with items is one
        return Value(
            self.item_type(source),
            f"{code}[{index}]",
            optional=source.type.sparse,
            guards=(*guards, enough),
        )

    def _slice(self, source: Value, bounds: Sequence[int | None]) -> Value:
        if bounds[2] == 0:
            raise PathError("it takes a slice with a step of 0", _CORRECT)
        source = self._list(source)
        texts = ["" if bound is None else str(bound) for bound in bounds]
        text = ":".join(texts if texts[2] else texts[:2])
        return replace(source, code=f"{source.within(ATOM)}[{text}]", level=ATOM)

    def _begun(self, source: Value) -> Value:
        """A list as a comprehension that can be continued."""
        if source.element is not None:
            return source
        source = self._list(source)
        self._items += 1
        name = f"item{self._items}" if self._items > 1 else "item"
        item = Value(self.item_type(source), name, optional=source.type.sparse)
        return Value(
            source.type,
            "",
            guards=source.guards,
            clauses=(f"for {name} in {source.within(ORED)}",),
            element=item,
            source=source,
        )

    def _kept(self, begun: Value, made: Value) -> Value:
        """A list of what was made of each element, without nulls."""
        if made == begun.element and not made.optional:
            return begun
        made = self.present(made.settled())
        asked = (f"if {' and '.join(made.guards)}",) if made.guards else ()
        element = replace(made, guards=())
        type_ = Type("list", item=element.type)
        clauses = (*begun.clauses, *asked)
        return replace(begun, type=type_, clauses=clauses, element=element, source=None)

    def _flattened(self, source: Value) -> Value:
        begun = self._begun(source)
        element = cast("Value", begun.element)
        if element.type.kind != "list":
            return begun
        outer = self._kept(begun, element)
        inner = self._begun(cast("Value", outer.element))
        clauses = (*outer.clauses, *inner.clauses)
        return replace(inner, guards=begun.guards, clauses=clauses, source=None)

    def _projected(self, source: Value, then: Node, where: Node | None = None) -> Value:
        begun = self._begun(source)
        element = cast("Value", begun.element)
        if where is not None:
            begun = self._kept(begun, element)
            element = cast("Value", begun.element)
            test = self._test(where, element).within(ORED)
            begun = replace(begun, clauses=(*begun.clauses, f"if {test}"), source=None)
        return self._kept(begun, self._value(then, element))

    def _compared(self, name: str, left: Value, right: Value) -> Value:
        operator = _COMPARATORS[name]
        left, right = left.settled(), right.settled()
        if NULL in (left.type, right.type) and name in ("eq", "ne"):
            value = self.present(left if right.type == NULL else right)
            present = conjunction(value.guards) if value.guards else Value(BOOLEAN, "True", ATOM)
            return present if name == "ne" else _negated(present)
        kinds = {left.type.kind, right.type.kind}
        if len(kinds) != 1 or not kinds <= {*_SCALARS}:
            raise PathError(f"it compares {left.type} with {right.type}", _CORRECT)
        if name not in ("eq", "ne"):
            if kinds != {"number"}:
                raise PathError(f"it orders {kinds.pop()}s with {operator}", "order numbers only")
            left, right = self.present(left), self.present(right)
            code = f"{left.within(ATOM)} {operator} {right.within(ATOM)}"
            guards = tuple(dict.fromkeys((*left.guards, *right.guards)))
            return Value(BOOLEAN, code, COMPARED, guards=guards)
        if left.may_be_null and right.may_be_null:
            left, right = left.whole(), right.whole()
        # What is there for certain is not equal to a null on the other side.
        same, other = ("is", "is not") if kinds == {"boolean"} else ("==", "!=")
        guards = (*left.guards, *right.guards)
        word = other if name == "ne" and not guards else same
        code = f"{left.within(ATOM)} {word} {right.within(ATOM)}"
        if not guards:
            return Value(BOOLEAN, code, COMPARED)
        equal = conjunction([*guards, code])
        return _negated(equal) if name == "ne" else equal

    def _test(self, node: Node, current: Value) -> Value:
        """Whether an expression yields something true, as a filter asks."""
        tests = node["children"]
        match node["type"]:
            case "and_expression":
                texts = [self._test(child, current).within(ANDED) for child in tests]
                return Value(BOOLEAN, " and ".join(texts), ANDED)
            case "or_expression":
                texts = [self._test(child, current).within(NEGATED) for child in tests]
                return Value(BOOLEAN, " or ".join(texts), ORED)
            case "not_expression":
                return _negated(self._test(tests[0], current))
            case _:
                return self._truth(self._value(node, current))

    def _truth(self, value: Value) -> Value:
        if value.type.kind in _TELLING:
            return value.condition()
        if value.type.kind in ("number", "union") and value.may_be_null:
            return conjunction(self.present(value).guards)
        advice = "compare it, or a member of it"
        raise PathError(f"it takes {value.type} for a condition", advice)

    def _chosen(self, node: Node, current: Value) -> Value:
        """The value of `||` and `&&`: one of both sides, which have to be of one kind."""
        left, right = (self._value(child, current).settled() for child in node["children"])
        if left.type.kind != right.type.kind:
            raise PathError(f"it takes {left.type} or {right.type}", "take values of one kind")
        if left.type.kind not in _TELLING:
            raise PathError(f"it takes {left.type} for a condition", "compare it")
        word, level = ("or", ORED) if node["type"] == "or_expression" else ("and", ANDED)
        code = f"{left.whole().within(NEGATED)} {word} {right.whole().within(NEGATED)}"
        optional = right.may_be_null or (word == "and" and left.may_be_null)
        return Value(_common(left.type, right.type), code, level, optional=optional)

    def _function(self, name: str, arguments: list[Value]) -> Value:
        values = [self.present(argument.settled()) for argument in arguments]
        guards = tuple(dict.fromkeys(guard for value in values for guard in value.guards))
        kinds = [value.type.kind for value in values]
        match name, kinds:
            case "length", ["string" | "list" | "map"]:
                return Value(NUMBER, f"len({values[0].code})", ATOM, guards=guards)
            case "contains", ["list", kind] if kind == self.item_type(values[0]).kind in _SCALARS:
                pass
            case "contains", ["string", "string"]:
                pass
            case "starts_with" | "ends_with", ["string", "string"]:
                method = name.replace("_", "")
                code = f"{values[0].within(ATOM)}.{method}({values[1].code})"
                return Value(BOOLEAN, code, ATOM, guards=guards)
            case "keys", ["map"]:
                type_ = Type("list", item=STRING)
                return Value(type_, f"list({values[0].code})", ATOM, guards=guards)
            case "values", ["map"]:
                type_ = Type("list", item=self.item_type(values[0]), sparse=values[0].type.sparse)
                code = f"list({values[0].within(ATOM)}.values())"
                return Value(type_, code, ATOM, guards=guards)
            case _:
                told = ", ".join(map(str, (value.type for value in values)))
                raise PathError(f"it calls {name} with {told}", _SIMPLER)
        code = f"{values[1].within(ATOM)} in {values[0].within(ATOM)}"
        return Value(BOOLEAN, code, COMPARED, guards=guards)


@contextmanager
def _telling(expression: str) -> Generator[None]:
    try:
        yield
    except PathError as error:
        raise PathError(f"path {expression!r}: {error.message}", error.advice) from None


def _checked(value: Value) -> Value:
    """Python refuses names that are bound in what a comprehension loops over, and so do we."""
    try:
        compile(value.whole().code, "<path>", "eval")
    except SyntaxError:
        raise PathError("it is too entangled for one Python expression", _SIMPLER) from None
    return value


def _parsed(expression: str) -> Node:
    try:
        return cast("Node", Parser().parse(expression).parsed)
    except JMESPathError as error:
        line = str(error).partition("\n")[0]
        raise PathError(f"it is not JMESPath: {line}", _CORRECT) from None


def _negated(value: Value) -> Value:
    if value.code.endswith(" is not None") and value.level <= NEGATED:
        return Value(BOOLEAN, value.code.replace(" is not None", " is None"), COMPARED)
    return Value(BOOLEAN, f"not {value.within(NEGATED)}", NEGATED)


def _reaching(index: int) -> str:
    return f"> {index}" if index >= 0 else f">= {-index}"


def _common(left: Type, right: Type) -> Type:
    """The type of either; items that are not described alike cannot be looked into."""
    if right.item == NULL or left.kind not in ("list", "map"):
        return left
    if left.item == NULL:
        return right
    sparse = left.sparse or right.sparse
    if left.shape == right.shape and left.item == right.item:
        return replace(left, sparse=sparse)
    return Type(left.kind, item=Type("other"), sparse=sparse)
