"""Mixins, before they are merged into the shapes that use them.

Source: "Mixins" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, cast

from codegen.read import as_object
from codegen.validation.structure import FIXED_MEMBERS, LIFECYCLE, members_of

MIXIN: Final = "smithy.api#mixin"
_UNIT = "smithy.api#Unit"

type Nodes = Mapping[str, Mapping[str, object]]
"""Shapes of an AST by id, each of which has the structure it needs."""

type Found = tuple[str, str, str]
"""Shape or member, what is wrong with it, and what to do."""


def mixins_of(node: Mapping[str, object]) -> list[str]:
    """Name the mixins that a shape uses."""
    value = node.get("mixins")
    items = cast("list[object]", value) if isinstance(value, list) else []
    targets = [as_object(item).get("target") for item in items]
    return [target for target in targets if isinstance(target, str)]


def inherited_target(nodes: Nodes, shape_id: str, member: str) -> str | None:
    """Find the target of a member that a shape has from a mixin; the last one has it."""
    found: str | None = None
    pending = [(shape_id, frozenset({shape_id}))]
    while pending and found is None:
        current, above = pending.pop()
        node = nodes.get(current, {})
        if current != shape_id:
            own = {name: item for name, _, item in members_of(node)}
            target = as_object(own.get(member)).get("target")
            found = target if isinstance(target, str) else None
        mixins = (mixin for mixin in mixins_of(node) if mixin not in above)
        pending += [(mixin, above | {mixin}) for mixin in mixins]
    return found


def broken_mixins(nodes: Nodes, prelude: Collection[str]) -> tuple[list[Found], set[str]]:
    """Report breaches of the rules of mixins, and the shapes that cannot be merged for them.

    A mixin that is neither in `nodes` nor in `prelude` is taken to have been reported.
    """
    found: list[Found] = []
    cycles = _cycles(nodes)
    for cycle in cycles:
        path = " > ".join((*cycle, cycle[0]))
        found += [
            (shape_id, f"is its own mixin: {path}", "take one of the mixins out")
            for shape_id in cycle
        ]
    broken = {shape_id for cycle in cycles for shape_id in cycle}
    for shape_id, node in nodes.items():
        for mixin in mixins_of(node):
            used = nodes.get(mixin, {})
            if mixin in nodes or mixin in prelude:
                found += _wrong_mixin(shape_id, node, mixin, used)
            if used.get("type") != node.get("type"):
                broken.add(shape_id)
        found += _wrong_mixin_trait(shape_id, node)
    _spread(nodes, broken)
    for shape_id, node in nodes.items():
        if shape_id not in broken:
            found += _members(nodes, shape_id, node, broken)
    _spread(nodes, broken)
    return found, broken


def _wrong_mixin(
    shape_id: str, node: Mapping[str, object], mixin: str, used: Mapping[str, object]
) -> Iterator[Found]:
    if MIXIN not in as_object(used.get("traits")):
        yield shape_id, f"uses {mixin}, which is no mixin", f"add {MIXIN} to {mixin}"
    if used and used.get("type") != node.get("type"):
        message = f"this {node.get('type')} uses the {used.get('type')} {mixin} as a mixin"
        yield shape_id, message, "use mixins of the same type"


def _wrong_mixin_trait(shape_id: str, node: Mapping[str, object]) -> Iterator[Found]:
    if MIXIN not in as_object(node.get("traits")):
        return
    kind = node.get("type")
    own: Sequence[str] = ()
    if kind == "operation":
        ends = [key for key in ("input", "output") if key in node]
        own = [key for key in ends if as_object(node[key]).get("target") != _UNIT]
    elif kind == "resource":
        keys = (*LIFECYCLE, "identifiers", "properties", "operations", "collectionOperations")
        own = [key for key in (*keys, "resources") if node.get(key)]
    if own:
        message = f"is a mixin, and a mixin of type {kind} has no {' or '.join(own)}"
        yield shape_id, message, "move it to the shapes that use the mixin"


def _members(
    nodes: Nodes, shape_id: str, node: Mapping[str, object], broken: set[str]
) -> Iterator[Found]:
    """Hold a member to one target, and a list and map to have their members."""
    targets: dict[str, tuple[str, str]] = {}
    for mixin in mixins_of(node):
        for name, target in _all_members(nodes, mixin).items():
            first = targets.setdefault(name, (mixin, target))
            if first[1] != target:
                message = f"has {name!r} from {first[0]} and {mixin}, with different targets"
                yield shape_id, message, "give both the same target"
    own = {name: str(as_object(item).get("target")) for name, _, item in members_of(node)}
    for name, target in own.items():
        if name in targets and targets[name][1] != target:
            mixin, other = targets[name]
            message = f"targets {target}, and {other} in the mixin {mixin}"
            yield f"{shape_id}${name}", message, "give both the same target"
    for name in FIXED_MEMBERS.get(str(node.get("type")), ()):
        if name not in own and name not in targets:
            broken.add(shape_id)
            yield shape_id, f"this {node.get('type')} has no {name!r}", f'add "{name}"'


def _all_members(nodes: Nodes, shape_id: str) -> dict[str, str]:
    """Targets of a shape's members, by name; only for shapes outside of cycles."""
    node = nodes[shape_id]
    found: dict[str, str] = {}
    for mixin in mixins_of(node):
        found |= _all_members(nodes, mixin)
    return found | {name: str(as_object(item).get("target")) for name, _, item in members_of(node)}


def _cycles(nodes: Nodes) -> list[list[str]]:
    """Find every cycle of mixins once, in file order."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in nodes:
        path: list[str] = []
        pending = [(start, 0)]
        while pending:
            shape_id, depth = pending.pop()
            del path[depth:]
            if shape_id in path:
                found.append(path[path.index(shape_id) :])
            elif shape_id not in done and shape_id in nodes:
                done.add(shape_id)
                path.append(shape_id)
                pending += [(mixin, depth + 1) for mixin in reversed(mixins_of(nodes[shape_id]))]
    return found


def _spread(nodes: Nodes, broken: set[str]) -> None:
    """Add every shape that uses a broken one as a mixin."""
    users: dict[str, list[str]] = {}
    for shape_id, node in nodes.items():
        for mixin in mixins_of(node):
            users.setdefault(mixin, []).append(shape_id)
    pending = list(broken)
    while pending:
        for user in users.get(pending.pop(), ()):
            if user not in broken:
                broken.add(user)
                pending.append(user)
