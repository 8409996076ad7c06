"""One model, and edits of it: what the tests of `diff` and its second opinions share."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codegen.diff.compare import compare
from codegen.diff.reading import surface_of
from codegen.diff.verdict import Change
from codegen.loaded import LoadedModel
from tests.codegen.small_models import load_shapes, operation, structure, union

type Edits = Mapping[str, Any]
"""Values by place: "t#GetIn/members/Name/traits" below "shapes"; GONE removes what is there."""

GONE: Any = object()

_RULES: dict[str, Any] = {
    "version": "1.0",
    "parameters": {"Region": {"type": "string", "builtIn": "AWS::Region"}},
    "rules": [{"type": "endpoint", "conditions": [], "endpoint": {"url": "https://t.example"}}],
}
MODEL: dict[str, Any] = {
    "t#Pairs": {
        "type": "service",
        "version": "2020-01-01",
        "operations": [{"target": "t#Get"}, {"target": "t#Listen"}],
        "errors": [{"target": "t#Broken"}],
        "traits": {
            "aws.api#service": {"sdkId": "Pairs"},
            "aws.protocols#restJson1": {},
            "smithy.rules#endpointRuleSet": _RULES,
        },
    },
    "t#Get": operation("POST /get", input="t#GetIn", output="t#GetOut", errors=["t#NotFound"]),
    "t#GetIn": structure(
        Name=("t#Label", {"required": {}}),
        Limit=("Integer", {"httpHeader": "x-limit"}),
        Ratio="Float",
        Data="Blob",
        Words="t#Words",
        Filter="t#Filter",
        Thing="t#Thing",
        Pick="t#Pick",
    ),
    "t#GetOut": structure(
        Total=("Integer", {"required": {}}),
        Text="String",
        Color="t#Color",
        Thing="t#Thing",
        Pick="t#Pick",
    ),
    "t#Filter": structure(Key=("String", {"required": {}}), Note="String"),
    "t#Thing": structure(Size=("Integer", {"required": {}}), Mark="String"),
    "t#Pick": union(text="String", size="Integer"),
    "t#Words": {"type": "list", "member": {"target": "t#Label"}},
    "t#Label": {"type": "string", "traits": {"smithy.api#length": {"min": 1, "max": 64}}},
    "t#Color": {
        "type": "enum",
        "members": {
            name: {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": name.lower()}}
            for name in ("RED", "BLUE")
        },
    },
    "t#Listen": operation("POST /listen", output="t#ListenOutput"),
    "t#ListenOutput": structure(Sounds=("t#Sounds", {"httpPayload": {}})),
    "t#Sounds": union(chunk="t#Chunk", pause="t#Pause", noise="t#Noise")
    | {"traits": {"smithy.api#streaming": {}}},
    "t#Chunk": structure(bytes=("Blob", {"eventPayload": {}})),
    "t#Pause": structure(seconds="Integer"),
    "t#Noise": structure(message="String") | {"traits": {"smithy.api#error": "server"}},
    "t#NotFound": structure(message="String", Hint="String")
    | {"traits": {"smithy.api#error": "client", "smithy.api#httpError": 404}},
    "t#Broken": structure(message="String") | {"traits": {"smithy.api#error": "server"}},
}


def edited(edits: Edits) -> dict[str, Any]:
    """The model with some values changed, added or removed."""
    shapes = copy.deepcopy(MODEL)
    for place, value in edits.items():
        *folders, last = place.split("/")
        holder: Any = shapes
        for folder in folders:
            holder = _below(holder, folder)
        if value is GONE:
            del holder[int(last) if last.isdigit() else last]
        else:
            holder[last] = value
    return shapes


def _below(holder: Any, name: str) -> Any:
    if name.isdigit():
        return holder[int(name)]
    return holder.setdefault(name, {})


def load_edited(folder: Path, edits: Edits, *, package: str = "pairs") -> LoadedModel:
    """Write and load the edited model."""
    loaded = load_shapes(folder / f"{package}.json", edited(edits))
    return replace(loaded, config=replace(loaded.config, package=package))


def changes_of(folder: Path, new: Edits, *, old: Edits | None = None) -> list[Change]:
    """What `diff` says of two edits; the model as it is comes first where `old` is left out."""
    before = surface_of(load_edited(folder / "old", old or {}))
    after = surface_of(load_edited(folder / "new", new))
    return list(compare(before, after))


def member(target: str, **traits: Any) -> dict[str, Any]:
    """A member of a structure."""
    made: dict[str, Any] = structure(x=(target, traits))["members"]["x"]
    return made


def error(**members: Any) -> dict[str, Any]:
    """An error that callers are to blame for."""
    return structure(**members) | {"traits": {"smithy.api#error": "client"}}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two edits, and which lines of the caller below stop being correct."""

    new: Edits
    old: Edits = field(default_factory=dict[str, Any])
    fails: frozenset[str] = frozenset()
    """Names of uses in `USES`."""
    untyped: bool = False
    """Whether it breaks callers in a way that no type checker sees."""


