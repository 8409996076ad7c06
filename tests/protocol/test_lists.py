"""What is left out of the protocol compliance tests, and that nothing else is."""

from __future__ import annotations

import pytest

from codegen.faults import GenerationError
from codegen.load import load
from codegen.plan import plan_package
from codegen.resolve import resolve
from codegen.traits import SPOKEN
from tests.protocol.cases import NOT_YET, SKIPPED, protocol, services
from tests.protocol.package import without


def test_the_services_of_each_protocol_are_there() -> None:
    names = {"restJson1", "restJson1-apigateway", "restJson1-glacier", "awsQuery", "restXml"}
    assert names <= services().keys()
    assert {protocol(path) for path in services().values()} == {*SPOKEN}


def test_one_case_is_skipped() -> None:
    assert {service: [*listed] for service, listed in SKIPPED.items()} == {
        "restXml-s3": ["S3VirtualHostDualstackAccelerateAddressing"]
    }


def test_operations_that_wait_are_refused() -> None:
    for service, listed in NOT_YET.items():
        loaded = load([services()[service]])
        names = {shape.name for shape in loaded.shapes.values() if shape.type == "operation"}
        for operation in listed:
            alone = without(loaded, names - {operation})
            with pytest.raises(GenerationError):
                plan_package(resolve(alone), alone.config, alone.partitions)
