"""What readers and writers of every format share: a function a shape, where one is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from codegen.model import Shape
from codegen.plan.context import Context
from codegen.plan.parts import FunctionPlan


class FunctionPlanner(ABC):
    """Collects the shapes whose functions are needed, and plans these."""

    verb: ClassVar[str]
    """What the functions do, the first word of their names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: dict[str, Shape] = {}

    def functions(self) -> tuple[FunctionPlan, ...]:
        """Every function that was asked for, by name, and those that these need."""
        plans: dict[str, FunctionPlan] = {}
        while waiting := [shape for key, shape in self._asked.items() if key not in plans]:
            for shape in waiting:
                plans[shape.id] = self._plan(shape)
        return tuple(sorted(plans.values(), key=lambda plan: plan.name))

    def _name(self, shape: Shape) -> str:
        return f"_{self.verb}_{self._context.words(shape)}"

    @abstractmethod
    def _plan(self, shape: Shape) -> FunctionPlan:
        """Plan the function of one shape; it may ask for others."""