_IN, _OUT, _THING = "t#GetIn/members", "t#GetOut/members", "t#Thing/members"
_RULE_SET = "t#Pairs/traits/smithy.rules#endpointRuleSet"
_SERVICE = "t#Pairs/traits"


def _breaks(new: Edits, *fails: str, old: Edits | None = None) -> Pair:
    return Pair(new, old or {}, frozenset(fails), untyped=not fails)


def _keeps(new: Edits, *, old: Edits | None = None) -> Pair:
    return Pair(new, old or {})


_PUT: Edits = {
    "t#Pairs/operations": [{"target": name} for name in ("t#Get", "t#Listen", "t#Put")],
    "t#Put": operation("PUT /put", input="t#PutIn", errors=["t#Full"]),
    "t#PutIn": structure(Box=("t#Box", {"required": {}})),
    "t#Box": structure(Width="Integer"),
    "t#Full": error(),
}


def _zone(*, required: bool) -> Edits:
    """A parameter of the endpoint rules that the operations fill, and no client does."""
    bound = {"Zone": {"value": "z"}}
    return {
        f"{_RULE_SET}/parameters/Zone": {"type": "string", "required": required},
        "t#Get/traits/smithy.rules#staticContextParams": bound,
        "t#Listen/traits/smithy.rules#staticContextParams": bound,
    }


