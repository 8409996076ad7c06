"""Endpoint rules without what cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codegen.endpoint_pruning import pruned
from codegen.model import Node
from codegen.read import freeze


def condition(function: str, *arguments: object) -> dict[str, Any]:
    return {"fn": function, "argv": [*arguments]}


def ref(name: str) -> dict[str, Any]:
    return {"ref": name}


def rule(url: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": [*conditions], "endpoint": {"url": url}, "type": "endpoint"}


def tree(*rules: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    return {"conditions": given, "rules": [*rules], "type": "tree"}


PARAMETERS = {
    "Fast": {"type": "boolean", "default": False, "required": True},
    "Mode": {"type": "string"},
    "Region": {"type": "string", "builtIn": "AWS::Region"},
}


def left(*rules: dict[str, Any], filled: tuple[str, ...] = ("Region",)) -> Node:
    rule_set = {"version": "1.0", "parameters": PARAMETERS, "rules": [*rules]}
    made = pruned(freeze(rule_set), filled)
    assert isinstance(made, Mapping)
    assert {*filled} == {*made["parameters"]} if isinstance(made["parameters"], Mapping) else False
    return made["rules"]


def test_conditions_on_what_is_fixed_are_decided() -> None:
    is_set = condition("isSet", ref("Region"))
    found = left(
        rule("fast", condition("booleanEquals", ref("Fast"), True)),
        rule("mode", condition("isSet", ref("Mode"))),
        rule("slow", condition("booleanEquals", ref("Fast"), False), is_set),
        rule("no mode", condition("not", condition("isSet", ref("Mode")))),
        rule("never"),
    )
    assert found == freeze([rule("slow", is_set), rule("no mode")])


def test_what_is_filled_stays() -> None:
    rules = [rule("fast", condition("booleanEquals", ref("Fast"), True)), rule("slow")]
    assert left(*rules, filled=("Fast", "Region")) == freeze(rules)


def test_trees_lose_rules_but_not_all_of_them() -> None:
    fast, slow = (condition("booleanEquals", ref("Fast"), value) for value in (True, False))
    is_set = condition("isSet", ref("Region"))
    found = left(
        tree(rule("a", fast), rule("b", slow), rule("c"), given=[is_set]),
        tree(rule("d", fast), given=[is_set]),
    )
    assert found == freeze(
        [
            tree(rule("b"), given=[is_set]),
            tree(rule("d", fast), given=[is_set]),
        ]
    )
