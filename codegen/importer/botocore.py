"""Finds the models that come with the installed botocore."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NoReturn, cast

from codegen.faults import Fault, GenerationError
from codegen.importer.reading import Json, JsonObject
from codegen.importer.service import import_service
from codegen.read import as_object, read_object

_SERVICE = "service-2"
_BDD = "endpoint-bdd-1"


@dataclass(frozen=True, slots=True)
class Models:
    """A botocore's folder of models and its version."""

    data: Path
    version: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A service read out of botocore."""

    ast: JsonObject
    origin: str
    """As "sagemaker-runtime/2017-05-13"."""
    notes: tuple[str, ...]
    """What was seen and left alone."""


def installed_models() -> Models:
    """Return the models of the installed botocore; GenerationError where there is none."""
    try:
        found = distribution("botocore")
    except PackageNotFoundError:
        advice = "install the dependency group `model`, which pins it"
        _stop("botocore", "is not installed", advice)
    return Models(Path(str(found.locate_file("botocore/data"))), found.version)


def read_service(
    models: Models,
    service: str,
    *,
    service_name: str | None = None,
    operations: Collection[str] | None = None,
) -> Imported:
    """Import the newest API version of a service, as "sagemaker-runtime".

    `operations` are the only ones that are imported, with what they reach; None imports all.

    Raises GenerationError where the service is not there or cannot be imported.
    """
    folder = _newest(models.data / service)
    content = _read(folder, _SERVICE)
    if content is None:
        _stop(str(folder), "has no service-2.json", "choose another service")
    if operations is not None:
        content = _trimmed(content, operations)
    whole = operations is None
    ast = import_service(
        content,
        rule_set=_read(folder, "endpoint-rule-set-1"),
        paginators=_read(folder, "paginators-1") if whole else None,
        waiters=_read(folder, "waiters-2") if whole else None,
        service_name=service_name,
        file=f"{service}/{folder.name}/{_SERVICE}.json",
    )
    notes = [f"{_BDD}.json is left alone: the rule set says the same"]
    return Imported(
        ast, f"{service}/{folder.name}", tuple(notes if _file(folder, _BDD) is not None else [])
    )


def read_partitions(models: Models) -> JsonObject:
    """Import `partitions.json`: its facts, without the descriptions of regions."""
    content, _ = read_object(models.data / "partitions.json")
    partitions: list[Json] = []
    found = content.get("partitions")
    for item in cast("list[object]", found) if isinstance(found, list) else []:
        partition = cast("JsonObject", dict(as_object(item)))
        partition["regions"] = {
            name: {
                key: cast("Json", value)
                for key, value in as_object(facts).items()
                if key != "description"
            }
            for name, facts in sorted(as_object(partition.get("regions")).items())
        }
        partitions.append(dict(sorted(partition.items())))
    return {"partitions": partitions, "version": cast("Json", content.get("version"))}


def _newest(folder: Path) -> Path:
    # API versions are dates, so the last by name is the newest.
    versions = sorted(path for path in folder.glob("*") if path.is_dir())
    if not versions:
        advice = "name a folder of botocore/data, as sagemaker-runtime"
        _stop(folder.name, "botocore has no such service", advice)
    return versions[-1]


def _file(folder: Path, stem: str) -> Path | None:
    paths = [folder / f"{stem}.json", folder / f"{stem}.json.gz"]
    return next((path for path in paths if path.is_file()), None)


def _read(folder: Path, stem: str) -> Mapping[str, object] | None:
    """A file of a service, with what its "sdk-extras" add to it; None where there is none."""
    path, extras = _file(folder, stem), _file(folder, f"{stem}.sdk-extras")
    if path is None:
        return None
    content, _ = read_object(path)
    if extras is None:
        return content
    added, _ = read_object(extras)
    return _merged(content, as_object(added.get("merge")))


def _merged(base: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Two objects in one, objects in them merged as well; otherwise `extra` wins."""
    merged = {**base, **extra}
    for key in base.keys() & extra.keys():
        below, above = base[key], extra[key]
        if isinstance(below, dict) and isinstance(above, dict):
            merged[key] = _merged(
                cast("Mapping[str, object]", below), cast("Mapping[str, object]", above)
            )
    return merged


def _trimmed(content: Mapping[str, object], operations: Collection[str]) -> dict[str, object]:
    """A model with these operations alone, and the shapes that they reach."""
    shapes = as_object(content.get("shapes"))
    kept = {
        name: value
        for name, value in as_object(content.get("operations")).items()
        if name in operations
    }
    reached: dict[str, object] = {}
    waiting = [*_named(kept)]
    while waiting:
        name = waiting.pop()
        if name in shapes and name not in reached:
            reached[name] = shapes[name]
            waiting += _named(shapes[name])
    return {**content, "operations": kept, "shapes": dict(sorted(reached.items()))}


def _named(node: object) -> Iterator[str]:
    """Names of the shapes that anything below a node refers to."""
    if isinstance(node, dict):
        for key, value in cast("dict[str, object]", node).items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(node, list):
        for item in cast("list[object]", node):
            yield from _named(item)


def _stop(file: str, message: str, advice: str) -> NoReturn:
    raise GenerationError([Fault(file, "", "", message, advice)])
