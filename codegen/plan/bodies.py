"""What the plan of HTTP messages asks of the format that bodies are in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from codegen.model import Member, Operation, Shape
from codegen.plan.functions import FunctionPlanner


class BodyReader(FunctionPlanner):
    """Plans expressions that read typed values out of bodies, and the functions they need."""

    plain_error: ClassVar[str]
    """Function of the runtime that makes a parser of errors without members."""
    document_type: ClassVar[str]
    """Type expression of the body of an error, as parsers of errors get it."""

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


class BodyWriter(FunctionPlanner):
    """Plans expressions that write bodies, and the functions they need."""

    media_type: ClassVar[str]
    """Content type of bodies."""

    @abstractmethod
    def document(self, shape: Shape, members: Sequence[Member]) -> tuple[str, list[str]]:
        """Expression for a body with these members of the input `shape`; statements before it."""

    @abstractmethod
    def payload(self, member: Member, value: str) -> str:
        """Expression for a whole body that is this member, with a value that is not None."""

    @abstractmethod
    def empty_payload(self, member: Member, /) -> str | None:
        """Expression for the body in place of a structure that was not set; None for no body."""
