"""What callers of a generated package see of it, taken from its plan, with the model's ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NO_CREDENTIALS: Final = "no credentials"

type Facts = Mapping[str, str]
"""Named facts as text: constraints, bindings."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a docstring says."""

    docs: str
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Constraints of a member."""

    target: str
    """Name of the target shape, whose own constraints are compared apart."""
    own: Facts
    effective: Facts
    """Those of the target, overridden by the member's own."""


@dataclass(frozen=True, slots=True)
class Field:
    """A keyword of a call, or an attribute."""

    shape: str
    """Id of the member."""
    python: str
    """Where it is: "Client.method(keyword)", "types.Class.attribute"."""
    name: str
    type: str
    """Type expression without `| None`."""
    optional: bool
    """Whether a caller may leave the keyword out; whether the attribute may be None."""
    line: str
    """As the package has it: "body: Blob | None = None"."""
    text: Text
    wire: Facts
    limits: Limits
    sensitive: bool


type Fields = Mapping[str, Field]
"""By Python name, in model order."""


@dataclass(frozen=True, slots=True)
class Method:
    """An operation as a method of the client."""

    shape: str
    python: str
    name: str
    line: str
    """The signature on one line."""
    parameters: Fields
    input: str
    output: str
    """Class names."""
    raises: tuple[str, ...]
    """Class names of errors, those of its event stream included, sorted."""
    streaming: bool
    auth: str
    """What a call needs, as "a signature" or "no credentials"."""
    wire: Facts
    text: Text


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A constant of an enum."""

    shape: str
    python: str
    line: str
    text: Text


@dataclass(frozen=True, slots=True)
class Class:
    """A class or alias in `types`."""

    shape: str
    python: str
    sort: str
    """"structure", "union", "enum" or "event stream"."""
    line: str
    text: Text
    parameters: Fields | None = None
    """Keys of a structure that callers pass inside of parameters; None for what they do not."""
    attributes: Fields | None = None
    """Attributes of a structure that callers are handed; None for what they are not."""
    choices: Fields = field(default_factory=dict[str, Field])
    """Members of a union, by class name; the type is that of `value`."""
    values: Mapping[str, EnumValue] = field(default_factory=dict[str, EnumValue])
    events: Mapping[str, str] = field(default_factory=dict[str, str])
    """Class name of each event by its name on the wire."""
    callbacks: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Method of the stream's handler, and class, of each event and error by name on the wire."""


@dataclass(frozen=True, slots=True)
class Error:
    """A class in `errors`."""

    shape: str
    python: str
    line: str
    text: Text
    is_event: bool
    """Whether it can come in a stream: an `EventStreamError`."""
    behaviour: Facts
    wire: Facts
    attributes: Fields


@dataclass(frozen=True, slots=True)
class Bounds:
    """Constraints of a shape that is no structure, and where callers meet it."""

    shape: str
    own: Facts
    items: Mapping[str, Limits]
    """Of the members of a list or map."""
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndpointParameter:
    """A parameter of `resolve_endpoint`."""

    type: str
    required: bool
    line: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The module `endpoints`."""

    parameters: Mapping[str, EndpointParameter] | None
    """None for rules that cannot be compiled, as some old ones."""
    source: str
    """The rules as the model has them, one text for equal rules."""
    rules: str
    """What they compile to; `source` where they do not."""
    docs: str
    partitions: str
    """The table that the rules look into; "" where they look into none."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A whole package as its callers see it; every mapping is by Python name."""

    service: str
    distribution: str
    package: str
    client: str
    base_error: str
    service_id: str
    signing_name: str
    text: Text
    methods: Mapping[str, Method]
    classes: Mapping[str, Class]
    errors: Mapping[str, Error]
    bounds: Mapping[str, Bounds]
    """By name of the shape."""
    endpoints: Endpoints | None
