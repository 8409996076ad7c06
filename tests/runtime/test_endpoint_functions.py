"""The functions that compiled endpoint rules call."""

from __future__ import annotations

import string
from urllib.parse import quote, unquote

import pytest
from drawplate.endpoints import (
    Arn,
    Endpoint,
    Partition,
    Url,
    aws_is_virtual_hostable_s3_bucket,
    aws_parse_arn,
    aws_partition,
    coalesce,
    is_valid_host_label,
    item,
    parse_url,
    substring,
    uri_encode,
)
from drawplate.errors import EndpointResolutionError
from hypothesis import given
from hypothesis import strategies as st


def partition(name: str, regex: str, *regions: str) -> Partition:
    return Partition(
        name,
        dns_suffix=f"{name}.com",
        dual_stack_dns_suffix="api",
        supports_fips=True,
        supports_dual_stack=True,
        implicit_global_region="x",
        region_regex=regex,
        regions=regions,
    )


AWS = partition("aws", r"^us\-\w+\-\d+$", "us-east-1", "aws-global")
GOV = partition("aws-us-gov", r"^us\-gov\-\d+$", "us-gov-1")
TABLE = (AWS, GOV)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", AWS),
        ("aws-global", AWS),
        ("us-gov-1", GOV),  # the pattern of "aws" matches too, but the name is exact
        ("us-gov-2", AWS),  # the first pattern wins
        ("us-new-7", AWS),
        ("mars-1", AWS),
        ("us-east-1\n", AWS),
    ],
)
def test_aws_partition(region: str, expected: Partition) -> None:
    assert aws_partition(region, TABLE) is expected


def test_aws_partition_matches_the_whole_name_in_ascii() -> None:
    other = partition("other", r"cn\-\w+")
    assert aws_partition("cn-north", (other, AWS)) is other
    assert aws_partition("cn-north-", (other, AWS)) is AWS
    assert aws_partition("cn-\u00e9", (other, AWS)) is AWS


def test_aws_partition_without_aws_to_fall_back_to() -> None:
    with pytest.raises(EndpointResolutionError, match=r"^region 'mars-1' is in no partition"):
        aws_partition("mars-1", (GOV,))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.com", Url("https", "example.com", "", is_ip=False)),
        ("HTTP://example.com:80/", Url("http", "example.com:80", "/", is_ip=False)),
        ("https://example.com/a/b", Url("https", "example.com", "/a/b", is_ip=False)),
        ("https://user@example.com:1", Url("https", "user@example.com:1", "", is_ip=False)),
        ("https://127.0.0.1:8443/x", Url("https", "127.0.0.1:8443", "/x", is_ip=True)),
        ("https://999.0.0.1", Url("https", "999.0.0.1", "", is_ip=False)),
        ("https://[fe80::1]:8443", Url("https", "[fe80::1]:8443", "", is_ip=True)),
        ("https://[::1]", Url("https", "[::1]", "", is_ip=True)),
        ("example.com", None),
        ("ftp://example.com", None),
        ("://example.com", None),
        ("https://", None),
        ("https:///path", None),
        ("https://:443", None),
        ("https://a.com?x=1", None),
        ("https://a.com/?", None),
        ("https://a.com#top", None),
        ("https://a.com:port", None),
        ("https://a.com:65536", None),
        ("https://[::1", None),
        ("https://[]", None),
        ("https://[::1]x", None),
        ("https://a.com/b c", None),
        ("https://a.com/\r\nHost: b", None),
        ("https://a.com\\@b.com", None),
        ("", None),
    ],
)
def test_parse_url(value: str, expected: Url | None) -> None:
    assert parse_url(value) == expected


@pytest.mark.parametrize(
    ("path", "expected"), [("", "/"), ("/", "/"), ("/a", "/a/"), ("/a/b/", "/a/b/")]
)
def test_normalized_path(path: str, expected: str) -> None:
    assert Url("https", "a.com", path, is_ip=False).normalized_path == expected


@pytest.mark.parametrize(
    ("value", "alone", "with_subdomains"),
    [
        ("abc", True, True),
        ("a-1", True, True),
        ("1", True, True),
        ("a" * 63, True, True),
        ("a" * 64, False, False),
        ("", False, False),
        ("-a", False, False),
        ("a-", False, False),
        ("a_b", False, False),
        ("a.b", False, True),
        ("a..b", False, False),
        (".a", False, False),
        ("a.", False, False),
        ("\u00e9", False, False),
        ("\u0661", False, False),
        ("a\n", False, False),
    ],
)
def test_is_valid_host_label(value: str, alone: bool, with_subdomains: bool) -> None:
    assert (is_valid_host_label(value, False), is_valid_host_label(value, True)) == (
        alone,
        with_subdomains,
    )


