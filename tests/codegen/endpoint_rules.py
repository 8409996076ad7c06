"""A short way to write endpoint rule sets in tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STRING = {"type": "string"}
BOOLEAN = {"type": "boolean", "default": False, "required": True}


def ref(name: str) -> dict[str, Any]:
    return {"ref": name}


def fn(name: str, *argv: Any, assign: str = "") -> dict[str, Any]:
    call: dict[str, Any] = {"fn": name, "argv": list(argv)}
    return {**call, "assign": assign} if assign else call


def endpoint(url: Any, *conditions: Any, **more: Any) -> dict[str, Any]:
    return {"type": "endpoint", "conditions": list(conditions), "endpoint": {"url": url, **more}}


def error(text: Any, *conditions: Any) -> dict[str, Any]:
    return {"type": "error", "conditions": list(conditions), "error": text}


def tree(conditions: list[Any], *rules: Any) -> dict[str, Any]:
    return {"type": "tree", "conditions": conditions, "rules": list(rules)}


def rule_set(parameters: Mapping[str, Any], *rules: Any) -> dict[str, Any]:
    return {"version": "1.0", "parameters": dict(parameters), "rules": list(rules)}


OUTPUTS = {
    "name": "aws",
    "dnsSuffix": "amazonaws.com",
    "dualStackDnsSuffix": "api.aws",
    "implicitGlobalRegion": "us-east-1",
    "supportsFIPS": True,
    "supportsDualStack": False,
}
