"""`package.toml` and the names that stand in for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.faults import GenerationError
from codegen.model import Service, Source, Traits
from codegen.package import PackageConfig, default_package_config, read_package_config

WHOLE = """\
distribution = "paper-clip"
package = "paper_clip"
client = "PaperClip"
operations = ["Bend", "Unbend"]
source = "botocore 1.2.3"
title = "Amazon Paper Clip"
version = "1.4.0"
service_name = "Clips"
layout = "module"
trims_model = true
"""


def read(tmp_path: Path, text: str) -> PackageConfig:
    path = tmp_path / "package.toml"
    path.write_text(text, encoding="utf-8")
    return read_package_config(path)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(GenerationError) as caught:
        read(tmp_path, text)
    return [f"{fault.pointer}: {fault.message}; {fault.advice}" for fault in caught.value.faults]


def test_all_keys(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == PackageConfig(
        distribution="paper-clip",
        package="paper_clip",
        client="PaperClip",
        operations=("Bend", "Unbend"),
        source="botocore 1.2.3",
        title="Amazon Paper Clip",
        version="1.4.0",
        service_name="Clips",
        trims_model=True,
        layout="module",
    )


def test_optional_keys(tmp_path: Path) -> None:
    text = "".join(WHOLE.splitlines(keepends=True)[:3] + WHOLE.splitlines(keepends=True)[4:6])
    assert read(tmp_path, text) == PackageConfig(
        distribution="paper-clip",
        package="paper_clip",
        client="PaperClip",
        operations=None,
        source="botocore 1.2.3",
        title="Amazon Paper Clip",
        service_name=None,
    )


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = """\
distribution = "Paper Clip"
package = "class"
client = 7
operations = ["Bend", "Bend"]
source = "two\\nlines"
colour = "red"
"""
    assert faults(tmp_path, text) == [
        '/client: 7 is no name for it; write it like "SageMakerRuntime"',
        "/colour: is not known; remove it or correct its name",
        "/distribution: 'Paper Clip' is no name for it; write it like \"sagemaker-runtime\"",
        "/operations: must be a list of operation names, none twice; "
        "leave it out to keep all operations",
        "/package: 'class' is no name for it; write it like \"sagemaker_runtime\"",
        "/source: must be one line of text; write it in quotes",
        "/title: must be one line of text; write it in quotes",
    ]


@pytest.mark.parametrize("value", ["[]", '"Bend"', "[1]", '["be-nd"]'])
def test_operations(tmp_path: Path, value: str) -> None:
    text = WHOLE.replace('["Bend", "Unbend"]', value)
    assert faults(tmp_path, text) == [
        "/operations: must be a list of operation names, none twice; "
        "leave it out to keep all operations"
    ]


def test_layout(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE.replace('"module"', '"distribution"')).layout == "distribution"
    assert faults(tmp_path, WHOLE.replace('"module"', '"modules"')) == [
        '/layout: \'modules\' is no layout; write "distribution" or "module"'
    ]


def test_text_that_is_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "package.toml"
    path.write_text("package = ", encoding="utf-8")
    with pytest.raises(GenerationError, match=re.escape(f"{path}: is not TOML: Invalid value")):
        read_package_config(path)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="cannot be read: No such file"):
        read_package_config(tmp_path / "package.toml")


@pytest.mark.parametrize(
    ("sdk_id", "distribution", "package", "client"),
    [
        ("SageMaker Runtime", "sagemaker-runtime", "sagemaker_runtime", "SageMakerRuntime"),
        ("SSO OIDC", "sso-oidc", "sso_oidc", "SSOOIDC"),
        ("Lambda", "lambda", "lambda_", "Lambda"),
        ("mgn", "mgn", "mgn", "Mgn"),
        ("Pipes", "pipes", "pipes_", "Pipes"),
        ("Compression", "compression", "compression_", "Compression"),
        ("1Click", "1click", "_1click", "Service1Click"),
    ],
)
def test_defaults_from_the_sdk_id(
    sdk_id: str, distribution: str, package: str, client: str
) -> None:
    traits: Traits = {"aws.api#service": {"sdkId": sdk_id}, "smithy.api#title": "A title"}
    assert default_package_config(a_service(traits)) == PackageConfig(
        distribution=distribution,
        package=package,
        client=client,
        operations=None,
        source="org.example#Paper_clips 2024",
        title="A title",
    )


def test_defaults_from_the_name_of_the_shape() -> None:
    assert default_package_config(a_service({})) == PackageConfig(
        distribution="paper-clips",
        package="paper_clips",
        client="PaperClips",
        operations=None,
        source="org.example#Paper_clips 2024",
        title="Paper_clips",
    )


def a_service(traits: Traits) -> Service:
    source = Source("model.json", "")
    name = "org.example#Paper_clips"
    return Service(name, "2024", traits, (), {}, (), {}, source)
