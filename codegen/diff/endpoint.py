"""Compares the module `endpoints`: the signature that callers see, and the rules behind it."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.surface import EndpointParameter, Endpoints, Surface
from codegen.diff.verdict import Change
from codegen.diff.widening import takes

_RESOLVE = "endpoints.resolve_endpoint"


def compare_endpoints(old: Surface, new: Surface) -> Iterator[Change]:
    """Compare the endpoint rules of two packages, each of which may have none."""
    before, after = old.endpoints, new.endpoints
    shape = new.service
    if before is None or after is None:
        if after is not None:
            text = "the model now has endpoint rules"
            yield Change("endpoints-added", shape, _RESOLVE, text)
        elif before is not None:
            text = "the model no longer has endpoint rules"
            yield Change("endpoints-removed", shape, _RESOLVE, text)
        return
    yield from _parameters(before, after, shape)
    is_called_alike = before.parameters == after.parameters
    if before.rules != after.rules:
        yield Change("endpoint-rules", shape, _RESOLVE, "endpoint rules changed")
    elif is_called_alike and before.source != after.source:
        text = "endpoint rules are written otherwise and do the same"
        yield Change("endpoint-rules-rewritten", shape, _RESOLVE, text)
    if is_called_alike and before.docs != after.docs:
        text = f"documentation of `{_RESOLVE}` changed"
        yield Change("documentation", shape, _RESOLVE, text)
    if before.partitions and after.partitions and before.partitions != after.partitions:
        yield Change("partitions", shape, _RESOLVE, "the table of partitions changed")


def _parameters(before: Endpoints, after: Endpoints, shape: str) -> Iterator[Change]:
    if before.parameters is None or after.parameters is None:
        return
    for name in dict.fromkeys((*before.parameters, *after.parameters)):
        was, now = before.parameters.get(name), after.parameters.get(name)
        if was == now:
            continue
        kind, text = _verdict(was, now)
        yield Change(
            f"endpoint-parameter-{kind}",
            shape,
            f"{_RESOLVE}({name})",
            f"parameter `{name}` of `{_RESOLVE}` {text}",
            was.line if was else None,
            now.line if now else None,
        )


def _verdict(was: EndpointParameter | None, now: EndpointParameter | None) -> tuple[str, str]:
    if was is None:
        is_required = now is not None and now.required
        return ("changed", "is new and required") if is_required else ("added", "is new")
    if now is None:
        return "changed", "is gone"
    if now.required and not was.required:
        return "changed", "is now required"
    if not takes(now.type, was.type):
        return "changed", f"takes `{now.type}`, not `{was.type}`"
    if was.required and not now.required:
        return "relaxed", "is no longer required"
    return "relaxed", "takes more or has another default"
