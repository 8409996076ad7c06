"""What the plan asks of a protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codegen.faults import Fault
from codegen.model import Member, Operation, Service, Shape
from codegen.plan.context import Context
from codegen.plan.parts import FunctionPlan


@dataclass(frozen=True, slots=True)
class Protocol:
    """How messages look: the part of a plan that is another for each protocol.

    Serializers are functions from an input to an `HttpRequest`, parsers from an `HttpResponse` to
    an output; their names are those of `requests.serializer_name` and `responses.parser_name`.
    """

    serializers: Callable[[Context], tuple[FunctionPlan, ...]]
    """Functions of `_serializers`, helpers included."""
    parsers: Callable[[Context], tuple[FunctionPlan, ...]]
    """Functions of `_parsers`: those of operations and modelled errors, helpers included."""
    error_parser: Callable[[Context, Shape], str]
    """Expression for the function that makes a modelled error."""
    error_code: Callable[[Shape], str]
    """What a modelled error is called on the wire."""
    error_reader: Callable[[Service], str | None]
    """Function of the runtime that takes error answers apart; None for `json_error`."""
    refused: Callable[[Service], Iterator[Fault]]
    """Faults for what the protocol has no form for."""
    place: Callable[[Context, Member], str]
    """Where a member travels, in words that tell two places apart."""
    request_line: Callable[[Operation], str]
    """What tells the requests of two operations apart, in words."""
    writes_answers: bool
    """Whether stubs of data can be written as answers: the module `_stubs` is there."""
