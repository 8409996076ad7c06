"""Names, roles and type expressions of a service's shapes: what every part of the plan asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from codegen import names
from codegen.docs import paragraphs
from codegen.faults import Fault
from codegen.model import BYTE_STREAM, PYTHON_NAME, Member, Node, Operation, Service, Shape
from codegen.package import PackageConfig

API = "smithy.api#"
UNIT = "smithy.api#Unit"

RENAME = f"give one of them another name in overlay.json: apply {PYTHON_NAME} to it"
"""What to do about two shapes, operations or members that Python would call the same."""

_SIMPLE_TYPES = {
    "string": "str",
    "enum": "str",
    "boolean": "bool",
    "byte": "int",
    "short": "int",
    "integer": "int",
    "long": "int",
    "intEnum": "int",
    "bigInteger": "int",
    "bigDecimal": "Decimal",
    "float": "float",
    "double": "float",
    "timestamp": "datetime",
    "document": "Any",
    "blob": "bytes",
}


class Context:
    """The resolved service with every name decided; `faults` tells which names clash."""

    def __init__(self, service: Service, config: PackageConfig) -> None:
        self.service = service
        self.config = config
        self.base_error = names.class_name(f"{config.client}Error", names.ERRORS_NAMES)
        self.outputs = {operation.output for operation in service.operations}
        self.streams = {shape.id for shape in service.shapes.values() if is_event_stream(shape)}
        self.sent_streams = self._streams_of(op.input for op in service.operations)
        self.received_streams = self._streams_of(self.outputs)
        self.blob_streams = {
            s.id for s in service.shapes.values() if s.type == "blob" and s.has(f"{API}streaming")
        }
        self.event_errors = {
            member.target
            for stream in self.received_streams
            for member in self.shape(stream).members
            if self.shape(member.target).has(f"{API}error")
        }
        self.event_shapes = {
            member.target for stream in self.streams for member in self.shape(stream).members
        }
        self.exact = _holders(service, "bigDecimal")
        # The first operation of several that share an input.
        self._inputs = {operation.input: operation for operation in reversed(service.operations)}
        self.faults: list[Fault] = []
        self._class_names = self._name_classes()
        self._member_classes = self._name_member_classes()
        self._attributes = {shape.id: self._name_members(shape) for shape in self.aggregates()}
        self._attributes |= {shape.id: self._name_values(shape) for shape in self.enums()}
        self._check_operations()
        self.methods = {self.operation_names(operation)[0] for operation in service.operations}

    def shape(self, shape_id: str) -> Shape:
        """The shape with this id."""
        return self.service.shapes[shape_id]

    def target(self, member: Member) -> Shape:
        """The shape a member targets."""
        return self.service.shapes[member.target]

    def is_stream(self, member: Member) -> bool:
        """Whether a member is sent while it is made: events or bytes."""
        return member.target in self.streams or member.target in self.blob_streams

    def aggregates(self) -> Iterator[Shape]:
        """Structures and unions, in order of their ids."""
        return (s for s in self.service.shapes.values() if s.type in ("structure", "union"))

    def enums(self) -> Iterator[Shape]:
        """Enums and integer enums, in order of their ids."""
        return (s for s in self.service.shapes.values() if s.type in ("enum", "intEnum"))

    def structures(self) -> list[Shape]:
        """Structures that become classes in `types`, by class name."""
        found = [
            shape
            for shape in self.service.shapes.values()
            if shape.type == "structure" and not shape.has(f"{API}error") and self.is_used(shape)
        ]
        return sorted(found, key=lambda shape: self.class_name(shape.id))

    def unions(self) -> list[Shape]:
        """Unions that are values, not streams of events, by class name."""
        found = [s for s in self.aggregates() if s.type == "union" and s.id not in self.streams]
        return sorted(found, key=lambda shape: self.class_name(shape.id))

    def streams_sent(self) -> list[Shape]:
        """Unions whose events a client sends, by class name."""
        return sorted(map(self.shape, self.sent_streams), key=lambda s: self.class_name(s.id))

    def is_used(self, shape: Shape) -> bool:
        """Whether the shape is the service's own: prelude shapes such as Unit become no class."""
        return not shape.id.startswith(API)

    def class_name(self, shape_id: str) -> str:
        """Class name of a structure, error, enum or union."""
        return self._class_names[shape_id]

    def member_class(self, shape_id: str, member: str) -> str:
        """Class name of a member of a union that is no stream of events."""
        return self._member_classes[shape_id][member]

    def attribute(self, shape_id: str, member: str) -> str:
        """Attribute and keyword of a member, constant of an enum's value."""
        return self._attributes[shape_id][member]

    def operation_of_input(self, shape_id: str) -> Operation | None:
        """The operation whose input this is, None for other shapes."""
        return self._inputs.get(shape_id)

    def event_types(self, shape_id: str) -> tuple[str, ...]:
        """What a structure is as an event, by the members of streams that it stands for."""
        if shape_id not in self.event_shapes:
            return ()
        found = (
            self.attribute(stream, member.name)
            for stream in sorted(self.streams)
            for member in self.shape(stream).members
            if member.target == shape_id
        )
        return tuple(dict.fromkeys(found))

    def attributes(self, shape_id: str) -> tuple[str, ...]:
        """Attributes of all members, in model order."""
        return tuple(self._attributes[shape_id].values())

    def reachable(self, roots: Iterable[str]) -> set[str]:
        """Ids of all shapes that these reach, themselves included."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            shape_id = waiting.pop()
            if shape_id not in found:
                found.add(shape_id)
                shape = self.shape(shape_id)
                # The members of an enum are values: what they target says nothing.
                if shape.type not in ("enum", "intEnum"):
                    waiting += [member.target for member in shape.members]
        return found

    def type_of(self, shape_id: str, *, prefix: str = "types.") -> str:
        """Type expression of a value of this shape as outputs and checked inputs hold it."""
        shape = self.shape(shape_id)
        if shape.type == "list":
            return f"list[{self._item_type(shape, prefix)}]"
        if shape.type == "map":
            return f"dict[str, {self._item_type(shape, prefix)}]"
        if shape.id in self.streams:
            return f"{self.stream_class(shape)}[{prefix}{self.class_name(shape.id)}]"
        if shape.type in ("structure", "union"):
            return f"{prefix}{self.class_name(shape.id)}"
        return _SIMPLE_TYPES[shape.type]

    def stream_type(self, shape_id: str, stream: Shape, prefix: str) -> str:
        """Type of a stream of events in an input or output."""
        return "EventSource" if shape_id in self._inputs else self.type_of(stream.id, prefix=prefix)

    def stream_class(self, stream: Shape) -> str:
        """Class of a stream of events that is received."""
        return "ByteEventStream" if stream.has(BYTE_STREAM) else "EventStream"

    def blob_output(self, shape_id: str) -> tuple[Member, Member] | None:
        """The blob that an output is and the member that says of what type; None for others."""
        if shape_id not in self.outputs:
            return None
        payload = content_type = None
        for member in self.shape(shape_id).members:
            target = self.target(member)
            header = text_trait(member, f"{API}httpHeader")
            if member.has(f"{API}httpPayload") and target.type == "blob":
                payload = member
            elif header is not None and header.lower() == "content-type":
                content_type = member
        if payload is None or content_type is None or self.is_stream(payload):
            return None
        return payload, content_type

    def blob_stream_type(self, shape_id: str) -> str:
        """Type of a streamed blob in an input, in an output, or in a structure that is both."""
        kinds = ["StreamingBody"] if shape_id in self.outputs else []
        if shape_id in self._inputs:
            kinds += ["bytes", "BodySource"]
        return " | ".join(kinds)

    def _item_type(self, shape: Shape, prefix: str) -> str:
        item = self.type_of(shape.members[-1].target, prefix=prefix)
        return f"{item} | None" if shape.has(f"{API}sparse") and item != "Any" else item

    def param_type(self, shape_id: str, *, prefix: str = "params.") -> str:
        """Type expression of what a caller may pass for this shape."""
        shape = self.shape(shape_id)
        if shape.id == UNIT:
            return "Mapping[str, Any]"
        if shape.type == "blob":
            return "StreamingBlob" if shape.id in self.blob_streams else "Blob"
        if shape.type == "bigDecimal":
            return "Decimal | int"
        if shape.type in ("list", "map"):
            item = self.param_type(shape.members[-1].target, prefix=prefix)
            if shape.has(f"{API}sparse") and item != "Any":
                item = f"{item} | None"
            return f"Sequence[{item}]" if shape.type == "list" else f"Mapping[str, {item}]"
        if shape.has(f"{API}error"):
            return f"_errors.{self.class_name(shape.id)}"
        if shape.type in ("structure", "union"):
            name = self.class_name(shape.id)
            either = f"types.{name} | {prefix}{name}"
            if shape.id not in self.streams:
                return either
            targets = dict.fromkeys(member.target for member in shape.members)
            errors = [self.param_type(t) for t in targets if self.shape(t).has(f"{API}error")]
            return f"Iterable[{' | '.join((either, *errors))}]"
        return self.type_of(shape_id)

    def _streams_of(self, shape_ids: Iterable[str]) -> set[str]:
        members = [member for shape_id in shape_ids for member in self.shape(shape_id).members]
        return {member.target for member in members if member.target in self.streams}

    def _name_classes(self) -> dict[str, str]:
        made: dict[str, str] = {}
        taken: dict[tuple[bool, str], Shape] = {}
        for shape in self.service.shapes.values():
            if shape.type not in ("structure", "union", "enum", "intEnum") or shape.id == UNIT:
                continue
            is_error = shape.has(f"{API}error")
            reserved = names.ERRORS_NAMES | {self.base_error} if is_error else names.TYPES_NAMES
            given = shape.python_name
            if given == shape.name:
                given = self.service.renames.get(shape.id, given)
            name = names.class_name(given, reserved)
            made[shape.id] = name
            # Functions and constants are made from words, so `FooBar` and `Foo_Bar` clash as well.
            other = taken.setdefault((is_error, names.constant_case(name)), shape)
            if other is not shape:
                message = (
                    f"{other.id} and {shape.id} both become `{names.snake_case(name)}` in Python"
                )
                self._clash(shape, message, RENAME)
        return made

    def _name_member_classes(self) -> dict[str, dict[str, str]]:
        """`FooBar` for member bar of union Foo, `FooBarMember` where another shape is `FooBar`."""
        taken = {
            names.constant_case(name): self.shape(shape_id)
            for shape_id, name in self._class_names.items()
        }
        made: dict[str, dict[str, str]] = {}
        for shape in self.unions():
            made[shape.id] = {}
            for member in shape.members:
                name = self._class_names[shape.id] + names.pascal_case(member.python_name)
                if names.constant_case(name) in taken or name in names.TYPES_NAMES:
                    name += "Member"
                made[shape.id][member.name] = name
                other = taken.setdefault(names.constant_case(name), shape)
                if other is not shape:
                    message = f"{other.id} and this member both become `{name}` in Python"
                    self._clash(shape, message, RENAME, member)
        return made

    def _name_members(self, shape: Shape) -> dict[str, str]:
        reserved: frozenset[str] = frozenset()
        if shape.id in self.event_shapes:
            reserved = names.EVENT_NAMES
        if shape.has(f"{API}error"):
            return self._distinct(shape, lambda name: _error_attribute(name, reserved))
        if shape.id in self.streams:
            reserved = names.EVENT_TYPES
        if self.blob_output(shape.id) is not None:
            reserved |= names.BLOB_OUTPUT_NAMES
        if shape.id in self.outputs:
            streams = any(map(self.is_stream, shape.members))
            reserved |= names.STREAM_OUTPUT_NAMES if streams else names.OUTPUT_NAMES
        return self._distinct(shape, lambda name: names.member_name(name, reserved))

    def _name_values(self, shape: Shape) -> dict[str, str]:
        return self._distinct(shape, lambda name: names.safe(names.enum_constant(name)))

    def _distinct(self, shape: Shape, naming: Callable[[str], str]) -> dict[str, str]:
        """Python names of the members of a shape, with a fault for each that is there already."""
        made: dict[str, str] = {}
        taken: dict[str, str] = {}
        for member in shape.members:
            name = made[member.name] = naming(member.python_name)
            other = taken.setdefault(name, member.name)
            if other != member.name:
                message = f"members {other} and {member.name} both become `{name}` in Python"
                self._clash(shape, message, RENAME, member)
        return made

    def _check_operations(self) -> None:
        taken: dict[str, Operation] = {}
        for operation in self.service.operations:
            method, constant = self.operation_names(operation)
            other = taken.setdefault(constant, operation)
            if other is not operation:
                message = f"{other.id} and {operation.id} both become `{method}` in Python"
                self._clash(operation, message, RENAME)

    def _clash(
        self, shape: Shape | Operation, message: str, advice: str, member: Member | None = None
    ) -> None:
        source = (member or shape).source
        where = f"{shape.id}${member.name}" if member else shape.id
        self.faults.append(Fault(source.file, source.pointer, where, message, advice))

    def operation_names(self, operation: Operation) -> tuple[str, str]:
        """Method name and constant of an operation."""
        name = operation.python_name
        method = names.member_name(name, names.CLIENT_NAMES)
        return method, names.safe(names.constant_case(name), names.PARSERS_NAMES)

    def stream_constant(self, shape: Shape) -> str:
        """Name of the table of an event stream."""
        return names.safe(names.constant_case(self.class_name(shape.id)), names.PARSERS_NAMES)

    def words(self, shape: Shape) -> str:
        """What the name of a function for this shape has in it."""
        return names.snake_case(self._class_names.get(shape.id, shape.python_name))


def _error_attribute(name: str, reserved: frozenset[str]) -> str:
    is_message_ = name.lower() == "message"
    return "message" if is_message_ else names.member_name(name, names.ERROR_NAMES | reserved)


def _holders(service: Service, kind: str) -> set[str]:
    """Ids of shapes of a type, and of those that hold such a shape at any depth."""
    above: dict[str, list[str]] = {}
    for shape in service.shapes.values():
        for member in shape.members:
            above.setdefault(member.target, []).append(shape.id)
    found: set[str] = set()
    waiting = [shape.id for shape in service.shapes.values() if shape.type == kind]
    while waiting:
        shape_id = waiting.pop()
        if shape_id not in found:
            found.add(shape_id)
            waiting += above.get(shape_id, ())
    return found


def is_event_stream(shape: Shape) -> bool:
    """Whether the shape is a union that is sent as a stream of events."""
    return shape.type == "union" and shape.has(f"{API}streaming")


def sends_events(service: Service, operation: Operation) -> bool:
    """Whether an operation has a stream of events in its input."""
    members = service.shapes[operation.input].members
    return any(is_event_stream(service.shapes[member.target]) for member in members)


def default_value(member: Member) -> Node:
    """The value of `smithy.api#default` as the model has it, None where clients are to have none.

    A stream has no default: it is there, even if it is empty.
    """
    if any(
        member.has(API + trait) for trait in ("clientOptional", "idempotencyToken", "streaming")
    ):
        return None
    return member.traits.get(f"{API}default")


def is_required(member: Member) -> bool:
    """Whether a member has to be given: it is required, and there is nothing to take instead.

    A client makes an idempotency token up if there is none. `clientOptional` matters only beside
    a default: it lets a service relax a requirement later, which breaks no caller in Python.
    """
    return (
        member.has(f"{API}required")
        and not member.has(f"{API}idempotencyToken")
        and member.traits.get(f"{API}default") is None
    )


def is_message(member: Member) -> bool:
    """Whether a member of an error is its message, which every error has."""
    return member.name.lower() == "message"


def is_always_there(context: Context, member: Member) -> bool:
    """Whether a member is set in every answer or event: an empty payload is an empty value."""
    if member.target in context.streams:
        return True
    return member.has(f"{API}eventPayload") and context.target(member).type not in (
        "structure",
        "union",
    )


def documentation(item: Member | Shape | Operation | Service) -> str:
    """The text of `smithy.api#documentation` and `deprecated`, "" where there is none.

    A member's own text only: what its target says is about the type, not about the member.
    """
    traits = item.own_traits if isinstance(item, Member) else item.traits
    text = traits.get(f"{API}documentation")
    docs = text if isinstance(text, str) and paragraphs(text) else ""
    deprecated = traits.get(f"{API}deprecated")
    if not isinstance(deprecated, Mapping):
        return docs
    since = f" since {deprecated['since']}" if "since" in deprecated else ""
    return f"{docs}\n\nDeprecated{since}. {deprecated.get('message', '')}".strip()


def text_trait(item: Member | Shape | Operation | Service, trait: str) -> str | None:
    """The value of a trait that holds a string, None where it is absent."""
    value = item.traits.get(trait)
    return value if isinstance(value, str) else None


def http_trait(operation: Operation) -> tuple[str, str]:
    """Method and URI template of an operation."""
    value = operation.traits[f"{API}http"]
    if not isinstance(value, Mapping):
        raise TypeError(f"{operation.id}: the http trait is not an object")
    return str(value["method"]), str(value["uri"])
