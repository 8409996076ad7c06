"""Expressions of `smithy.rules#endpointRuleSet` as typed Python text.

The rules language is small and pure, so an expression is its text, its type, and whether it may be
unset. Conditions known from the branch they stand in are settled here: what remains is what a
person would have written, and what a type checker can follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from codegen.endpoint_values import (
    ATTRIBUTES,
    NOTHING,
    RUNTIME_FUNCTIONS,
    TYPE_WORDS,
    UNKNOWN,
    Expression,
    Scope,
    Test,
    boolean,
    is_set_key,
    mapping,
    negate,
    sequence,
)
from codegen.faults import Fault

_PATH = re.compile(r"(?P<name>[A-Za-z_]\w*)?(?:\[(?P<index>-?\d+)\])?", re.ASCII)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class ExpressionCompiler:
    """Turns expression nodes into `Expression`s; collects faults and the runtime names in use."""

    def __init__(self, file: str, shape: str) -> None:
        self._file = file
        self._shape = shape
        self.faults: list[Fault] = []
        self.imports: set[str] = set()
        self._special: Mapping[str, Callable[[Sequence[object], str, Scope], Expression | None]] = {
            "booleanEquals": self._boolean_equals,
            "coalesce": self._coalesce,
            "getAttr": self._get_attr,
            "isSet": self._is_set,
            "ite": self._ite,
            "not": self._not,
            "split": self._split,
            "stringEquals": self._string_equals,
        }

    def fault(self, pointer: str, message: str, advice: str = "") -> Expression:
        """Note a fault and return an expression that fits everywhere."""
        self.faults.append(Fault(self._file, pointer, self._shape, message, advice))
        return NOTHING

    def expression(self, node: object, pointer: str, scope: Scope) -> Expression:
        """Compile a literal, template, reference or function call."""
        if isinstance(node, bool):
            return Expression(str(node), "bool", test=node, literal=True)
        if isinstance(node, int):
            return Expression(str(node), "int", literal=True)
        if isinstance(node, str):
            return self.template(node, pointer, scope)
        parts = mapping(node)
        if parts is not None and isinstance(name := parts.get("ref"), str) and len(parts) == 1:
            return self._reference(name, pointer, scope)
        if parts is not None and "fn" in parts:
            return self.call(parts, pointer, scope)
        return self.fault(
            pointer, f"{node!r} is no endpoint rule expression", "use a literal, ref or fn"
        )

    def call(self, node: Mapping[str, object], pointer: str, scope: Scope) -> Expression:
        """Compile a function call."""
        name, arguments = node["fn"], sequence(node.get("argv"))
        if unknown := sorted(node.keys() - {"fn", "argv"}):
            self.fault(pointer, f"a function call has no key {', '.join(unknown)}")
        if arguments is None:
            return self.fault(pointer, f"function {name} has no argv", "add a list of arguments")
        special = self._special.get(str(name))
        if special is not None:
            made = special(arguments, pointer + "/argv", scope)
            if made is None:
                return self.fault(pointer, f"{name} does not take {len(arguments)} arguments")
            return made
        function = RUNTIME_FUNCTIONS.get(str(name))
        if function is None:
            known = ", ".join(sorted({*self._special, *RUNTIME_FUNCTIONS}))
            return self.fault(
                pointer + "/fn", f"function {name} is unknown", f"known functions: {known}"
            )
        if len(arguments) != len(function.arguments):
            return self.fault(pointer, f"{name} does not take {len(arguments)} arguments")
        texts = [
            self.required(argument, kind, f"{pointer}/argv/{index}", scope).text
            for index, (argument, kind) in enumerate(
                zip(arguments, function.arguments, strict=True)
            )
        ]
        if function.returns == "Partition":
            texts.append("PARTITIONS")
        self.imports.add(function.python)
        text = f"{function.python}({', '.join(texts)})"
        test = scope.settle(Test(text, f"not {text}", text)) if function.returns == "bool" else None
        return Expression(text, function.returns, function.optional, test)

    def required(self, node: object, kind: str, pointer: str, scope: Scope) -> Expression:
        """Compile an expression that must have type `kind` and be set."""
        value = self.expression(node, pointer, scope)
        if value.type == UNKNOWN:
            return value
        if value.type != kind:
            return self.fault(pointer, f"{value.text} is not {TYPE_WORDS.get(kind, kind)}")
        if value.optional:
            return self.fault(
                pointer, f"{value.text} may be unset here", "put an isSet of it before this"
            )
        return value

    def truth(self, value: Expression, scope: Scope) -> Test | bool:
        """Return the condition that a value meets if it is neither unset nor false."""
        if isinstance(value.test, bool):
            return value.test
        if value.test is not None:
            return scope.settle(value.test)
        if value.type == "bool":
            text = value.operand
            implied = is_set_key(text) if value.optional else ""
            return scope.settle(Test(text, f"not {text}", text, implies=implied))
        if not value.optional:
            return True
        text = value.operand
        return scope.settle(Test(is_set_key(text), f"{text} is None", is_set_key(text)))

    def template(self, text: str, pointer: str, scope: Scope) -> Expression:
        """Compile a string with `{Name}` and `{Name#attribute}` in it."""
        pieces: list[str] = []
        formatted = False
        position = 0
        for match in _TEMPLATE.finditer(text):
            pieces.append(text[position : match.start()])
            position = match.end()
            if match[0] in ("{{", "}}"):
                pieces.append(match[0])
            elif match[1] is None:
                return self.fault(pointer, f"template {text!r} has a brace without partner")
            else:
                value = self._hole(match[1], pointer, scope)
                if match[0] == text:
                    return value
                if value.type != UNKNOWN and (value.optional or value.type != "str"):
                    self.fault(
                        pointer,
                        f"{match[0]} is not a string that is set here",
                        "put an isSet of it before this",
                    )
                pieces.append(f"{{{value.text}}}")
                formatted = True
        pieces.append(text[position:])
        made = "".join(pieces)
        if formatted:
            return Expression("f" + repr(made), "str")
        plain = made.replace("{{", "{").replace("}}", "}")
        return Expression(repr(plain), "str", literal=True)

    def _hole(self, hole: str, pointer: str, scope: Scope) -> Expression:
        name, mark, path = hole.partition("#")
        value = self._reference(name, pointer, scope)
        return self._attribute(value, path, pointer) if mark else value

    def _reference(self, name: str, pointer: str, scope: Scope) -> Expression:
        value = scope.names.get(name)
        if value is None:
            return self.fault(
                pointer,
                f"{name!r} is neither a parameter nor assigned before",
                "declare it in parameters",
            )
        return self._known(value, scope)

    def _known(self, value: Expression, scope: Scope) -> Expression:
        if value.optional and scope.facts.get(is_set_key(value.text)):
            return Expression(value.text, value.type)
        return value

    def _attribute(self, value: Expression, path: str, pointer: str) -> Expression:
        for step in path.split("."):
            match = _PATH.fullmatch(step)
            if match is None or not step:
                return self.fault(pointer, f"{path!r} is not a path of attributes")
            if value.type == UNKNOWN:
                return value
            if value.optional:
                return self.fault(
                    pointer, f"{value.text} may be unset here", "put an isSet of it before this"
                )
            if match["name"] is not None:
                attribute = ATTRIBUTES.get(value.type, {}).get(match["name"])
                if attribute is None:
                    return self.fault(pointer, f"{value.text} has no attribute {match['name']}")
                value = Expression(f"{value.operand}.{attribute[0]}", attribute[1])
            if match["index"] is not None:
                if value.type != "Sequence[str]":
                    return self.fault(pointer, f"{value.text} is not a list")
                self.imports.add("item")
                text = f"item({value.text}, {int(match['index'])})"
                value = Expression(text, "str", optional=True)
        return value

    def _get_attr(
        self, arguments: Sequence[object], pointer: str, scope: Scope
    ) -> Expression | None:
        if len(arguments) != 2:
            return None
        value, path = self.expression(arguments[0], pointer + "/0", scope), arguments[1]
        if not isinstance(path, str):
            return self.fault(pointer + "/1", f"{path!r} is not a path of attributes")
        return self._attribute(value, path, pointer + "/1")

    def _is_set(self, arguments: Sequence[object], pointer: str, scope: Scope) -> Expression | None:
        if len(arguments) != 1:
            return None
        value = self.expression(arguments[0], pointer + "/0", scope)
        if not value.optional:
            return boolean(True)
        text, key = value.operand, is_set_key(value.operand)
        return boolean(scope.settle(Test(key, f"{text} is None", key)))

    def _not(self, arguments: Sequence[object], pointer: str, scope: Scope) -> Expression | None:
        if len(arguments) != 1:
            return None
        value = self.expression(arguments[0], pointer + "/0", scope)
        if value.type not in ("bool", UNKNOWN):
            return self.fault(
                pointer + "/0", f"{value.text} is not a boolean", "use not with isSet of it"
            )
        return boolean(negate(self.truth(value, scope)))

    def _boolean_equals(
        self, arguments: Sequence[object], pointer: str, scope: Scope
    ) -> Expression | None:
        if len(arguments) != 2:
            return None
        left, right = (
            self.expression(argument, f"{pointer}/{index}", scope)
            for index, argument in enumerate(arguments)
        )
        for index, value in enumerate((left, right)):
            if value.type not in ("bool", UNKNOWN):
                return self.fault(f"{pointer}/{index}", f"{value.text} is not a boolean")
        if isinstance(left.test, bool):
            left, right = right, left
        if right.test is True:
            return boolean(self.truth(left, scope))
        if right.test is False:
            if not left.optional:
                return boolean(negate(self.truth(left, scope)))
            text = left.operand
            key = f"{text} is False"
            return boolean(
                scope.settle(Test(key, f"{text} is not False", key, implies=is_set_key(text)))
            )
        key = f"{left.operand} == {right.operand}"
        return boolean(scope.settle(Test(key, f"{left.operand} != {right.operand}", key)))

    def _string_equals(
        self, arguments: Sequence[object], pointer: str, scope: Scope
    ) -> Expression | None:
        if len(arguments) != 2:
            return None
        left, right = (
            self.expression(argument, f"{pointer}/{index}", scope)
            for index, argument in enumerate(arguments)
        )
        for index, value in enumerate((left, right)):
            if value.type not in ("str", UNKNOWN):
                return self.fault(f"{pointer}/{index}", f"{value.text} is not a string")
        if left.literal:
            left, right = right, left
        if right.optional:
            left, right = right, left
        if right.optional:
            return self.fault(
                pointer,
                f"{left.text} and {right.text} may be unset here",
                "put an isSet before this",
            )
        if left.literal:
            return boolean(left.text == right.text)
        key = f"{left.operand} == {right.operand}"
        implied = is_set_key(left.operand) if left.optional and right.literal else ""
        opposite = f"{left.operand} != {right.operand}"
        return boolean(scope.settle(Test(key, opposite, key, implies=implied)))

    def _ite(self, arguments: Sequence[object], pointer: str, scope: Scope) -> Expression | None:
        if len(arguments) != 3:
            return None
        chosen = self.required(arguments[0], "bool", pointer + "/0", scope)
        yes, no = (
            self.expression(argument, f"{pointer}/{index}", scope)
            for index, argument in enumerate(arguments[1:], 1)
        )
        if UNKNOWN not in (yes.type, no.type) and yes.type != no.type:
            return self.fault(pointer, f"ite chooses between {yes.text} and {no.text}: two types")
        test = self.truth(chosen, scope)
        if isinstance(test, bool):
            return yes if test else no
        text = f"{yes.operand} if {test.text} else {no.operand}"
        return Expression(text, yes.type, yes.optional or no.optional, operator=True)

    def _coalesce(
        self, arguments: Sequence[object], pointer: str, scope: Scope
    ) -> Expression | None:
        if len(arguments) < 2:
            return None
        values = [
            self.expression(argument, f"{pointer}/{index}", scope)
            for index, argument in enumerate(arguments)
        ]
        kinds = {value.type for value in values} - {UNKNOWN}
        if len(kinds) > 1:
            return self.fault(pointer, "coalesce chooses between values of different types")
        made = values.pop()
        while values:
            value = values.pop()
            if not value.optional:
                made = value
                continue
            self.imports.add("coalesce")
            made = Expression(f"coalesce({value.text}, {made.text})", value.type, made.optional)
        return made

    def _split(self, arguments: Sequence[object], pointer: str, scope: Scope) -> Expression | None:
        if len(arguments) != 3:
            return None
        value = self.required(arguments[0], "str", pointer + "/0", scope)
        delimiter = self.required(arguments[1], "str", pointer + "/1", scope)
        limit = arguments[2]
        if delimiter.text == repr(""):
            return self.fault(pointer + "/1", "an empty string does not divide a string")
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            return self.fault(pointer + "/2", f"{limit!r} is not a number of parts")
        parts = f", {limit - 1}" if limit else ""
        return Expression(f"{value.operand}.split({delimiter.text}{parts})", "Sequence[str]")
