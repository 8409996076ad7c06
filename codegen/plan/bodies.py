"""What the plan of HTTP messages asks of the format that bodies are in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from codegen.model import Member, Operation, Shape
from codegen.plan.context import API, text_trait
from codegen.plan.functions import FunctionPlanner
from codegen.plan.parts import FunctionPlan


class BodyReader(FunctionPlanner):
    """Plans expressions that read typed values out of bodies, and the functions they need."""

    plain_error: ClassVar[str]
    """Function of the runtime that makes a parser of errors without members."""
    document_type: ClassVar[str]
    """Type expression of the body of an error, as parsers of errors get it."""
    value_type: ClassVar[str]
    """Type expression of what functions read."""
    plain_readers: ClassVar[Mapping[str, str]]
    """Functions of the runtime that read values, by type."""
    timestamp_readers: ClassVar[Mapping[str, str]]
    """Those that read timestamps, by format."""
    timestamp_format: ClassVar[str]
    """The format of timestamps that have no trait."""
    corrections: ClassVar[Mapping[str, str]]
    """What required members count as that the service leaves out, by type; other types are 0.

    Source: client error correction, Smithy 2.0.
    """
    timestamp_corrections: ClassVar[Mapping[str, str]]
    """Likewise for timestamps, by format."""

    verb = "read"

    @abstractmethod
    def document(self, operation: Operation) -> str:
        """Expression for the body that holds members of the output of an operation."""

    @abstractmethod
    def payload(self, shape: Shape, member: Member) -> str:
        """Expression for a member of `shape` that is the whole body, and neither text nor bytes."""

    @abstractmethod
    def member(
        self, shape: Shape, member: Member, parent: str, /, *, corrected: bool = True
    ) -> str:
        """Expression for a member of `shape`, in the part `parent` of a body.

        Without `corrected`, a required member that is missing is None.
        """

    @abstractmethod
    def error_message(self, body: str) -> str:
        """Expression for the message of an error."""

    def reader(self, member: Member) -> str:
        """Name of a function that reads a value of the member's target."""
        target = self._context.target(member)
        if target.type == "timestamp":
            return self.timestamp_readers[self._timestamp_format(member)]
        if target.type in ("list", "map", "structure", "union"):
            self._asked.setdefault(target.id, target)
            return self._name(target)
        return self.plain_readers[target.type]

    def correction(self, member: Member) -> str:
        """What a required member counts as when the service leaves it out."""
        kind = self._context.target(member).type
        if kind == "timestamp":
            return self.timestamp_corrections.get(self._timestamp_format(member), "0")
        return self.corrections.get(kind, "0")

    def _timestamp_format(self, member: Member) -> str:
        return text_trait(member, f"{API}timestampFormat") or self.timestamp_format

    def _plan(self, shape: Shape) -> FunctionPlan:
        lines = {
            "structure": self._structure_lines,
            "union": self._union_lines,
            "list": self._container_lines,
            "map": self._container_lines,
        }
        return FunctionPlan(
            name=self._name(shape),
            parameters=f"value: {self.value_type}",
            returns=self._context.type_of(shape.id),
            docs="",
            lines=tuple(lines[shape.type](shape)),
        )

    @abstractmethod
    def _structure_lines(self, shape: Shape) -> list[str]:
        """Statements that return the structure in `value`."""

    @abstractmethod
    def _union_lines(self, shape: Shape) -> list[str]:
        """Statements that return the union in `value`."""

    @abstractmethod
    def _container_lines(self, shape: Shape) -> list[str]:
        """Statements that return the list or map in `value`."""


class BodyWriter(FunctionPlanner):
    """Plans expressions that write bodies, and the functions they need."""

    media_type: ClassVar[str]
    """Content type of bodies."""

    verb = "write"

    @abstractmethod
    def document(self, shape: Shape, members: Sequence[Member]) -> tuple[str, list[str]]:
        """Expression for a body with these members of the input `shape`; statements before it."""

    @abstractmethod
    def payload(self, member: Member, value: str) -> str:
        """Expression for a whole body that is this member, with a value that is not None."""

    @abstractmethod
    def empty_payload(self, member: Member, /) -> str | None:
        """Expression for the body in place of a structure that was not set; None for no body."""
