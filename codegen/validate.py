"""Rules of Smithy that smithy-python does not check and that a generated client leans on.

Each validator looks at the whole model and yields a fault for each breach. To add a rule, write a
function and list it in `VALIDATORS`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.model import Node

type Shapes = Mapping[str, LoadedShape]

_API = "smithy.api#"
_HTTP = f"{_API}http"
_LABEL = f"{_API}httpLabel"
_PAYLOAD = f"{_API}httpPayload"
_ERROR = f"{_API}error"

_NUMBERS = frozenset(
    {"byte", "short", "integer", "long", "float", "double", "bigInteger", "bigDecimal", "intEnum"}
)
_TEXTS = frozenset({"string", "enum"})
_SCALARS = _NUMBERS | _TEXTS | {"boolean", "timestamp"}

_REQUEST_BINDINGS = ("httpLabel", "httpQuery", "httpQueryParams")
_RESPONSE_BINDINGS = ("httpResponseCode",)
_COMMON_BINDINGS = ("httpHeader", "httpPrefixHeaders", "httpPayload")
_BINDINGS = (*_REQUEST_BINDINGS, *_RESPONSE_BINDINGS, *_COMMON_BINDINGS)
_ONCE = ("httpPayload", "httpPrefixHeaders", "httpQueryParams", "httpResponseCode", "eventPayload")

_TEXT_TRAITS = frozenset(
    f"{_API}{name}"
    for name in (
        "documentation",
        "error",
        "httpHeader",
        "httpPrefixHeaders",
        "httpQuery",
        "jsonName",
        "mediaType",
        "pattern",
        "timestampFormat",
        "title",
    )
)
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    _ERROR: ("client", "server"),
    f"{_API}timestampFormat": ("date-time", "http-date", "epoch-seconds"),
}
_LABEL_NAME = re.compile(r"\{([^{}]*)\}")


def validate(shapes: Shapes) -> Iterator[Fault]:
    """Yield every breach of every rule."""
    for validator in VALIDATORS:
        yield from validator(shapes)


def _trait_values(shapes: Shapes) -> Iterator[Fault]:
    for shape in shapes.values():
        yield from _values_of(shape, "", shape.traits)
        for member in shape.members.values():
            yield from _values_of(shape, member.name, member.traits)


def _values_of(shape: LoadedShape, member: str, traits: Mapping[str, Node]) -> Iterator[Fault]:
    for trait, value in traits.items():
        if trait in _TEXT_TRAITS and not isinstance(value, str):
            message = f"the value of {trait} is not a string"
            yield shape.fault(message, "write a string", member=member, trait=trait)
        elif trait in _CHOICES and value not in _CHOICES[trait]:
            advice = f"write one of {', '.join(_CHOICES[trait])}"
            message = f"{trait} cannot be {value!r}"
            yield shape.fault(message, advice, member=member, trait=trait)
        elif trait == f"{_API}httpError" and (
            not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599
        ):
            message = f"{trait} cannot be {value!r}"
            yield shape.fault(message, "write an HTTP status", member=member, trait=trait)


def _enums(shapes: Shapes) -> Iterator[Fault]:
    for shape in of_type(shapes.values(), "enum", "intEnum"):
        if not shape.members:
            yield shape.fault(f"this {shape.type} has no values", "add a member for each value")
        kind = str if shape.type == "enum" else int
        seen: dict[Node, str] = {}
        for member in shape.members.values():
            # An enum member without a value stands for its own name.
            fallback = member.name if shape.type == "enum" else None
            value = member.traits.get(f"{_API}enumValue", fallback)
            if not isinstance(value, kind) or isinstance(value, bool):
                message = f"the value of a member of this {shape.type} is {value!r}"
                advice = f"give {_API}enumValue a value of type {kind.__name__}"
                yield shape.fault(message, advice, member=member.name)
            elif value in seen:
                message = f"has the value {value!r}, as has {seen[value]!r}"
                yield shape.fault(message, "keep one of the two", member=member.name)
            else:
                seen[value] = member.name


def _member_names(shapes: Shapes) -> Iterator[Fault]:
    for shape in of_type(shapes.values(), "structure", "union"):
        yield from _unique(shape, "name", {name: name for name in shape.members})
        headers = {
            member.name: str(member.traits[f"{_API}httpHeader"])
            for member in shape.members.values()
            if f"{_API}httpHeader" in member.traits
        }
        yield from _unique(shape, "header", headers)


def _unique(shape: LoadedShape, what: str, values: Mapping[str, str]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for member, value in values.items():
        first = seen.setdefault(value.casefold(), member)
        if first != member:
            message = f"its {what} {value!r} differs from that of {first!r} in nothing but case"
            if values[first] == value:
                message = f"its {what} {value!r} is that of {first!r} too"
            yield shape.fault(message, "rename one of the two", member=member)


def _operation_shapes(shapes: Shapes) -> Iterator[Fault]:
    for operation in of_type(shapes.values(), "operation"):
        for relation in ("input", "output"):
            (target,) = operation.ref(relation)
            if shapes[target].type != "structure":
                message = f"its {relation} {target} is not a structure"
                yield operation.fault(message, "use a structure")
            elif _ERROR in shapes[target].traits:
                message = f"its {relation} {target} is an error"
                yield operation.fault(message, f"use a structure without {_ERROR}")
    for owner in of_type(shapes.values(), "operation", "service"):
        for target in owner.ref("errors"):
            if shapes[target].type != "structure" or _ERROR not in shapes[target].traits:
                message = f"its error {target} is not a structure with {_ERROR}"
                yield owner.fault(message, "add the trait, or take it off the errors")


def _uris(shapes: Shapes) -> Iterator[Fault]:
    for operation in of_type(shapes.values(), "operation"):
        http = operation.traits.get(_HTTP)
        if _HTTP not in operation.traits:
            continue
        uri = http.get("uri") if isinstance(http, Mapping) else None
        method = http.get("method") if isinstance(http, Mapping) else None
        if not isinstance(method, str) or not isinstance(uri, str) or not uri.startswith("/"):
            advice = 'write {"method": "POST", "uri": "/path/{Label}"}'
            yield operation.fault("its http trait has no method or no uri", advice, trait=_HTTP)
            continue
        yield from _labels(operation, shapes[operation.ref("input")[0]], uri, shapes)


def _labels(
    operation: LoadedShape, structure: LoadedShape, uri: str, shapes: Shapes
) -> Iterator[Fault]:
    path, _, query = uri.partition("?")
    written = [str(label) for label in _LABEL_NAME.findall(path)]
    bound = {name for name, member in structure.members.items() if _LABEL in member.traits}

    def at_uri(message: str, advice: str) -> Fault:
        return operation.fault(f"its uri {uri!r} {message}", advice, trait=_HTTP)

    if "{" in query:
        yield at_uri("has a label in its query", f"bind the member with {_API}httpQuery")
    greedy = [label for label in written if label.endswith("+")]
    if greedy and greedy != written[-1:]:
        yield at_uri("has a greedy label that is not its only and last one", "reorder the labels")
    names = [label.removesuffix("+") for label in written]
    for name, count in Counter(names).items():
        if count > 1:
            yield at_uri(f"has the label {name!r} {count} times", "name each label once")
        if name not in bound:
            advice = f"add a member {name!r} with {_LABEL} to {structure.id}"
            yield at_uri(f"has the label {name!r}, which no member is bound to", advice)
    for name in sorted(bound - set(names)):
        message = f"is bound to a label that the uri {uri!r} of {operation.id} has not"
        yield structure.fault(message, f"add {{{name}}} to the uri", member=name, trait=_LABEL)
    for label in written:
        target = _target_type(structure.members.get(label.removesuffix("+")), shapes)
        if label.endswith("+") and target is not None and target not in _TEXTS:
            yield at_uri(f"has the greedy label {label!r} on type {target}", "use a string")


def _target_type(member: LoadedMember | None, shapes: Shapes) -> str | None:
    return shapes[member.target].type if member else None


def _binding_counts(shapes: Shapes) -> Iterator[Fault]:
    for shape in of_type(shapes.values(), "structure"):
        for name in _ONCE:
            trait = f"{_API}{name}"
            holders = [item.name for item in shape.members.values() if trait in item.traits]
            if len(holders) > 1:
                message = f"{trait} is on {len(holders)} members: {', '.join(holders)}"
                yield shape.fault(message, "keep it on one")
        for member in shape.members.values():
            places = [name for name in _BINDINGS if f"{_API}{name}" in member.traits]
            if len(places) > 1:
                message = f"is bound to {len(places)} places: {', '.join(places)}"
                yield shape.fault(message, "keep one of them", member=member.name)


def _payloads(shapes: Shapes) -> Iterator[Fault]:
    """Refuse members that are bound to nothing beside a payload: there is no JSON body then."""
    bodies: dict[tuple[str, bool], LoadedShape] = {}
    for operation in of_type(shapes.values(), "operation"):
        if _HTTP in operation.traits:
            inputs, outputs = operation.ref("input"), operation.ref("output")
            for target in (*inputs, *outputs, *operation.ref("errors")):
                bodies[target, target in inputs] = shapes[target]
    for (_, request), shape in bodies.items():
        if not any(_PAYLOAD in member.traits for member in shape.members.values()):
            continue
        places = _REQUEST_BINDINGS if request else _RESPONSE_BINDINGS
        elsewhere = {f"{_API}{name}" for name in (*_COMMON_BINDINGS, *places, "hostLabel")}
        for member in shape.members.values():
            if not elsewhere & member.traits.keys():
                message = "has no place on the wire beside the member that is the payload"
                advice = f"bind it to a header, or drop {_PAYLOAD}"
                yield shape.fault(message, advice, member=member.name)


def _binding_targets(shapes: Shapes) -> Iterator[Fault]:
    for shape in of_type(shapes.values(), "structure"):
        for member in shape.members.values():
            for name in _BINDINGS:
                trait = f"{_API}{name}"
                wanted = _TARGETS[name]
                if trait in member.traits and not _fits(shapes[member.target], wanted, shapes):
                    message = f"{trait} cannot be on type {_described(member.target, shapes)}"
                    advice = f"it takes {_TAKES[name]}"
                    yield shape.fault(message, advice, member=member.name, trait=trait)
            if _LABEL in member.traits and f"{_API}required" not in member.traits:
                message = "is a label of the uri and not required"
                advice = f"add {_API}required"
                yield shape.fault(message, advice, member=member.name, trait=_LABEL)


type _Wanted = tuple[frozenset[str], Mapping[str, frozenset[str]]]
"""Shape types that a binding takes; and, for lists and maps, the types that it takes in them."""

_NOTHING: frozenset[str] = frozenset()
_SCALARS_AND_LISTS: _Wanted = (_SCALARS, {"list": _SCALARS})
_TARGETS: Final[Mapping[str, _Wanted]] = {
    "httpLabel": (_SCALARS, {}),
    "httpQuery": _SCALARS_AND_LISTS,
    "httpHeader": _SCALARS_AND_LISTS,
    "httpQueryParams": (_NOTHING, {"map": _TEXTS | {"list"}}),
    "httpPrefixHeaders": (_NOTHING, {"map": _TEXTS}),
    "httpResponseCode": (frozenset({"integer", "intEnum"}), {}),
    "httpPayload": (
        _TEXTS | {"blob", "structure", "union", "document", "list", "map"},
        {},
    ),
}
_TAKES: Final[Mapping[str, str]] = {
    "httpLabel": "a string, number, boolean or timestamp",
    "httpQuery": "a string, number, boolean, timestamp, or a list of these",
    "httpHeader": "a string, number, boolean, timestamp, or a list of these",
    "httpQueryParams": "a map of strings to strings or to lists of strings",
    "httpPrefixHeaders": "a map of strings to strings",
    "httpResponseCode": "an integer",
    "httpPayload": "a blob, string, structure, union, document, list or map",
}


def _fits(target: LoadedShape, wanted: _Wanted, shapes: Shapes) -> bool:
    types, inner = wanted
    if target.type in types:
        return True
    if target.type not in inner:
        return False
    held = shapes[target.members["member" if target.type == "list" else "value"].target]
    if held.type == "list" and shapes[held.members["member"].target].type not in _TEXTS:
        return False
    return held.type in inner[target.type]


def _described(target: str, shapes: Shapes) -> str:
    shape = shapes[target]
    if shape.type not in ("list", "map"):
        return shape.type
    held = shape.members["member" if shape.type == "list" else "value"].target
    return f"{shape.type} of {shapes[held].type}"


VALIDATORS: Final[tuple[Callable[[Shapes], Iterator[Fault]], ...]] = (
    _trait_values,
    _enums,
    _member_names,
    _operation_shapes,
    _uris,
    _binding_counts,
    _payloads,
    _binding_targets,
)
