"""What `load` hands to `resolve`: every shape of the model files, merged, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codegen.faults import Fault
from codegen.model import Node, Source, Traits
from codegen.package import PackageConfig

PRELUDE = Source("smithy.api", "")
"""Source of the shapes that come with Smithy itself."""


@dataclass(frozen=True, slots=True)
class LoadedMember:
    """A member as written, mixins merged in; `traits` are its own, not those of its target."""

    name: str
    target: str
    traits: Traits
    source: Source
    trait_sources: Mapping[str, Source] = field(default_factory=dict[str, Source])


@dataclass(frozen=True, slots=True)
class LoadedShape:
    """A shape of any type, mixins and `apply` entries merged in."""

    id: str
    type: str
    traits: Traits
    members: Mapping[str, LoadedMember]
    source: Source
    refs: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Shape ids by relation, of a service, resource or operation: "operations", "resources",
    "lifecycle", "collectionOperations", "input", "output", "errors"."""
    mixins: tuple[str, ...] = ()
    """Ids of the mixins it names; what they bring is merged in already."""
    lifecycle: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of a resource: operation by lifecycle: "create", "read", …"""
    identifiers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of a resource: target by name."""
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of a resource: target by name."""
    version: str = ""
    """Of a service."""
    renames: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of a service: shape id to the name used in its place."""
    trait_sources: Mapping[str, Source] = field(default_factory=dict[str, Source])

    @property
    def name(self) -> str:
        """The id without its namespace."""
        return self.id.partition("#")[2]

    @property
    def namespace(self) -> str:
        """The id without its name."""
        return self.id.partition("#")[0]

    def ref(self, relation: str) -> tuple[str, ...]:
        """Return the ids in a relation; empty where there are none."""
        return self.refs.get(relation, ())

    def fault(self, message: str, advice: str = "", *, member: str = "", trait: str = "") -> Fault:
        """Make a fault at this shape, at one of its members, or at a trait of either."""
        at: LoadedShape | LoadedMember = self.members[member] if member else self
        source = at.trait_sources.get(trait, at.source)
        shape = f"{self.id}${member}" if member else self.id
        return Fault(source.file, source.pointer, shape, message, advice)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that generation read."""

    name: str
    """The same wherever the generator runs: "model/sagemaker-runtime/service.json"."""
    sha256: str


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A merged model, the service chosen in it, and what else decides the output."""

    shapes: Mapping[str, LoadedShape]
    """Every shape by id, in file order, prelude shapes last."""
    service: str
    """Id of the service to generate."""
    config: PackageConfig
    config_file: str
    """Where `config` comes from, as given; "" where there is no `package.toml`."""
    partitions: Mapping[str, Node]
    """Content of the model's own `partitions.json`; empty where it has none or needs none."""
    files: tuple[ModelFile, ...]
    """Every file read, in reading order."""


def of_type(shapes: Iterable[LoadedShape], *types: str) -> Iterator[LoadedShape]:
    """Pick the shapes of the given types, in order."""
    return (shape for shape in shapes if shape.type in types)
