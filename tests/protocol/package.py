"""Generated packages of the test services, and clients of them that go nowhere."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drawplate.errors import ServiceError
from drawplate.http import AsyncTransport, BodyReader, HttpRequest, HttpResponse, Transport

from codegen.load import load
from codegen.loaded import LoadedModel
from codegen.model import Operation
from codegen.names import snake_case
from codegen.pipeline import generate_package
from codegen.plan.context import Context
from codegen.plan.customizations import customized
from codegen.resolve import resolve
from codegen.write import write
from tests.faces import Awaited, Driven
from tests.protocol.values import Values

NOW = 1_700_000_000.0


class Captured(Exception):
    """A request was made; it is not sent."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.request = request


class CapturingTransport:
    """Ends a call at the point where its request would be sent."""

    supports_event_streams = True

    def send(self, request: HttpRequest) -> HttpResponse:
        raise Captured(request)


class AnsweringTransport:
    """Answers every request in the same way."""

    supports_event_streams = True

    def __init__(self, response: HttpResponse) -> None:
        self._response = response

    def send(self, request: HttpRequest) -> HttpResponse:
        return self._response


class SlowBody:
    """A body that arrives in small pieces."""

    def __init__(self, content: bytes) -> None:
        self._pieces = iter([content[i : i + 7] for i in range(0, len(content), 7)])

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._pieces = iter(())


def answer(node: Mapping[str, Any]) -> HttpResponse:
    """The response that a case describes."""
    body: BodyReader = SlowBody(str(node.get("body", "")).encode())
    return HttpResponse(node["code"], node.get("headers", {}), body)


class Package:
    """The generated package of one test service."""

    def __init__(self, path: Path, folder: Path, left_out: Container[str]) -> None:
        loaded = without(load([path]), left_out)
        config = replace(loaded.config, package=f"protocol_{snake_case(path.stem)}")
        loaded = replace(loaded, config=config)
        write(generate_package(loaded), folder)
        self._service = customized(resolve(loaded))
        self._client = f"{config.client}Client"
        self._module = importlib.import_module(config.package)
        self.context = Context(self._service, config)
        self.values = Values(self.context)

    def error_class(self, shape_id: str) -> type[ServiceError]:
        """The class of a modelled error."""
        made: type[ServiceError] = getattr(self._module.errors, self.context.class_name(shape_id))
        return made

    def operation(self, shape_id: str) -> Operation:
        """The operation with this id, or the first one that may answer with the error."""
        return next(
            operation
            for operation in self._service.operations
            if shape_id == operation.id or shape_id in operation.errors
        )

    def request(self, operation: Operation, node: Mapping[str, Any]) -> HttpRequest:
        """What a client of the case's `host` sends for its `params`."""
        arguments = self.values.arguments(operation.input, node.get("params") or {})
        return self._captured(operation, arguments, node.get("host", "example.com"))

    def stream(self, operation: Operation, node: Mapping[str, Any]) -> HttpRequest:
        """What a client sends for the initial request and the events of a case."""
        events = [event["params"] for event in node.get("events", ()) if event["type"] == "request"]
        arguments = {
            **self.values.sample(operation.input),
            **self.values.arguments(operation.input, node.get("initialRequestParams", {})),
            **self.values.sent_events(operation.input, events),
        }
        return self._captured(operation, arguments, "example.com")

    def _captured(
        self, operation: Operation, arguments: Mapping[str, Any], host: str
    ) -> HttpRequest:
        try:
            self._call(operation, arguments, CapturingTransport(), host)
        except Captured as captured:
            return captured.request
        raise AssertionError("nothing was sent")

    def output(self, operation: Operation, response: HttpResponse, face: str = "sync") -> Any:
        """What a client makes of a response, with parameters that do not matter."""
        arguments = self.values.sample(operation.input)
        transport = AnsweringTransport(response)
        if face == "sync":
            return self._call(operation, arguments, transport, "example.com")
        awaited: Callable[..., Any] = getattr(self._module, f"Async{self._client}")

        def made(**options: Any) -> Driven:
            return Driven(awaited(**options))

        return self._call(operation, arguments, Awaited(transport), "example.com", made)

    def _call(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        transport: Transport | AsyncTransport,
        host: str,
        made: Callable[..., Any] | None = None,
    ) -> Any:
        make = made or getattr(self._module, self._client)
        client = make(
            region="us-east-1",
            access_key_id="AKIDEXAMPLE",
            secret_access_key="secret",
            endpoint=f"https://{host}",
            retry_limit=0,
            transport=transport,
            clock=lambda: NOW,
            environ={},
        )
        method, _ = self.context.operation_names(operation)
        return getattr(client, method)(**arguments)


def without(loaded: LoadedModel, left_out: Container[str]) -> LoadedModel:
    """A model without some of its operations."""
    names = [shape.name for shape in loaded.shapes.values() if shape.type == "operation"]
    kept = tuple(name for name in names if name not in left_out)
    return replace(loaded, config=replace(loaded.config, operations=kept))
