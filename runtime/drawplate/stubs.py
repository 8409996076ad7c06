"""What stubs are, for annotations: answers that a client gives itself, without a network.

    client = SageMakerRuntimeClient(stub_responses=True)
    client.stub_responses("invoke_endpoint", {"body": b"2"}, "ModelNotReadyException")

A stub is one of

- a dict with members of the output, or an output: it becomes an answer, and that is parsed;
- a dict with exactly `status_code`, `headers` and `body`, or an `HttpResponse`: the answer itself;
- a str: the service's error of this code;
- an exception or its class: one of service or network is the error of the call, others are raised;
- a function, which is called with the `RequestContext` of each call and returns one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from drawplate.context import RequestContext
from drawplate.http import HttpResponse
from drawplate.structures import Output, Structure

__all__ = ["ApiRequest", "OneStub", "Stub"]

OneStub: TypeAlias = (
    Mapping[str, Any]
    | Output
    | HttpResponse
    | str
    | BaseException
    | type[BaseException]
    | Callable[[RequestContext], object]
)
Stub: TypeAlias = OneStub | Sequence[OneStub]


class ApiRequest:
    """A call that a client with stubs answered.

    `params` are the members of the input that were set, checked and converted.
    """

    __slots__ = ("context", "operation_name", "params")

    operation_name: str
    params: dict[str, Any]
    context: RequestContext

    def __init__(self, context: RequestContext) -> None:
        self.operation_name = context.operation_name
        given: Structure = context.parameters
        self.params = {
            name: value for name in given.__slots__ if (value := getattr(given, name)) is not None
        }
        self.context = context

    def __repr__(self) -> str:
        # The values may be secret.
        return f"<ApiRequest {self.operation_name}({', '.join(self.params)})>"