PAIRS: dict[str, Pair] = {
    "nothing": _keeps({}),
    "client-renamed": _breaks({f"{_SERVICE}/aws.api#service": {"sdkId": "Trios"}}, "import"),
    "operation-added": _keeps(_PUT),
    "operation-removed": _breaks(
        {"t#Pairs/operations/1": GONE}, "listen", "events", "handler", "stream error"
    ),
    "operation-streaming": _breaks(
        {
            f"{_OUT}/Sounds": member("t#Sounds", httpPayload={}),
            **{
                f"{_OUT}/{name}/traits": {"smithy.api#httpHeader": f"x-{name}"}
                for name in ("Total", "Text", "Color")
            },
            f"{_OUT}/Thing": GONE,
            f"{_OUT}/Pick": GONE,
        },
        "read total",
        "read thing",
        "union",
    ),
    "credentials-needed": _breaks(
        {f"{_SERVICE}/aws.auth#sigv4": {"name": "pairs"}},
    ),
    "input-added": _keeps({f"{_IN}/Extra": member("String")}),
    "input-added-nested": _keeps({"t#Filter/members/Extra": member("String")}),
    "required-input-added": _breaks(
        {f"{_IN}/Extra": member("String", required={})},
        "call",
        "call fully",
        "build",
        "filter",
        "pass thing",
    ),
    "required-input-added-nested": _breaks(
        {"t#Filter/members/Extra": member("String", required={})}, "filter"
    ),
    "input-removed": _breaks({f"{_IN}/Limit": GONE}, "call fully"),
    "input-required": _breaks(
        {f"{_IN}/Limit": member("Integer", httpHeader="x-limit", required={})},
        "call",
        "build",
        "filter",
        "pass thing",
    ),
    "input-relaxed": _keeps({f"{_IN}/Name": member("t#Label")}),
    "input-widened": _keeps({f"{_IN}/Limit": member("Float", httpHeader="x-limit")}),
    "input-widened-list": _keeps({"t#Words/traits": {"smithy.api#sparse": {}}}),
    "input-retyped": _breaks(
        {f"{_IN}/Limit": member("String", httpHeader="x-limit")}, "call fully"
    ),
    "input-retyped-list": _breaks(
        {"t#Words/member": {"target": "smithy.api#Integer"}}, "call fully"
    ),
    "output-added": _keeps({f"{_OUT}/Extra": member("String")}),
    "output-removed": _breaks({f"{_OUT}/Text": GONE}, "read text"),
    "output-retyped": _breaks({f"{_OUT}/Text": member("Integer")}, "read text"),
    "output-optional": _breaks({f"{_OUT}/Total": member("Integer")}, "read total"),
    "output-always": _keeps({f"{_OUT}/Text": member("String", required={})}),
    "both-relaxed": _breaks({f"{_THING}/Size": member("Integer")}, "read thing"),
    "both-required": _breaks({f"{_THING}/Mark": member("String", required={})}, "pass thing"),
    "both-added": _keeps({f"{_THING}/Extra": member("String")}),
    "both-removed": _breaks({f"{_THING}/Mark": GONE}, "read thing"),
    "type-added": _keeps({f"{_IN}/Box": member("t#Box"), "t#Box": structure(Width="Integer")}),
    "type-removed": _breaks({f"{_IN}/Filter": GONE}, "filter"),
    "type-renamed": _breaks({"t#Pairs/rename": {"t#Filter": "Sieve"}}, "filter"),
    "type-changed": _breaks({"t#Filter": MODEL["t#Color"]}, "filter"),
    "output-class": _breaks(
        {"t#Get/output/target": "t#Got", "t#Got": MODEL["t#GetOut"]}, "name output"
    ),
    "union-member-added": _keeps({"t#Pick/members/weight": member("Float")}),
    "union-member-removed": _breaks({"t#Pick/members/text": GONE}, "union"),
    "union-member-retyped": _breaks({"t#Pick/members/text": member("Blob")}, "union"),
    "enum-value-added": _keeps({"t#Color/members/GREEN": {"target": "smithy.api#Unit"}}),
    "enum-value-removed": _breaks({"t#Color/members/RED": GONE}, "enum"),
    "enum-value-changed": _breaks({"t#Color/members/RED/traits/smithy.api#enumValue": "rouge"}),
    "event-added": _keeps(
        {"t#Sounds/members/bang": {"target": "t#Bang"}, "t#Bang": structure(Volume="Integer")}
    ),
    "event-removed": _breaks({"t#Sounds/members/pause": GONE}, "events", "handler"),
    "callback-removed": _breaks(
        {"t#Sounds/members/pause": GONE, "t#Sounds/members/rest": {"target": "t#Pause"}}, "handler"
    ),
    "error-added": _keeps(
        {
            "t#Busy": error(),
            "t#Get/errors": [{"target": "t#NotFound"}, {"target": "t#Busy"}],
        }
    ),
    "error-removed": _breaks({"t#Get/errors": []}, "error"),
    "error-renamed": _breaks({"t#Pairs/rename": {"t#NotFound": "Missing"}}, "error"),
    "error-rebased": _breaks(
        {"t#Sounds/members/noise": GONE, "t#Listen/errors": [{"target": "t#Noise"}]},
        "stream error",
    ),
    "error-behaviour": _keeps({"t#Broken/traits/smithy.api#retryable": {"throttling": True}}),
    "error-attribute": _breaks({"t#NotFound/members/Hint": GONE}, "error"),
    "raises-added": _keeps({"t#Listen/errors": [{"target": "t#NotFound"}]}),
    "raises-removed": _keeps({}, old={"t#Listen/errors": [{"target": "t#NotFound"}]}),
    "endpoints-added": _keeps({}, old={_RULE_SET: GONE}),
    "endpoints-removed": _breaks({_RULE_SET: GONE}, "endpoint"),
    "endpoint-parameter-added": _keeps(
        {
            f"{_RULE_SET}/parameters/UseFIPS": {
                "type": "boolean",
                "builtIn": "AWS::UseFIPS",
                "default": False,
                "required": True,
            }
        }
    ),
    "endpoint-parameter-relaxed": _keeps(_zone(required=False), old=_zone(required=True)),
    "endpoint-parameter-changed": _breaks(
        _zone(required=True), "endpoint", "endpoint in", old=_zone(required=False)
    ),
    "endpoint-parameter-removed": _breaks({f"{_RULE_SET}/parameters/Region": GONE}, "endpoint in"),
    "endpoint-rules": _keeps({f"{_RULE_SET}/rules/0/endpoint/url": "https://u.example"}),
    "endpoint-rules-rewritten": _keeps({f"{_RULE_SET}/parameters/Region/type": "String"}),
    "deprecated": _keeps({f"{_IN}/Limit/traits/smithy.api#deprecated": {"since": "2026"}}),
    "documentation": _keeps(
        {
            f"{_IN}/Limit/traits/smithy.api#documentation": "How many.",
            "t#Get/traits/smithy.api#documentation": "Gets.",
        }
    ),
    "constraint": _keeps({"t#Label/traits/smithy.api#length/max": 128}),
    "constraint-member": _keeps({f"{_IN}/Limit/traits/smithy.api#range": {"min": 1, "max": 9}}),
    "constraint-target": _keeps(
        {
            f"{_IN}/Name/target": "t#Tag",
            "t#Tag": {"type": "string", "traits": {"smithy.api#pattern": "^`x`\n$"}},
        }
    ),
    "constraint-item": _keeps({"t#Words/member/target": "smithy.api#String"}),
    "wire": _keeps({f"{_IN}/Limit/traits/smithy.api#httpHeader": "x-count"}),
    "wire-request": _keeps({"t#Get/traits/smithy.api#http/uri": "/fetch"}),
    "wire-name": _keeps({f"{_IN}/Ratio": GONE, f"{_IN}/ratio": member("Float")}),
    "sensitive": _keeps(
        {
            f"{_OUT}/Text/target": "t#Secret",
            "t#Secret": {"type": "string", "traits": {"smithy.api#sensitive": {}}},
        }
    ),
}
"""A pair for each kind of change, and for what one kind has of cases."""
