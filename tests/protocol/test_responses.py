"""Responses of the protocol compliance tests: what clients make of the answer of each case."""

from __future__ import annotations

import pytest

from tests.protocol.cases import Case, cases
from tests.protocol.conftest import Packages
from tests.protocol.package import answer

#: Whose fault an error is, as cases name it and as errors do.
FAULTS = {"Sender": "client", "Receiver": "server"}


@pytest.mark.parametrize("case", cases("httpResponseTests"), ids=str)
def test_response(case: Case, packages: Packages, face: str) -> None:
    package = packages(case.service)
    operation = package.operation(case.shape)
    output = package.output(operation, answer(case.node), face)
    assert output.metadata.status == case.node["code"]
    assert package.values.found(operation.output, output) == package.values.expected(
        operation.output, case.node.get("params", {})
    )


@pytest.mark.parametrize("case", cases("httpResponseTests", on="structure"), ids=str)
def test_error(case: Case, packages: Packages, face: str) -> None:
    package = packages(case.service)
    made = package.error_class(case.shape)
    with pytest.raises(made) as caught:
        package.output(package.operation(case.shape), answer(case.node), face)
    error = caught.value
    assert type(error) is made
    told = case.node.get("vendorParams", {})
    code = told.get("code", case.shape.partition("#")[2])
    assert (error.code, error.status) == (code, case.node["code"])
    if "type" in told:
        assert error.fault == FAULTS[told["type"]]
    assert package.values.error(case.shape, error) == package.values.expected(
        case.shape, case.node.get("params", {})
    )
