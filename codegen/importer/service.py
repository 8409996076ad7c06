"""A whole botocore service model as a Smithy JSON AST."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import cast

from codegen.faults import Fault
from codegen.importer.ast import add_traits, ast_shape
from codegen.importer.constraints import common_traits
from codegen.importer.operations import import_operations, mark_inputs_and_outputs
from codegen.importer.reading import ImportFault, Json, JsonObject, Part, Reading
from codegen.importer.repairs import renames, repair
from codegen.importer.scope import Scope
from codegen.importer.service_traits import (
    client_context,
    discovery,
    protocol,
    service_traits,
)
from codegen.importer.shapes import import_shapes
from codegen.importer.waiters import import_paginators, import_waiters
from codegen.traits import AWS_QUERY, REST_XML


def import_service(
    service: Mapping[str, object],
    *,
    rule_set: Mapping[str, object] | None = None,
    paginators: Mapping[str, object] | None = None,
    waiters: Mapping[str, object] | None = None,
    namespace: str | None = None,
    service_name: str | None = None,
    file: str = "service-2.json",
) -> JsonObject:
    """The Smithy 2.0 JSON AST of a service with HTTP bindings or of a query service: facts only.

    The arguments are the contents of service-2.json, endpoint-rule-set-1.json, paginators-1.json
    and waiters-2.json; they are not changed. `namespace` and `service_name` default to names made
    from the service id, since botocore does not know those that AWS publishes. `file` names
    service-2.json in faults. Raises ImportFault with everything that is not understood.
    """
    reading = Reading(file, service)
    root = reading.root
    root.skip("version", "documentation", "examples")
    metadata = root.expect_part("metadata")
    spoken = protocol(metadata)
    if spoken is None:
        raise ImportFault(reading.faults)
    sdk_id, version = metadata.expect_text("serviceId"), metadata.expect_text("apiVersion")
    operation_parts, shape_parts = root.named("operations"), root.named("shapes")
    scope = Scope(
        namespace or f"com.amazonaws.{sdk_id.replace(' ', '').lower()}",
        {name: part.text("type") or "" for name, part in shape_parts.items()},
        operation_parts.keys(),
        is_query=spoken == AWS_QUERY,
        is_xml=spoken in (AWS_QUERY, REST_XML),
        flattened={
            name: _item_name(part) for name, part in shape_parts.items() if part.flag("flattened")
        },
    )
    shapes = import_shapes(shape_parts, scope)
    operations = import_operations(operation_parts, shape_parts, scope)
    for shape_id, named in scope.roots.items():
        add_traits(shapes[shape_id], named)
    mark_inputs_and_outputs(operations.values(), shapes)
    paging_faults = _add_paging(operations, operation_parts, shape_parts, paginators, waiters)
    repair(shapes, operations)
    traits = {
        **common_traits(root),
        **service_traits(metadata, sdk_id, spoken),
        **client_context(root),
        **discovery(operation_parts, scope),
    }
    if rule_set is not None:
        traits["smithy.rules#endpointRuleSet"] = without_prose(rule_set)
    if faults := [*reading.finish(), *paging_faults]:
        raise ImportFault(faults)
    shapes |= {scope.own(name): operation for name, operation in operations.items()}
    shapes[scope.own(service_name or _default_name(sdk_id, scope))] = ast_shape(
        "service",
        traits=traits,
        version=version,
        operations=[{"target": scope.own(name)} for name in sorted(operations)],
        **({"rename": renamed} if (renamed := renames(shapes, scope.namespace)) else {}),
    )
    return {"smithy": "2.0", "shapes": dict(sorted(shapes.items()))}


def _item_name(part: Part) -> str | None:
    member = part.part("member")
    return member.text("locationName") if member is not None else None


def without_prose(rule_set: Mapping[str, object]) -> JsonObject:
    """A copy of an endpoint rule set without the documentation of its parameters and rules."""
    kept = cast("JsonObject", copy.deepcopy(dict(rule_set)))
    parameters = kept.get("parameters")
    _drop_documentation([*parameters.values()] if isinstance(parameters, dict) else [])
    _drop_documentation(kept.get("rules"))
    return kept


def _drop_documentation(nodes: Json) -> None:
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict):
            node.pop("documentation", None)
            _drop_documentation(node.get("rules"))


def _add_paging(
    operations: Mapping[str, JsonObject],
    operation_parts: Mapping[str, Part],
    shape_parts: Mapping[str, Part],
    paginators: Mapping[str, object] | None,
    waiters: Mapping[str, object] | None,
) -> list[Fault]:
    """Put paginated and waitable on their operations; returns the faults of both files."""

    def errors(operation: str, status: int) -> list[str]:
        listed = operation_parts[operation].listed("errors")
        names = [error.expect_text("shape") for error in listed]
        return [name for name in names if _status(shape_parts.get(name)) == status]

    paging = Reading("paginators-1.json", paginators or {})
    waiting = Reading("waiters-2.json", waiters or {})
    for trait, found in (
        ("smithy.api#paginated", import_paginators(paging.root, operations)),
        ("smithy.waiters#waitable", import_waiters(waiting.root, operations, errors)),
    ):
        for name, value in found.items():
            add_traits(operations[name], {trait: value})
    return [*paging.finish(), *waiting.finish()]


def _status(shape: Part | None) -> int | None:
    error = shape.part("error") if shape is not None else None
    return error.integer("httpStatusCode") if error is not None else None


def _default_name(sdk_id: str, scope: Scope) -> str:
    """The service id in one word, "Service" behind it where a shape or operation has that name."""
    name = "".join(word[:1].upper() + word[1:] for word in sdk_id.split())
    return f"{name}Service" if name in scope.operations or name in scope.kinds else name
