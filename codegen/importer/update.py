"""Brings `model/<service>/` to the facts of the installed botocore and says what that changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from codegen.importer.ast import as_json_object
from codegen.importer.botocore import (
    Models,
    installed_models,
    read_partitions,
    read_service,
)
from codegen.importer.operations import targets
from codegen.importer.reading import Json, JsonObject
from codegen.package import read_package_config
from codegen.read import as_object, pointer, read_object

_DOCUMENTATION = "smithy.api#documentation"


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did and what is left to a person."""

    service: str
    origin: str
    """As "botocore 1.44.5, sagemaker-runtime/2017-05-13"."""
    changes: tuple[str, ...]
    """A line for each shape, member and trait that came, went or changed."""
    undocumented: tuple[str, ...]
    """Ids that `docs.json` says nothing about."""
    obsolete: tuple[str, ...]
    """Ids that `docs.json` speaks of and the model does not have."""
    notes: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            *self.changes,
            *(f"lacks documentation: {shape_id}" for shape_id in self.undocumented),
            *(f"documented but gone: {shape_id}" for shape_id in self.obsolete),
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join([f"{self.service}: {self.origin}", *(lines or ["nothing changed"])])


def update_model(service: str, model_dir: Path, *, models: Models | None = None) -> UpdateReport:
    """Write `<service>/service.json` and `partitions.json` below `model_dir`.

    `models` defaults to the installed botocore. Raises GenerationError, before anything is written,
    with everything that cannot be imported.
    """
    models = models or installed_models()
    folder = model_dir / service
    package = folder / "package.toml"
    config = read_package_config(package) if package.is_file() else None
    imported = read_service(
        models,
        service,
        service_name=config.service_name if config is not None else None,
        operations=config.operations if config is not None and config.trims_model else None,
    )
    partitions = read_partitions(models)
    changes = [
        *_write(folder / "service.json", imported.ast),
        *_write(model_dir / "partitions.json", partitions),
    ]
    docs = folder / "docs.json"
    documented = _documented(read_object(docs)[0]) if docs.is_file() else frozenset[str]()
    notes = [*imported.notes]
    if config is None:
        notes.append("package.toml is missing; write it to choose the package's names")
    elif models.version not in config.source:
        notes.append(f"`source` in package.toml does not name botocore {models.version}")
    return UpdateReport(
        service=service,
        origin=f"botocore {models.version}, {imported.origin}",
        changes=tuple(changes),
        undocumented=tuple(
            shape_id
            for shape_id in needing_text(
                imported.ast, config.operations if config is not None else None
            )
            if shape_id not in documented
        ),
        obsolete=tuple(sorted(documented - {*_ids(imported.ast)})),
        notes=tuple(notes),
    )


def dump(value: Json) -> str:
    """Return JSON as the model files hold it: two spaces, Unicode as it is, a line end last."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def needing_text(ast: JsonObject, operations: Collection[str] | None = None) -> Iterator[str]:
    """Yield the ids that a reader of the client will look for, in model order.

    Those are service, operations, unions, structures that are no input or output, and the members
    of all structures and unions; only as far as `operations` reach, if they are named.
    """
    shapes = as_json_object(ast.get("shapes"))
    reached = shapes.keys() if operations is None else _reached(shapes, operations)
    for shape_id, value in shapes.items():
        if shape_id not in reached:
            continue
        shape = as_json_object(value)
        traits = as_json_object(shape.get("traits"))
        if shape.get("type") in ("service", "operation"):
            yield shape_id
        if shape.get("type") in ("structure", "union"):
            if not traits.keys() & {"smithy.api#input", "smithy.api#output"}:
                yield shape_id
            yield from (f"{shape_id}${name}" for name in as_json_object(shape.get("members")))


def _reached(shapes: JsonObject, operations: Collection[str]) -> set[str]:
    """Ids of the service, of the operations with these names, and of what they refer to."""
    kinds = {shape_id: as_json_object(value).get("type") for shape_id, value in shapes.items()}
    waiting = [
        shape_id
        for shape_id, kind in kinds.items()
        if kind == "operation" and shape_id.partition("#")[2] in operations
    ]
    found = {*waiting, *(shape_id for shape_id, kind in kinds.items() if kind == "service")}
    while waiting:
        for target in targets(as_json_object(shapes.get(waiting.pop()))):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _ids(ast: JsonObject) -> Iterator[str]:
    """Every shape and member id."""
    for shape_id, value in as_json_object(ast.get("shapes")).items():
        shape = as_json_object(value)
        yield shape_id
        yield from (f"{shape_id}${name}" for name in as_json_object(shape.get("members")))
        yield from (f"{shape_id}${name}" for name in ("member", "key", "value") if name in shape)


def _documented(docs: Mapping[str, object]) -> frozenset[str]:
    return frozenset(
        shape_id
        for shape_id, entry in as_object(docs.get("shapes")).items()
        if _DOCUMENTATION in as_object(as_object(entry).get("traits"))
    )


def _write(path: Path, value: JsonObject) -> list[str]:
    """Write a file if it would change; a line for each thing in it that differs."""
    before = path.read_bytes() if path.is_file() else None
    text = dump(value).encode()
    if before == text:
        return []
    old = cast("JsonObject", read_object(path)[0]) if before is not None else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    if old is None:
        return [f"added {path.name}"]
    return [*_differences(old, value, f"{path.name}#")] or [f"reordered {path.name}"]


def _differences(old: Json, new: Json, at: str) -> Iterator[str]:
    """Yield a line for each place where two JSON values differ, as high up as it does."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            place = at + pointer(key)
            if key not in new:
                yield f"removed {place}"
            elif key not in old:
                yield f"added {place}"
            else:
                yield from _differences(old[key], new[key], place)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (item, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(item, other, f"{at}/{index}")
    elif type(old) is not type(new) or old != new:
        yield f"changed {at}"
