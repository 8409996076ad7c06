"""Stubs of the protocol compliance tests: what is written from a case's values reads as them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from drawplate.operation import Operation
from drawplate.stub_shapes import Answer

from codegen.model import Operation as Model
from codegen.traits import REST_JSON
from tests.protocol.cases import Case, cases, protocol, services
from tests.protocol.conftest import Packages
from tests.protocol.package import Package, answer
from tests.protocol.test_event_streams import CASES, events, receives


def parts(package: Package, model: Model) -> tuple[Operation[Any, Any], Answer]:
    """An operation as the client has it, and what its answers are made of."""
    name = package.context.config.package
    method, constant = package.context.operation_names(model)
    operation: Operation[Any, Any] = getattr(import_module(f"{name}._operations"), constant)
    made: Answer = import_module(f"{name}._stubs").ANSWERS[method]
    return operation, made


#: Data stubs are written for this protocol alone.
RESPONSES = [
    case for case in cases("httpResponseTests") if protocol(services()[case.service]) == REST_JSON
]


@pytest.mark.parametrize("case", RESPONSES, ids=str)
def test_values_of_a_response_are_read_back(case: Case, packages: Packages) -> None:
    package = packages(case.service)
    model = package.operation(case.shape)
    operation, made = parts(package, model)
    values = package.values
    params = case.node.get("params", {})
    expected = values.expected(model.output, params)
    received = package.output(model, answer(case.node))
    for data in (values.arguments(model.output, params), received):
        response = made.response(made.check(data, partial=True))
        assert values.found(model.output, operation.parse(response)) == expected


@pytest.mark.parametrize("case", [case for case in CASES if receives(case)], ids=str)
def test_events_are_read_back(case: Case, packages: Packages) -> None:
    package = packages(case.service)
    model = package.operation(case.shape)
    operation, made = parts(package, model)
    values = package.values
    sent = [event["params"] for event in events(case, "response")]
    data = {
        **values.arguments(model.output, case.node.get("initialResponseParams", {})),
        **values.sent_events(model.output, sent),
    }
    output = operation.parse(made.response(made.check(data, partial=True)))
    received = values.stream(model.output, output).collect()
    assert values.events(model.output, received) == values.expected_events(model.output, sent)
