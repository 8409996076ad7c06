"""What one import knows while it runs: names, targets, and the shapes that members ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from codegen.importer.reading import JsonObject, Part


@dataclass(frozen=True, slots=True)
class Derived:
    """A shape that a member needs because Smithy has no such mark on members."""

    source: str
    """Name of the botocore shape that it is made from."""
    traits: JsonObject
    values: list[str]
    """Values of an enum; empty for any other type."""
    part: Part
    """The member that asked first: for faults."""


@dataclass(slots=True)
class Scope:
    """Namespace and shapes of one model."""

    namespace: str
    kinds: Mapping[str, str]
    """Type of each botocore shape by its name."""
    operations: Collection[str] = ()
    is_query: bool = False
    """Whether messages are forms and XML: names of elements count then, HTTP bindings do not."""
    is_xml: bool = False
    """Whether bodies are XML; where messages have HTTP bindings as well, both count."""
    flattened: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    """Lists and maps without an element of their own, with the name of their items, if any."""
    roots: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    """Traits of inputs, by shape id, that are about the outermost element of a request."""
    derived: dict[str, Derived] = field(default_factory=dict[str, Derived])
    twins: Mapping[str, int] = field(init=False)
    """How many shapes come before a simple one whose name is the same but for its case."""

    def __post_init__(self) -> None:
        seen: Counter[str] = Counter()
        self.twins = {}
        for name in sorted(self.kinds):
            if self.kinds[name] not in ("structure", "list", "map"):
                self.twins[name] = seen[name.casefold()]
            seen[name.casefold()] += 1

    def id(self, name: str) -> str:
        """Shape id of a data shape; a `_` parts it from an operation or shape of the same name.

        Simple shapes whose names differ in case alone are botocore's way to write types twice.
        """
        return self.own(name + "_" * (self.twins.get(name, 0) + (name in self.operations)))

    def own(self, name: str) -> str:
        """Shape id of the service or an operation."""
        return f"{self.namespace}#{name}"

    def target(self, part: Part, key: str) -> JsonObject:
        """The reference that a part makes; a fault where it leads nowhere."""
        name = part.expect_text(key)
        if name and name not in self.kinds:
            part.fault(f"there is no shape {name!r}", "correct the name", key=key)
        return {"target": self.id(name)}

    def derive(
        self,
        name: str,
        source: str,
        traits: JsonObject,
        part: Part,
        values: list[str] | None = None,
    ) -> JsonObject:
        """The reference to a shape like `source` with more traits, made on first use."""
        derived = Derived(source, traits, values or [], part)
        known = self.derived.setdefault(name, derived)
        if (known.source, known.traits, known.values) != (source, traits, values or []):
            part.fault(f"two different shapes would be called {name!r}", "rename one member")
        return {"target": self.id(name)}


def drop_xml(part: Part) -> None:
    """Pass over what only an XML body would show, but for `locationName` and `flattened`."""
    part.skip("wrapper", "xmlAttribute", "xmlNamespace", "xmlOrder", "queryName")


def namespace_traits(part: Part) -> JsonObject:
    """The trait of an element that declares a namespace; botocore writes it in two ways."""
    if (declared := part.part("xmlNamespace")) is None:
        return {}
    made: JsonObject = {"uri": declared.expect_text("uri")}
    if (prefix := declared.text("prefix")) is not None:
        made["prefix"] = prefix
    return {"smithy.api#xmlNamespace": made}
