"""Requests of the protocol compliance tests: what clients send for the parameters of each case."""

from __future__ import annotations

import pytest

from tests.protocol.cases import Case, cases
from tests.protocol.conftest import Packages
from tests.protocol.wire import Wire, expectation, observation


@pytest.mark.parametrize("case", cases("httpRequestTests"), ids=str)
def test_request(case: Case, packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    package = packages(case.service)
    # An id that is made of zeros is the idempotency token of the suite.
    monkeypatch.setattr("os.urandom", bytes)
    request = package.request(package.operation(case.shape), case.node)
    assert observation(case.node, Wire(request)) == expectation(case.node)
