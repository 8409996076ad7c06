"""Values of operations."""

from __future__ import annotations

from drawplate.checksums import Checksums
from drawplate.http import HttpResponse
from drawplate.operation import Operation

from tests.runtime.flows import operation


def as_number(response: HttpResponse) -> int:
    return response.status


def facts(operation: Operation[str, object]) -> dict[str, object]:
    return {name: getattr(operation, name) for name in Operation.__slots__}


def test_an_operation_with_another_parser_is_the_same_but_for_it() -> None:
    checksums = Checksums("CRC32")
    given = Operation(
        name="NameThing",
        method_name="name_thing",
        check=operation().check,
        serialize=operation().serialize,
        parse=operation().parse,
        errors=operation().errors,
        streaming=True,
        auth=None,
        checksums=checksums,
        event_stream="events",
    )
    before = facts(given)
    other: Operation[str, int] = given.with_parser(as_number)
    assert facts(given) == before
    assert facts(other) == {**before, "parse": as_number}
    assert repr(other) == "<Operation NameThing>"
