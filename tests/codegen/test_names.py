"""Names: words of Smithy identifiers, and what makes a name free to use in Python."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import names

IDENTIFIERS = st.from_regex(r"_{0,2}[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("EndpointName", "endpoint_name"),
        ("RequestTTLSeconds", "request_ttl_seconds"),
        ("S3OutputPathExtension", "s3_output_path_extension"),
        ("LogStreamArn", "log_stream_arn"),
        ("KMSKeyIDs", "kms_key_ids"),
        ("ARNs", "arns"),
        ("ARNsOfAll", "arns_of_all"),
        ("IPv4Address", "ipv4_address"),
        ("EC2InstanceID", "ec2_instance_id"),
        ("Sha256Hash", "sha256_hash"),
        ("already_snake_case", "already_snake_case"),
        ("__init__", "init"),
        ("x", "x"),
        ("__", "_"),
    ],
)
def test_snake_case(name: str, made: str) -> None:
    assert names.snake_case(name) == made


@given(IDENTIFIERS)
def test_snake_case_is_an_identifier_and_stays_what_it_is(name: str) -> None:
    made = names.snake_case(name)
    assert made.isidentifier()
    assert made == made.lower()
    assert names.snake_case(made) == made


@given(IDENTIFIERS, st.sets(IDENTIFIERS))
def test_a_member_name_can_stand_everywhere(name: str, taken: set[str]) -> None:
    made = names.member_name(name, taken)
    assert made.isidentifier()
    assert not keyword.iskeyword(made)
    assert made not in {"self", "builtins"}
    assert not made.startswith("__")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("class", "class_"),
        ("Import", "import_"),
        ("None", "none"),
        ("self", "self_"),
        ("builtins", "builtins_"),
        ("match", "match"),
        ("type", "type"),
        ("bytes", "bytes"),
        ("metadata", "metadata_"),
        ("__class__", "class_"),
    ],
)
def test_a_member_that_is_taken_gets_an_underscore(name: str, made: str) -> None:
    assert names.member_name(name, names.OUTPUT_NAMES) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Thing", "Thing"),
        ("thing", "Thing"),
        ("exception", "Exception_"),
        ("None", "None_"),
        ("Any", "Any_"),
        ("Structure", "Structure_"),
        ("_Hidden", "Hidden"),
        ("List", "List"),
    ],
)
def test_a_class_that_is_taken_gets_an_underscore(name: str, made: str) -> None:
    assert names.class_name(name, names.TYPES_NAMES) == made


@given(IDENTIFIERS)
def test_a_class_name_can_stand_everywhere(name: str) -> None:
    made = names.class_name(name, names.TYPES_NAMES)
    assert made.isidentifier()
    assert not keyword.iskeyword(made)
    assert made not in names.TYPES_NAMES
    assert not made.startswith("_")


@pytest.mark.parametrize(
    ("name", "made"),
    [("ml.t2.large", "ML_T2_LARGE"), ("already_UPPER", "ALREADY_UPPER"), ("a-b", "A_B")],
)
def test_an_enum_constant_is_upper_case(name: str, made: str) -> None:
    assert names.enum_constant(name) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [("SageMaker Runtime", "SageMakerRuntime"), ("sso-oidc", "SsoOidc"), ("S3", "S3")],
)
def test_pascal_case(name: str, made: str) -> None:
    assert names.pascal_case(name) == made


@pytest.mark.parametrize(
    ("type_", "attributes", "made"),
    [
        ("bytes | None", {"bytes"}, "builtins.bytes | None"),
        ("bytes | None", {"body"}, "bytes | None"),
        ("list[dict[str, int]]", {"str", "list"}, "builtins.list[dict[builtins.str, int]]"),
        ("datetime", {"datetime"}, "_dt.datetime"),
        ("types.Part | Part", {"types", "part"}, "_types.Part | Part"),
        ("types.str", {"str"}, "types.str"),
        ("Mapping[str, Any]", {"mapping", "any"}, "Mapping[str, Any]"),
    ],
)
def test_a_type_avoids_the_attributes_of_its_class(
    type_: str, attributes: set[str], made: str
) -> None:
    assert names.unshadowed(type_, attributes) == made
