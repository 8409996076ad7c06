"""botocore and generated clients of query services agree on requests, answers and errors."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import pytest
from drawplate.errors import ServiceError
from drawplate.http import HttpRequest, HttpResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.model import Member, Operation, Shape
from codegen.plan.context import Context, is_required
from tests.generated.fresh.conftest import Build
from tests.generated.fresh.query_clients import QueryPackage
from tests.generated.oracles import Boto, botocore_exceptions
from tests.generated.test_oracles import comparable
from tests.runtime.clients import Recorder

#: Services with structures, lists and maps; together they have every type that requests have.
SERVICES = ("sts", "sns", "ses", "autoscaling")
#: Operations with a member that botocore encodes for the caller, whatever the model says.
ENCODED = {"CreateLaunchConfiguration"}

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "enum": TEXT,
    "boolean": st.booleans(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    # Whole ones are "1" here and "1.0" there.
    "double": st.integers(-1000, 1000).map(lambda number: number / 8 + 1 / 16),
    "timestamp": MOMENTS,
    "blob": st.binary(max_size=20),
}


@cache
def boto(service: str) -> Boto:
    return Boto(service)  # made once, for it takes its time


def is_given(member: Member) -> bool:
    """Whether a member is always there; tokens are, for each client would make up its own."""
    return is_required(member) or member.has("smithy.api#idempotencyToken")


def values(context: Context, shape: Shape, depth: int = 4) -> st.SearchStrategy[Any]:
    """Values of a shape as botocore takes them; what is left out nests no deeper than `depth`."""
    if shape.type == "structure":
        members = {m.name: m for m in shape.members if depth or is_given(m)}
        made = {n: values(context, context.target(m), depth - 1) for n, m in members.items()}
        return st.fixed_dictionaries(
            {name: value for name, value in made.items() if is_given(members[name])},
            optional={name: v for name, v in made.items() if not is_given(members[name])},
        )
    if shape.type == "list":
        return st.lists(values(context, context.target(shape.members[0]), depth), max_size=3)
    if shape.type == "map":
        value = values(context, context.target(shape.members[1]), depth)
        return st.dictionaries(TEXT, value, max_size=3)
    return SCALARS[shape.type]


def answer(operation: Operation) -> HttpResponse:
    """One without anything in it."""
    result = f"<{operation.name}Result/>"
    body = f"<{operation.name}Response>{result}</{operation.name}Response>"
    return HttpResponse(200, {}, body.encode())


def sent(package: QueryPackage, operation: Operation, members: Any) -> HttpRequest:
    """The request of the generated client."""
    transport = Recorder(answer(operation))
    package.call(operation, members, transport=transport)
    return transport.request


def form(request: HttpRequest) -> list[tuple[str, str]]:
    assert isinstance(request.body, bytes)
    # botocore writes a space as `+`, Smithy as `%20`, and keeps the order of the caller.
    return sorted(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))


@pytest.mark.parametrize("service", SERVICES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_requests(service: str, data: st.DataObject, build: Build) -> None:
    package = build(service)
    compared = [operation for operation in package.operations if operation.name not in ENCODED]
    operation = data.draw(st.sampled_from(compared))
    members = data.draw(values(package.context, package.context.shape(operation.input)))
    method, _ = package.context.operation_names(operation)
    ours = sent(package, operation, members)
    theirs = boto(service).request(method, members, answer(operation))
    assert (ours.method, ours.url, form(ours)) == (theirs.method, theirs.url, form(theirs))
    fields = comparable(theirs)
    assert isinstance(theirs.body, bytes)
    assert fields.pop("content-length") == str(len(theirs.body))
    # The form is ASCII, whatever charset there is beside it.
    fields["content-type"] = fields["content-type"].removesuffix("; charset=utf-8")
    assert comparable(ours) == fields
    assert ("authorization" in ours.headers) == ("Authorization" in theirs.headers)


ASSUMED = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
      <SessionToken>AQoXdzE&amp;J</SessionToken>
      <Expiration>2026-01-15T13:34:56Z</Expiration>
    </Credentials>
    <AssumedRoleUser>
      <AssumedRoleId>ARO123EXAMPLE123:me</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/demo/me</Arn>
    </AssumedRoleUser>
    <PackedPolicySize>6</PackedPolicySize>
    <Newer><Thing/></Newer>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</AssumeRoleResponse>"""
ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "me"}


def operation_of(package: QueryPackage, name: str) -> Operation:
    return next(operation for operation in package.operations if operation.name == name)


def test_an_answer_of_sts(build: Build) -> None:
    package = build("sts")
    operation = operation_of(package, "AssumeRole")
    response = HttpResponse(200, {"content-type": "text/xml"}, ASSUMED)
    output = package.call(operation, ROLE, transport=Recorder(response))
    expected = boto("sts").parse("assume_role", response, ROLE)
    assert package.values.found(operation.output, output) == expected
    assert output.metadata.request_id == "c6104cbe-af31-11e0-8154-cbc7ccf896c7"
    assert "wJalr" not in repr(output)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("IDPCommunicationError", "IDPCommunicationErrorException"),
        ("RegionDisabledException", "RegionDisabledException"),
        ("AccessDenied", "AccessDenied"),
    ],
)
def test_an_error_of_sts(build: Build, code: str, made: str) -> None:
    package = build("sts")
    body = (
        f"<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>{code}</Code>"
        "<Message>no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )
    response = HttpResponse(403, {}, body.encode())
    with pytest.raises(ServiceError) as ours:
        package.call(operation_of(package, "AssumeRole"), ROLE, transport=Recorder(response))
    with pytest.raises(botocore_exceptions.ClientError) as theirs:
        boto("sts").parse("assume_role", response, ROLE)
    error = ours.value
    told = theirs.value.response
    assert type(error) is package.module.errors.error_class(made)
    assert (error.code, error.message) == (told["Error"]["Code"], told["Error"]["Message"])
    assert error.request_id == told["ResponseMetadata"]["RequestId"]
    assert (error.fault, error.status) == ("client", 403)