@pytest.mark.parametrize(
    ("value", "alone", "with_subdomains"),
    [
        ("bucket-1", True, True),
        ("my.bucket", False, True),
        ("Bucket", False, False),
        ("ab", False, False),
        ("a" * 63, True, True),
        ("a" * 64, False, False),
        (("a" * 31 + ".") * 2 + "a", False, False),
        ("192.168.5.4", False, False),
        ("999.168.5.4", False, False),
        ("1.2.3", False, True),
        ("a.-b", False, False),
        ("a_b", False, False),
    ],
)
def test_aws_is_virtual_hostable_s3_bucket(value: str, alone: bool, with_subdomains: bool) -> None:
    assert (
        aws_is_virtual_hostable_s3_bucket(value, False),
        aws_is_virtual_hostable_s3_bucket(value, True),
    ) == (alone, with_subdomains)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:aws:s3:us-1:12:a:b/c", Arn("aws", "s3", "us-1", "12", ("a", "b", "c"))),
        ("arn:aws:s3:::b", Arn("aws", "s3", "", "", ("b",))),
        ("arn:aws:s3:::b:", Arn("aws", "s3", "", "", ("b", ""))),
        ("arn:aws:s3:::", None),
        ("arn::s3:::b", None),
        ("arn:aws::::b", None),
        ("arn:aws:s3::b", None),
        ("ARN:aws:s3:::b", None),
        ("", None),
    ],
)
def test_aws_parse_arn(value: str, expected: Arn | None) -> None:
    assert aws_parse_arn(value) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("abcdef", 1, 3, False), "bc"),
        (("abcdef", 0, 2, True), "ef"),
        (("abcdef", 1, 3, True), "de"),
        (("abc", 0, 3, False), "abc"),
        (("abc", 0, 4, False), None),
        (("abc", 2, 2, False), None),
        (("abc\u00e9", 0, 2, False), None),
    ],
)
def test_substring(arguments: tuple[str, int, int, bool], expected: str | None) -> None:
    assert substring(*arguments) == expected


@given(st.text(string.ascii_letters, min_size=1), st.integers(0, 9), st.integers(1, 9))
def test_substring_from_the_end_is_that_of_the_mirror_image(
    value: str, start: int, size: int
) -> None:
    forward = substring(value[::-1], start, start + size, False)
    backward = substring(value, start, start + size, True)
    assert backward == (None if forward is None else forward[::-1])


@given(st.text())
def test_uri_encode_is_percent_encoding(value: str) -> None:
    encoded = uri_encode(value)
    assert encoded == quote(value, safe="")
    assert unquote(encoded) == value


@given(st.lists(st.text(max_size=2), max_size=4), st.integers(-6, 6))
def test_item_is_indexing_without_an_error(values: list[str], index: int) -> None:
    try:
        expected = values[index]
    except IndexError:
        expected = None
    assert item(values, index) == expected


def test_coalesce() -> None:
    assert [
        coalesce(None, "b"),
        coalesce("", "b"),
        coalesce(None, None),
        coalesce(False, True),
    ] == [
        "b",
        "",
        None,
        False,
    ]


def test_endpoint_is_a_value() -> None:
    endpoint = Endpoint("https://a.com", {"x": ["1"]}, {"authSchemes": []})
    assert endpoint == Endpoint("https://a.com", {"x": ["1"]}, {"authSchemes": []})
    assert endpoint != Endpoint("https://a.com")
    assert Endpoint("https://a.com") != "https://a.com"
    assert (
        repr(endpoint)
        == "Endpoint('https://a.com', headers={'x': ['1']}, properties={'authSchemes': []})"
    )
    assert (Endpoint("u").headers, Endpoint("u").properties) == ({}, {})


def test_values_have_a_readable_repr() -> None:
    assert [repr(AWS), repr(parse_url("https://a.com/b")), repr(aws_parse_arn("arn:a:b:::c"))] == [
        "<Partition aws: 2 regions, aws.com>",
        "Url('https', 'a.com', '/b', is_ip=False)",
        "Arn('a', 'b', '', '', ('c',))",
    ]
