"""Paginators and waiters of botocore as traits of their operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from codegen.importer.ast import as_json_object
from codegen.importer.reading import Json, JsonObject, Part

_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_DEFAULT_MAX_DELAY = 120
"""Smithy's, in seconds; a longer first delay needs a longer last one."""

type FindErrors = Callable[[str, int], list[str]]
"""Names of an operation's errors that have the given HTTP status."""


def import_paginators(root: Part, operations: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """The trait paginated by operation name.

    Smithy follows one token along one path and collects one list. An operation that botocore pages
    with several tokens or with an expression gets no trait, and one with several lists no `items`.
    """
    root.skip("version")
    traits: dict[str, JsonObject] = {}
    for name, part in root.named("pagination").items():
        part.skip("more_results", "non_aggregate_keys", "py_input_token")
        made = {
            key: _path(part, old)
            for key, old in (
                ("inputToken", "input_token"),
                ("outputToken", "output_token"),
                ("pageSize", "limit_key"),
                ("items", "result_key"),
            )
        }
        if name not in operations:
            part.fault(f"there is no operation {name!r}")
        elif made["inputToken"] and made["outputToken"]:
            traits[name] = {key: path for key, path in made.items() if path}
    return traits


def _path(part: Part, key: str) -> str | None:
    """A plain path of member names; None for anything that Smithy cannot say."""
    value = part.verbatim(key)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) and _PATH.fullmatch(value) else None


def import_waiters(
    root: Part, operations: Mapping[str, JsonObject], errors: FindErrors
) -> dict[str, JsonObject]:
    """The trait waitable by operation name."""
    root.skip("version")
    traits: dict[str, JsonObject] = {}
    for name, part in root.named("waiters").items():
        part.skip("description", "maxAttempts", "documentation")
        operation = part.expect_text("operation")
        delay = part.integer("delay") or 0
        if operation not in operations:
            part.fault(f"there is no operation {operation!r}", key="operation")
            part.skip("acceptors")
            continue
        named, success = partial(errors, operation), _success_code(operations[operation])
        waiter: JsonObject = {
            "acceptors": [
                made
                for acceptor in part.listed("acceptors")
                for made in _acceptors(acceptor, named, success)
            ],
            "minDelay": delay,
        }
        if delay > _DEFAULT_MAX_DELAY:
            waiter["maxDelay"] = delay
        traits.setdefault(operation, {})[name] = waiter
    return traits


def _acceptors(part: Part, errors: Callable[[int], list[str]], success_code: Json) -> list[Json]:
    """One acceptor of botocore in Smithy's form; several where it means several errors."""
    state = part.expect_text("state")
    matchers = _matchers(part, errors, success_code)
    return [{"state": state, "matcher": matcher} for matcher in matchers]


def _matchers(
    part: Part, errors: Callable[[int], list[str]], success_code: Json
) -> list[JsonObject]:
    kind = part.expect_text("matcher")
    expected = part.verbatim("expected")
    match kind, expected:
        case "error", bool():
            return [{"success": not expected}]
        case "error", str():
            return [{"errorType": expected}]
        case "path", bool():
            return [_output(part, str(expected).lower(), "booleanEquals")]
        case "path", str():
            return [_output(part, expected, "stringEquals")]
        case "pathAll", str():
            return [_output(part, expected, "allStringEquals")]
        case "pathAny", str():
            return [_output(part, expected, "anyStringEquals")]
        case "status", int() if expected == success_code:
            return [{"success": True}]
        case "status", int() if named := errors(expected):
            return [{"errorType": error} for error in named]
        case "status", int():
            part.fault(
                f"no error of the operation has status {expected}",
                "Smithy's waiters know errors by name only",
                key="expected",
            )
        case _:
            part.fault(f"{kind!r} cannot expect {expected!r}", key="matcher")
    return []


def _output(part: Part, expected: str, comparator: str) -> JsonObject:
    path = part.expect_text("argument")
    return {"output": {"path": path, "expected": expected, "comparator": comparator}}


def _success_code(operation: JsonObject) -> Json:
    """The HTTP status of a success; 200 without an HTTP binding."""
    traits = as_json_object(operation.get("traits"))
    return as_json_object(traits.get("smithy.api#http")).get("code", 200)
