"""The shared files: where they are looked for, how they are parsed, what is merged."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from drawplate.errors import ConfigParseError
from drawplate.profiles import (
    ConfigFile,
    SharedFiles,
    file_locations,
    load_shared_files,
    parse_config,
    parse_credentials,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support import read_json, suite_path

FOLDER = suite_path("behaviour-tests", "profile-files")
PARSER_CASES = read_json(FOLDER / "profile-parser-tests.json")["tests"]
LOCATION_CASES = read_json(FOLDER / "file-location-tests.json")["tests"]
NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
# Without "#" and ";", which begin a comment behind a blank.
VALUES = st.from_regex(r"[!-\"$-:<-~]([ -\"$-:<-~]{0,20}[!-\"$-:<-~])?", fullmatch=True)


def case_id(case: dict[str, Any]) -> str:
    return f"behaviour-profile-files-{case['name']}"


@pytest.mark.parametrize("case", PARSER_CASES, ids=case_id)
def test_the_behaviour_suite_of_the_parser(case: dict[str, Any]) -> None:
    def parse() -> SharedFiles:
        return SharedFiles(
            parse_config(case["input"].get("configFile", ""), "config"),
            parse_credentials(case["input"].get("credentialsFile", ""), "credentials"),
        )

    if "errorContaining" in case["output"]:
        with pytest.raises(ConfigParseError, match=r"^(config|credentials), line [1-9]\d*: "):
            parse()
    else:
        expected = case["output"]["config"]
        files = parse()
        assert {kind: getattr(files, kind) for kind in expected} == expected


@pytest.mark.parametrize("case", LOCATION_CASES, ids=case_id)
def test_the_behaviour_suite_of_file_locations(case: dict[str, Any]) -> None:
    found = file_locations(case["environment"], windows=case["platform"] == "windows")
    assert found == (case["configLocation"], case["credentialsLocation"])


@pytest.mark.parametrize(
    ("environ", "windows", "expected"),
    [
        ({}, False, (None, None)),
        ({"USERPROFILE": "/other"}, False, (None, None)),
        (
            {"HOME": "/h/", "AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "~x/s"},
            False,
            ("/h/c", "~x/s"),
        ),
        (
            {"HOME": "/h", "AWS_CONFIG_FILE": " ", "AWS_SHARED_CREDENTIALS_FILE": "~"},
            False,
            ("/h/.aws/config", "/h"),
        ),
        (
            {"HOMEDRIVE": "D:", "HOMEPATH": "\\me", "AWS_CONFIG_FILE": "~\\c"},
            True,
            ("D:\\me\\c", "D:\\me\\.aws\\credentials"),
        ),
        ({"HOME": "/"}, False, ("/.aws/config", "/.aws/credentials")),
    ],
)
def test_file_locations(
    environ: dict[str, str], windows: bool, expected: tuple[str | None, str | None]
) -> None:
    assert file_locations(environ, windows=windows) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\nregion = x", "f, line 3: a section such as [default] must come before this line"),
        ("[default", "f, line 1: a section header must end with ']'"),
        ("[default] region = x", "f, line 1: a section header must end with ']'"),
        ("[default]\r\nregion\r\n", "f, line 2: a setting must be written as key = value"),
        ("[default]\nregion # = x", "f, line 2: a setting must be written as key = value"),
        (
            "[default]\n = x",
            "f, line 2: the line is indented but continues no setting; unindent it",
        ),
        ("[default]\n=x", "f, line 2: there is no key before '='"),
        ("[default]\ns3 =\n a = b\n c", "f, line 4: a setting must be written as key = value"),
        ("[default]\ns3 =\n = b", "f, line 3: there is no key before '='"),
    ],
)
def test_a_malformed_file_is_refused_with_path_and_line(text: str, message: str) -> None:
    for parse in (parse_config, parse_credentials):
        with pytest.raises(ConfigParseError) as caught:
            parse(text, "f")
        assert str(caught.value) == message


def test_config_sections_of_every_kind() -> None:
    found = parse_config(
        "\ufeff[profile  dev ] # mine\r\n"
        "Region = eu-west-1 ; here\r\n"
        "services\t=\tlocal\r\n"
        "  # an indented comment is no continuation\r\n"
        "key = a\r\n"
        "  b ; not a comment here\r\n"
        "[profile 'with blank']\nregion = x\n"
        "[other]\nregion = ignored\n"
        "[sso-session corp]\nsso_region = us-east-1\n"
        "[services local]\n"
        "sagemaker_runtime =\n"
        "  Endpoint_URL = http://127.0.0.1:8080 # fast\n"
        "\n"
        "  other = a=b\n"
        "s3 =\n"
        "  endpoint_url = http://127.0.0.1:9000\n"
        "plain = value\n",
        "f",
    )
    assert found.profiles == {
        "dev": {
            "region": "eu-west-1",
            "services": "local",
            "key": "a\nb ; not a comment here",
        },
        "with blank": {"region": "x"},
    }
    assert found.sso_sessions == {"corp": {"sso_region": "us-east-1"}}
    assert found.services == {
        "local": {
            "sagemaker_runtime": {"endpoint_url": "http://127.0.0.1:8080", "other": "a=b"},
            "s3": {"endpoint_url": "http://127.0.0.1:9000"},
        }
    }


def test_a_repeated_section_adds_to_the_first_and_the_last_value_wins() -> None:
    text = (
        "[profile a]\nx = 1\ny = 2\n[services s]\na =\n k = 1\n"
        "[profile a]\ny = 3\n[services s]\nb =\n k = 2"
    )
    found = parse_config(text, "f")
    assert found.profiles == {"a": {"x": "1", "y": "3"}}
    assert found.services == {"s": {"a": {"k": "1"}, "b": {"k": "2"}}}


def test_sections_of_the_credentials_file_are_bare_names() -> None:
    found = parse_credentials("[a]\nk = 1\n[profile b]\nk = 2\n[services c]\nk = 3\n", "f")
    assert found.profiles == {"a": {"k": "1"}}


def test_merging_prefers_the_credentials_file_and_keeps_both_apart() -> None:
    config = ConfigFile({"a": {"x": "config", "y": "config"}, "b": {"x": "config"}})
    credentials = ConfigFile({"a": {"x": "credentials"}, "c": {"z": "credentials"}})
    files = SharedFiles(config, credentials)
    assert files.profiles == {
        "a": {"x": "credentials", "y": "config"},
        "b": {"x": "config"},
        "c": {"z": "credentials"},
    }
    assert config.profiles["a"] == {"x": "config", "y": "config"}
    assert credentials.profiles["a"] == {"x": "credentials"}


def test_loading_reads_both_files_with_bom_and_crlf(tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_bytes(b"\xef\xbb\xbf[default]\r\nregion = eu-west-1\r\n")
    (folder / "credentials").write_bytes(b"[default]\r\nx = \xc3\xbc\r\n")
    files = load_shared_files({"HOME": str(tmp_path)})
    assert files.profiles == {"default": {"region": "eu-west-1", "x": "ü"}}
    assert (files.config_path, files.credentials_path) == (
        str(folder / "config"),
        str(folder / "credentials"),
    )


def test_files_that_are_missing_or_cannot_be_read_count_as_empty(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path)}
    assert load_shared_files(environ).profiles == {}
    assert load_shared_files({}).profiles == {}


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"[default]\nregion = \xff\n")
    with pytest.raises(ConfigParseError) as caught:
        load_shared_files({"AWS_CONFIG_FILE": str(path)})
    assert str(caught.value) == f"{path}, line 2: the file is not UTF-8 here; save it as UTF-8"


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES.map(str.lower), VALUES, max_size=4), max_size=4)
)
def test_what_is_written_is_read_back(profiles: dict[str, dict[str, str]]) -> None:
    for prefix, parse in (("profile ", parse_config), ("", parse_credentials)):
        lines = [
            line
            for name, section in profiles.items()
            for line in (f"[{prefix}{name}]", *(f"{key} = {v}" for key, v in section.items()))
        ]
        assert parse("\n".join(lines), "f").profiles == profiles


@given(st.text(alphabet=" \t\r\n[]=#;abprofile-"))
def test_any_text_is_parsed_or_refused_with_a_line_of_it(text: str) -> None:
    for parse in (parse_config, parse_credentials):
        try:
            found = parse(text, "f")
        except ConfigParseError as refused:
            number = re.match(r"f, line (\d+): ", str(refused))
            assert number is not None
            assert 1 <= int(number[1]) <= text.count("\n") + 1
        else:
            assert all(name in text for name in found.profiles)
