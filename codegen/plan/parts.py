"""Parts of the plan that several others hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParamPlan:
    """A key of a `TypedDict` in `params`, and a keyword of a client method."""

    name: str
    docs: str
    type: str
    """Type expression without `| None`."""
    required: bool

    @property
    def keyword(self) -> str:
        """The member as a signature has it."""
        return f"{self.name}: {self.type}" if self.required else f"{self._optional} = None"

    @property
    def entry(self) -> str:
        """The member's annotation in a `TypedDict`."""
        return f"Required[{self.type}]" if self.required else self._optional.partition(": ")[2]

    @property
    def _optional(self) -> str:
        return f"{self.name}: {self.type}{'' if self.type == 'Any' else ' | None'}"


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """A function with its body as lines, indented from its own level."""

    name: str
    parameters: str
    returns: str
    docs: str
    lines: tuple[str, ...]
