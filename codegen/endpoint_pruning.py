"""Leaves out of an endpoint rule set what cannot be reached with the values that parameters get.

Only for a trimmed model: nobody but its operations calls the rules then, so a parameter that
neither configuration nor operation fills has one value, its default or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from codegen.model import Node


def pruned(rule_set: Node, filled: Collection[str]) -> Node:
    """The rule set with the parameters that are `filled`, by their names in the model."""
    if not isinstance(rule_set, Mapping):
        return rule_set
    parameters = _mapping(rule_set.get("parameters"))
    fixed = {
        name: _mapping(facts).get("default")
        for name, facts in parameters.items()
        if name not in filled
    }
    kept = {name: facts for name, facts in parameters.items() if name in filled}
    rules = _rules(rule_set.get("rules"), fixed)
    return MappingProxyType({**rule_set, "parameters": MappingProxyType(kept), "rules": rules})


def _rules(rules: Node, fixed: Mapping[str, Node]) -> tuple[Node, ...]:
    """Rules without those whose conditions cannot hold, and none after one that always applies."""
    found: list[Node] = []
    for rule in rules if isinstance(rules, tuple) else ():
        left = _rule(_mapping(rule), fixed)
        if left is None:
            continue
        found.append(left)
        if not left.get("conditions"):
            break
    return tuple(found)


def _rule(rule: Mapping[str, Node], fixed: Mapping[str, Node]) -> Mapping[str, Node] | None:
    conditions = rule.get("conditions")
    left: list[Node] = []
    for condition in conditions if isinstance(conditions, tuple) else ():
        known = _known(condition, fixed)
        if known is False:
            return None
        if known is None:
            left.append(condition)
    made = {**rule, "conditions": tuple(left)}
    if "rules" in rule:
        made["rules"] = _rules(rule["rules"], fixed)
        # A tree that applies and has no rule left would be an error of its own: it stays whole.
        if not made["rules"]:
            made["rules"] = rule["rules"]
    return MappingProxyType(made)


def _known(condition: Node, fixed: Mapping[str, Node]) -> bool | None:
    """Whether a condition holds; None where that depends on what is not fixed."""
    call = _mapping(condition)
    arguments = call.get("argv")
    if "assign" in call or not isinstance(arguments, tuple):
        return None
    function = call.get("fn")
    if function == "not":
        inner = _known(arguments[0], fixed)
        return None if inner is None else not inner
    names = [_mapping(argument).get("ref") for argument in arguments]
    if not any(isinstance(name, str) and name in fixed for name in names):
        return None
    if function == "isSet":
        return fixed[str(names[0])] is not None
    if function in ("booleanEquals", "stringEquals"):
        values = [
            fixed[str(name)] if isinstance(name, str) and name in fixed else argument
            for name, argument in zip(names, arguments, strict=True)
        ]
        if not any(isinstance(value, Mapping) for value in values):
            return values[0] == values[1]
    return None


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
