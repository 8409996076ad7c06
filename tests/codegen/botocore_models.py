"""Small botocore models for the tests of the importer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from codegen.importer import import_service

NAMESPACE = "com.amazonaws.paperclip"

METADATA: Mapping[str, Any] = {
    "apiVersion": "2024-02-29",
    "endpointPrefix": "clips",
    "protocol": "rest-json",
    "serviceFullName": "Amazon Paper Clip",
    "serviceId": "Paper Clip",
    "signatureVersion": "v4",
    "signingName": "clip",
    "uid": "clips-2024-02-29",
}


def service(
    shapes: Mapping[str, Any] | None = None,
    operations: Mapping[str, Any] | None = None,
    **metadata: Any,
) -> dict[str, Any]:
    """A service-2.json; `metadata` adds to METADATA, and None takes a key away."""
    merged = {**METADATA, **metadata}
    return {
        "version": "2.0",
        "metadata": {key: value for key, value in merged.items() if value is not None},
        "operations": operations or {},
        "shapes": shapes or {},
    }


def operation(name: str, uri: str = "/clips", **properties: Any) -> dict[str, Any]:
    """An operation of a service-2.json, ready to be one of `operations`."""
    http = {"method": "POST", "requestUri": uri}
    return {name: {"name": name, "http": http, **properties}}


def imported(model: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """The shapes that a model becomes, by name."""
    shapes = cast("dict[str, Any]", import_service(model, **others)["shapes"])
    return {shape_id.removeprefix(f"{NAMESPACE}#"): shape for shape_id, shape in shapes.items()}


def imported_shape(name: str, /, **shapes: Any) -> Any:
    """What one of some botocore shapes becomes."""
    return imported(service(shapes))[name]


def ref(name: str, **traits: Any) -> dict[str, Any]:
    """A reference to a shape of the model, with traits of smithy.api."""
    target = {"target": f"{NAMESPACE}#{name}"}
    return {**target, "traits": api(**traits)} if traits else target


def api(**traits: Any) -> dict[str, Any]:
    """Traits of smithy.api by short name."""
    return {f"smithy.api#{name}": value for name, value in traits.items()}
