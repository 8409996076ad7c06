"""HTTP bindings: labels and URIs, headers, queries, payloads.

Source: "HTTP bindings" of the Smithy 2.0 specification.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.validation.rules import (
    API,
    SCALARS,
    STRINGS,
    UNKNOWN,
    Shapes,
    each_once,
    input_of,
    is_a,
    members,
)
from codegen.validation.uris import UriPattern, parse_uri

_HTTP = f"{API}http"
_LABEL = f"{API}httpLabel"
_HEADER = f"{API}httpHeader"
_PREFIX = f"{API}httpPrefixHeaders"
_QUERY = f"{API}httpQuery"
_PAYLOAD = f"{API}httpPayload"
_ERROR = f"{API}error"

_REQUEST_BINDINGS = ("httpLabel", "httpQuery", "httpQueryParams")
_RESPONSE_BINDINGS = ("httpResponseCode",)
_COMMON_BINDINGS = ("httpHeader", "httpPrefixHeaders", "httpPayload")
_BINDINGS = (*_REQUEST_BINDINGS, *_RESPONSE_BINDINGS, *_COMMON_BINDINGS)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)


def check_uris(shapes: Shapes) -> Iterator[Fault]:
    """Hold the URI of an operation to its form, and its labels to the members of the input."""
    for operation in of_type(shapes.values(), "operation"):
        http = operation.traits.get(_HTTP)
        uri = http.get("uri") if isinstance(http, Mapping) else None
        if not isinstance(uri, str) or not uri:
            continue
        pattern = parse_uri(uri)
        for message, advice in pattern.faults:
            yield operation.fault(f"its uri {uri!r} {message}", advice, trait=_HTTP)
        structure = input_of(operation, shapes)
        if structure.type == "structure":
            yield from _labels(operation, structure, uri, pattern, shapes)
            yield from _queries(operation, structure, pattern)


def _labels(
    operation: LoadedShape,
    structure: LoadedShape,
    uri: str,
    pattern: UriPattern,
    shapes: Shapes,
) -> Iterator[Fault]:
    bound = {name for name, member in structure.members.items() if _LABEL in member.traits}

    def at_uri(message: str, advice: str) -> Fault:
        return operation.fault(f"its uri {uri!r} {message}", advice, trait=_HTTP)

    greedy = [label for label in pattern.labels if label.endswith("+")]
    if greedy and tuple(greedy) != pattern.labels[-1:]:
        yield at_uri("has a greedy label that is not its only and last one", "reorder the labels")
    names = [label.removesuffix("+") for label in pattern.labels]
    for name, count in Counter(name.casefold() for name in names).items():
        if count > 1:
            again = next(item for item in names if item.casefold() == name)
            yield at_uri(f"has the label {again!r} {count} times", "name each label once")
    for name in dict.fromkeys(names):
        if name not in bound:
            advice = f"add a member {name!r} with {_LABEL} to {structure.id}"
            yield at_uri(f"has the label {name!r}, which no member is bound to", advice)
    for name in sorted(bound - set(names)):
        message = f"is bound to a label that the uri {uri!r} of {operation.id} has not"
        yield structure.fault(message, f"add {{{name}}} to the uri", member=name, trait=_LABEL)
    for label in greedy:
        member = structure.members.get(label.removesuffix("+"))
        if member and not is_a(shapes[member.target], STRINGS):
            kind = shapes[member.target].type
            yield at_uri(f"has the greedy label {label!r} on type {kind}", "use a string")


def _queries(
    operation: LoadedShape, structure: LoadedShape, pattern: UriPattern
) -> Iterator[Fault]:
    for holder, name in _bound_to(structure, _QUERY).items():
        if name in pattern.query:
            message = f"is bound to {name!r}, which the uri of {operation.id} has in its query"
            advice = "take it out of the uri, or rename it"
            yield structure.fault(message, advice, member=holder, trait=_QUERY)


def check_bindings(shapes: Shapes) -> Iterator[Fault]:
    """Hold a member to one place, a place to one member, and both to types that fit."""
    for shape in of_type(shapes.values(), "structure"):
        headers = _bound_to(shape, _HEADER)
        yield from each_once(shape, "header", headers)
        seen: dict[str, str] = {}
        for name, query in _bound_to(shape, _QUERY).items():
            first = seen.setdefault(query, name)
            if first != name:
                message = f"its query parameter {query!r} is that of {first!r} too"
                yield shape.fault(message, "rename one of the two", member=name)
        for holder, prefix in _bound_to(shape, _PREFIX).items():
            for name, header in headers.items():
                if prefix and header.casefold().startswith(prefix.casefold()):
                    message = (
                        f"its header {header!r} begins with {prefix!r}, the prefix of {holder!r}"
                    )
                    yield shape.fault(message, "change one of the two", member=name, trait=_HEADER)
        for name, header in headers.items():
            if header and not _TOKEN.fullmatch(header):
                message = f"{header!r} is not the name of a header"
                advice = "use letters, digits and - (RFC 9110, 5.6.2)"
                yield shape.fault(message, advice, member=name, trait=_HEADER)
    for shape, member in members(of_type(shapes.values(), "structure")):
        places = [name for name in _BINDINGS if f"{API}{name}" in member.traits]
        if len(places) > 1:
            message = f"is bound to {len(places)} places: {', '.join(places)}"
            yield shape.fault(message, "keep one of them", member=member.name)
        yield from _fitting(shape, member, places, shapes)


def _bound_to(shape: LoadedShape, trait: str) -> dict[str, str]:
    """Names that members give in a trait, by member."""
    values = {member.name: member.traits.get(trait) for member in shape.members.values()}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _fitting(
    shape: LoadedShape, member: LoadedMember, places: list[str], shapes: Shapes
) -> Iterator[Fault]:
    for name in places:
        trait = f"{API}{name}"
        if not _fits(shapes[member.target], _TARGETS[name], shapes):
            message = f"{trait} cannot be on type {_described(member.target, shapes)}"
            yield shape.fault(message, f"it takes {_TAKES[name]}", member=member.name, trait=trait)
    if _LABEL in member.traits and f"{API}required" not in member.traits:
        message = "is a label of the uri and not required"
        yield shape.fault(message, f"add {API}required", member=member.name, trait=_LABEL)
    target = shapes[member.target]
    if _PREFIX in member.traits and f"{API}sparse" in target.traits:
        message = f"{_PREFIX} cannot be on a sparse map"
        yield shape.fault(message, "a header has a value", member=member.name, trait=_PREFIX)


def check_payloads(shapes: Shapes) -> Iterator[Fault]:
    """Refuse members that are bound to nothing beside a payload: there is no JSON body then."""
    bodies: dict[tuple[str, bool], LoadedShape] = {
        (shape.id, False): shape
        for shape in of_type(shapes.values(), "structure")
        if _ERROR in shape.traits
    }
    for operation in of_type(shapes.values(), "operation"):
        if _HTTP in operation.traits:
            inputs = operation.ref("input")
            for target in (*inputs, *operation.ref("output")):
                bodies[target, target in inputs] = shapes[target]
    for (_, request), shape in bodies.items():
        if not any(_PAYLOAD in member.traits for member in shape.members.values()):
            continue
        places = _REQUEST_BINDINGS if request else _RESPONSE_BINDINGS
        elsewhere = {f"{API}{name}" for name in (*_COMMON_BINDINGS, *places, "hostLabel")}
        for member in shape.members.values():
            if not elsewhere & member.traits.keys():
                message = "has no place on the wire beside the member that is the payload"
                advice = f"bind it to a header, or drop {_PAYLOAD}"
                yield shape.fault(message, advice, member=member.name)


type _Wanted = tuple[frozenset[str], Mapping[str, frozenset[str]]]
"""Shape types that a binding takes; and, for lists and maps, the types that it takes in them."""

_NOTHING: frozenset[str] = frozenset()
_SCALARS_AND_LISTS: _Wanted = (SCALARS, {"list": SCALARS})
_TARGETS: Final[Mapping[str, _Wanted]] = {
    "httpLabel": (SCALARS, {}),
    "httpQuery": _SCALARS_AND_LISTS,
    "httpHeader": _SCALARS_AND_LISTS,
    "httpQueryParams": (_NOTHING, {"map": STRINGS | {"list"}}),
    "httpPrefixHeaders": (_NOTHING, {"map": STRINGS}),
    "httpResponseCode": (frozenset({"integer", "intEnum"}), {}),
    "httpPayload": (
        STRINGS | {"blob", "structure", "union", "document", "list", "map"},
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
    if is_a(target, types):
        return True
    if target.type not in inner:
        return False
    held = shapes[target.members["member" if target.type == "list" else "value"].target]
    if held.type == UNKNOWN:
        return True
    if held.type == "list" and not is_a(shapes[held.members["member"].target], STRINGS):
        return False
    return held.type in inner[target.type]


def _described(target: str, shapes: Shapes) -> str:
    shape = shapes[target]
    if shape.type not in ("list", "map"):
        return shape.type
    held = shape.members["member" if shape.type == "list" else "value"].target
    return f"{shape.type} of {shapes[held].type}"
