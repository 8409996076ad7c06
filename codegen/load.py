"""The first stage: model files in, one checked `LoadedModel` out.

The only module that knows smithy-python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from smithy_python.exceptions import ModelError
from smithy_python.model import (
    MemberShape,
    Model,
    OperationShape,
    ResourceShape,
    ServiceShape,
    Shape,
    ShapeId,
    load_model,
)

from codegen.faults import Fault, GenerationError
from codegen.importer import import_service
from codegen.loaded import PRELUDE, LoadedMember, LoadedModel, LoadedShape, ModelFile
from codegen.merge import Merged, merge
from codegen.model import Node, Source, Traits
from codegen.package import PackageConfig, default_package_config, read_package_config
from codegen.read import Document, as_object, freeze, hash_of, parse_object, read_bytes, read_object
from codegen.validation import validate
from codegen.validation.rules import UNKNOWN

_FOLDER_FILES = ("service.json", "docs.json", "overlay.json")
_SHAPE_ID = re.compile(r"[\w.]+#\w+(\$\w+)?", re.ASCII)


def load(
    paths: Sequence[Path], *, service: str | None = None, partitions: Path | None = None
) -> LoadedModel:
    """Read, merge and check a model.

    Each path is a folder with `service.json` (and `docs.json`, `overlay.json`, `package.toml`,
    `partitions.json` where it has them), a Smithy 2.0 JSON AST, or a botocore `service-2.json`;
    files may be gzipped. `service` chooses among several services by id or name. `partitions`
    overrides the folder's `partitions.json`.

    Raises GenerationError with everything that is wrong.
    """
    documents, files, faults = _read_all(paths)
    shapes = _load_shapes(documents, faults)
    chosen = _choose(shapes, service, documents[0].file, faults)
    if chosen is None or faults:
        raise GenerationError(faults)

    config, config_file = _config(paths, chosen, files)
    table: Mapping[str, Node] = {}
    if "smithy.rules#endpointRuleSet" in chosen.traits:
        table = _own_partitions(paths, partitions, files)
    return LoadedModel(
        shapes=shapes,
        service=chosen.id,
        config=config,
        config_file=config_file,
        partitions=table,
        files=tuple(files),
    )


def load_partitions(path: Path) -> tuple[Mapping[str, Node], ModelFile]:
    """Read a `partitions.json`; raises GenerationError if it is none."""
    content, sha256 = read_object(path)
    if not isinstance(content.get("partitions"), list):
        advice = 'give a partitions.json: {"partitions": [...], "version": ...}'
        raise GenerationError([Fault(str(path), "", "", 'has no list "partitions"', advice)])
    table = {key: freeze(value) for key, value in as_object(content).items()}
    return table, ModelFile(_stable_name(path), sha256)


def load_shapes(paths: Sequence[Path]) -> dict[str, LoadedShape]:
    """Read, merge and check the shapes of a model, whether it has a service or not.

    Raises GenerationError with everything that is wrong.
    """
    documents, _, faults = _read_all(paths)
    shapes = _load_shapes(documents, faults)
    if faults:
        raise GenerationError(faults)
    return shapes


def _load_shapes(documents: Sequence[Document], faults: list[Fault]) -> dict[str, LoadedShape]:
    merged = merge(documents, _prelude())
    faults += merged.faults
    shapes = _convert(_smithy_model(merged, documents, faults), merged)
    faults += validate(shapes)
    return shapes


def _read_all(paths: Sequence[Path]) -> tuple[list[Document], list[ModelFile], list[Fault]]:
    """Read every file; the faults are those that leave something to check further."""
    documents: list[Document] = []
    unusable: list[Fault] = []
    faults: list[Fault] = []
    files: list[ModelFile] = []
    for path in paths:
        for file in _model_files(path, unusable):
            try:
                documents.append(_read_document(file, files, faults))
            except GenerationError as error:
                unusable += error.faults
    if not paths:
        unusable.append(Fault("", "", "", "no model was given", "name a folder or a file"))
    if unusable:
        raise GenerationError((*unusable, *faults))
    return documents, files, faults


def _model_files(path: Path, faults: list[Fault]) -> list[Path]:
    if not path.is_dir():
        return [path]
    if (path / "service.json").is_file():
        return [path / name for name in _FOLDER_FILES if (path / name).is_file()]
    for name in ("service-2.json", "service-2.json.gz"):
        if (path / name).is_file():
            return [path / name]
    message = "this folder has no service.json"
    advice = "give a model folder, or the model files themselves"
    faults.append(Fault(str(path), "", "", message, advice))
    return []


def _read_document(path: Path, files: list[ModelFile], faults: list[Fault]) -> Document:
    content, sha256, again = parse_object(path)
    faults += again
    facts = ModelFile(_stable_name(path), sha256)
    files.append(facts)
    if "smithy" not in content and "metadata" in content and "operations" in content:
        converted = import_service(
            content,
            rule_set=_sibling(path, "endpoint-rule-set-1", files),
            paginators=_sibling(path, "paginators-1", files),
            waiters=_sibling(path, "waiters-2", files),
            file=str(path),
        )
        return Document(str(path), converted, facts, botocore=content)
    if (fault := _version_fault(str(path), content)) is not None:
        raise GenerationError([fault])
    return Document(str(path), content, facts, overlay=path.name == "overlay.json")


def _sibling(path: Path, stem: str, files: list[ModelFile]) -> dict[str, object] | None:
    for name in (f"{stem}.json", f"{stem}.json.gz"):
        beside = path.parent / name
        if beside.is_file():
            content, sha256 = read_object(beside)
            files.append(ModelFile(_stable_name(beside), sha256))
            return content
    return None


def _stable_name(path: Path) -> str:
    """Name a file for `_generation.json` and headers as no working directory changes it."""
    full = path.resolve()
    folder = full.parent
    if folder.name == "model":
        return f"model/{full.name}"
    if folder.parent.name == "model":
        return f"model/{folder.name}/{full.name}"
    if full.name in (*_FOLDER_FILES, "package.toml", "partitions.json"):
        return f"{folder.name}/{full.name}"
    return full.name


def _version_fault(file: str, content: Mapping[str, object]) -> Fault | None:
    version = content.get("smithy")
    if version in ("2", "2.0"):
        if isinstance(content.get("shapes", {}), Mapping):
            return None
        return Fault(file, "/shapes", "", '"shapes" is not an object', "give a Smithy JSON AST")
    if isinstance(version, str) and version.partition(".")[0] == "1":
        return Fault(
            file,
            "/smithy",
            "",
            f"is a Smithy {version} model, and those mean other things by defaults and sets",
            "convert it with the Smithy CLI: smithy ast OLD.json > NEW.json writes Smithy 2.0",
        )
    if version is not None:
        advice = 'write "smithy": "2.0"'
        return Fault(file, "/smithy", "", f"Smithy version {version!r} is not known", advice)
    return Fault(
        file,
        "",
        "",
        "is neither a Smithy JSON AST nor a botocore service-2.json",
        'a Smithy model has "smithy" and "shapes", a botocore one "metadata" and "operations"',
    )


@cache
def _prelude() -> frozenset[str]:
    return frozenset(str(shape_id) for shape_id in load_model({"smithy": "2.0"}).shapes)


def _smithy_model(merged: Merged, documents: Sequence[Document], faults: Sequence[Fault]) -> Model:
    try:
        return load_model({"smithy": "2.0", "shapes": merged.shapes})
    except ModelError as error:
        # Smithy's text names the shape; where it is written is known here.
        named = _SHAPE_ID.search(str(error))
        shape = named[0] if named else ""
        source = merged.sources.get(shape, Source(documents[0].file, ""))
        fault = Fault(source.file, source.pointer, shape, str(error), "correct the model")
        raise GenerationError((*faults, fault)) from None


def _convert(model: Model, merged: Merged) -> dict[str, LoadedShape]:
    shapes = model.shapes

    def source(shape: Shape, member: str, trait: str) -> Source | None:
        """Where a shape got a member or trait from: itself, or the last mixin that has it."""
        owner = f"{shape.id}${member}" if member else str(shape.id)
        own = merged.trait_sources.get((owner, trait)) if trait else merged.sources.get(owner)
        if own is not None:
            return own
        inherited = (source(shapes[mixin], member, trait) for mixin in reversed(shape.mixins))
        return next((found for found in inherited if found is not None), None)

    def trait_sources(shape: Shape, member: str, traits: Traits) -> dict[str, Source]:
        found = {trait: source(shape, member, trait) for trait in traits}
        return {trait: at for trait, at in found.items() if at is not None}

    def convert_member(shape: Shape, member: MemberShape) -> LoadedMember:
        traits = _traits(member)
        return LoadedMember(
            name=member.name,
            target=str(member.target),
            traits=traits,
            source=source(shape, member.name, "") or PRELUDE,
            trait_sources=trait_sources(shape, member.name, traits),
        )

    def convert(shape: Shape) -> LoadedShape:
        traits = _traits(shape)
        return LoadedShape(
            id=str(shape.id),
            type=UNKNOWN if str(shape.id) in merged.unknown else str(shape.type),
            traits=traits,
            members={name: convert_member(shape, item) for name, item in shape.members.items()},
            source=merged.sources.get(str(shape.id), PRELUDE),
            refs=dict(_refs(shape)),
            mixins=tuple(map(str, shape.mixins)),
            lifecycle=dict(_lifecycle(shape)) if isinstance(shape, ResourceShape) else {},
            identifiers=_ids(shape.identifiers) if isinstance(shape, ResourceShape) else {},
            properties=_ids(shape.properties) if isinstance(shape, ResourceShape) else {},
            version=(shape.version or "") if isinstance(shape, ServiceShape) else "",
            renames=(
                {str(shape_id): name for shape_id, name in shape.rename.items()}
                if isinstance(shape, ServiceShape)
                else {}
            ),
            trait_sources=trait_sources(shape, "", traits),
        )

    return {str(shape.id): convert(shape) for shape in shapes.values()}


def _traits(shape: Shape) -> dict[str, Node]:
    return {str(trait): value for trait, value in shape.traits.items()}


def _refs(shape: Shape) -> Iterator[tuple[str, tuple[str, ...]]]:
    match shape:
        case ServiceShape():
            yield "operations", tuple(map(str, shape.operations))
            yield "resources", tuple(map(str, shape.resources))
            yield "errors", tuple(map(str, shape.errors))
        case ResourceShape():
            yield "lifecycle", tuple(operation for _, operation in _lifecycle(shape))
            yield "operations", tuple(map(str, shape.operations))
            yield "collectionOperations", tuple(map(str, shape.collection_operations))
            yield "resources", tuple(map(str, shape.resources))
        case OperationShape():
            yield "input", (str(shape.input),)
            yield "output", (str(shape.output),)
            yield "errors", tuple(map(str, shape.errors))
        case _:
            pass


def _lifecycle(shape: ResourceShape) -> Iterator[tuple[str, str]]:
    operations = (
        ("create", shape.create),
        ("put", shape.put),
        ("read", shape.read),
        ("update", shape.update),
        ("delete", shape.delete),
        ("list", shape.list),
    )
    return ((name, str(operation)) for name, operation in operations if operation is not None)


def _ids(targets: Mapping[str, ShapeId]) -> dict[str, str]:
    return {name: str(target) for name, target in targets.items()}


def _choose(
    shapes: Mapping[str, LoadedShape], wanted: str | None, file: str, faults: list[Fault]
) -> LoadedShape | None:
    services = [
        shape
        for shape in shapes.values()
        if shape.type == "service" and "smithy.api#mixin" not in shape.traits
    ]
    names = ", ".join(shape.id for shape in services)
    fitting = [shape for shape in services if wanted in (None, shape.id, shape.name)]
    if len(fitting) == 1:
        return fitting[0]
    if not services:
        advice = "add the file that defines it"
        faults.append(Fault(file, "", "", "the model has no service", advice))
    elif wanted is None or fitting:
        message = f"the model has {len(services)} services"
        faults.append(Fault(file, "", "", message, f"choose one with --service: {names}"))
    else:
        message = f"the model has no service {wanted!r}"
        faults.append(Fault(file, "", "", message, f"it has {names}"))
    return None


def _config(
    paths: Sequence[Path], service: LoadedShape, files: list[ModelFile]
) -> tuple[PackageConfig, str]:
    for path in paths:
        file = path / "package.toml"
        if path.is_dir() and file.is_file():
            files.append(ModelFile(_stable_name(file), hash_of(read_bytes(file))))
            return read_package_config(file), str(file)
    return default_package_config(service), ""


def _own_partitions(
    paths: Sequence[Path], given: Path | None, files: list[ModelFile]
) -> Mapping[str, Node]:
    beside = (path / "partitions.json" for path in paths if path.is_dir())
    found = given or next((file for file in beside if file.is_file()), None)
    if found is None:
        return {}
    table, file = load_partitions(found)
    files.append(file)
    return table
