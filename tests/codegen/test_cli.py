"""The command line, from models on disk to packages on disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from codegen import __version__
from codegen.cli import main
from codegen.format import pinned_ruff
from codegen.loaded import LoadedModel
from codegen.model import Node, Service
from codegen.package import PackageConfig
from codegen.partitions import SHARED
from codegen.pipeline import run_stages
from tests.codegen.small_models import API, BASE, SERVICE, operation, structure, write_model
from tests.support import ROOT

type Plan = tuple[Service, PackageConfig, Mapping[str, Node]]


def plan(service: Service, config: PackageConfig, partitions: Mapping[str, Node]) -> Plan:
    return service, config, partitions


def render(plan: Plan) -> dict[str, str]:
    """A package that says what it was made from, one module an operation."""
    service, config, partitions = plan
    package = config.package
    files = {
        f"{package}/{operation.name.lower()}.py": f"input={operation.input!r}"
        for operation in service.operations
    }
    return {
        **files,
        f"{package}/__init__.py": f"partitions={sorted(partitions)!r}\nfiles = {service.files!r}",
        "README.md": f"# {config.distribution}\n",
    }


def generate(loaded: LoadedModel) -> dict[str, str]:
    return run_stages(loaded, plan, render)


def run(*arguments: str | Path) -> int:
    return main(["generate", *map(str, arguments)], generate=generate)


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without_time(text: str) -> str:
    """The summary up to the seconds."""
    return text.rpartition(" (")[0]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "m.json", BASE)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_generate_writes_a_package(
    model: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--model", model, "--out", out) == 0
    facts = {
        "generator": f"drawplate-codegen {__version__}",
        "ruff": pinned_ruff(),
        "service": "t#S",
        "model": [
            {"file": "m.json", "sha256": hashlib.sha256(model.read_bytes()).hexdigest()},
        ],
        "files": ["README.md", "s/__init__.py", "s/get.py"],
    }
    assert tree(out) == {
        "README.md": "# s\n",
        "_generation.json": json.dumps(facts, indent=2) + "\n",
        "s/__init__.py": 'partitions = []\nfiles = ("m.json",)\n',
        "s/get.py": 'input = "t#GetIn"\n',
    }
    said = capsys.readouterr()
    assert without_time(said.out) == f"s in {out}: 4 written, 0 unchanged, 0 deleted"
    assert said.err == ""


def test_generate_again_deletes_what_the_model_lost(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = {"operations": [{"target": "t#Get"}, {"target": "t#Put"}]}
    model = write_model(
        tmp_path / "m.json",
        {**BASE, "t#S": {**SERVICE, **two}, "t#Put": operation("PUT /y")},
    )
    assert run("--model", model, "--out", out) == 0
    write_model(model, BASE)
    assert run("--model", model, "--out", out) == 0
    assert sorted(tree(out)) == ["README.md", "_generation.json", "s/__init__.py", "s/get.py"]
    said = capsys.readouterr().out.splitlines()
    assert [without_time(line) for line in said] == [
        f"s in {out}: 5 written, 0 unchanged, 0 deleted",
        f"s in {out}: 1 written, 3 unchanged, 1 deleted",
    ]


def test_three_faults_are_printed_and_nothing_is_written(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_model(
        tmp_path / "m.json",
        {
            **BASE,
            "t#GetIn": structure(a="t#Nothing", b="t#Missing"),
            "t#Ghost": {"type": "apply", "traits": {f"{API}sensitive": {}}},
        },
    )
    assert run("--model", model, "--out", out) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"{model}#/shapes/t#GetIn/members/a: refers to t#Nothing, which is not defined"
        " (on t#GetIn$a); add that shape or correct the id",
        f"{model}#/shapes/t#GetIn/members/b: refers to t#Missing, which is not defined"
        " (on t#GetIn$b); add that shape or correct the id",
        f"{model}#/shapes/t#Ghost: traits are applied to a shape that is not there"
        " (on t#Ghost); correct the id",
        "3 faults; nothing was written",
    ]
    assert not out.exists()


def test_check_names_every_difference_and_writes_nothing(
    model: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--model", model, "--out", out, "--quiet") == 0
    assert run("--model", model, "--out", out, "--check") == 0
    assert without_time(capsys.readouterr().out) == f"s in {out}: 4 files, none differs"

    (out / "README.md").write_text("by hand\n")
    (out / "s" / "get.py").unlink()
    (out / "s" / "more.py").write_text("")
    before = tree(out)
    assert run("--model", model, "--out", out, "--check") == 1
    assert tree(out) == before
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"changed: {out / 'README.md'}",
        f"missing: {out / 's' / 'get.py'}",
        f"extra: {out / 's' / 'more.py'}",
        f"3 files of {out} differ; generate anew, and delete extra files outside the package",
    ]


def test_quiet_says_nothing(model: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--model", model, "--out", out, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_package_name_takes_the_place_of_the_default(model: Path, out: Path) -> None:
    assert run("--model", model, "--out", out, "--package", "my_client") == 0
    assert sorted(tree(out)) == [
        "README.md",
        "_generation.json",
        "my_client/__init__.py",
        "my_client/get.py",
    ]
    assert (out / "README.md").read_text() == "# my-client\n"


@pytest.mark.parametrize("name", ["class", "My", "a-b", "1a", ""])
def test_a_package_name_must_be_importable(
    model: Path, out: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--model", model, "--out", out, f"--package={name}") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"--package: {name!r} cannot be the name of a package; "
        "use lower-case letters, digits and _, as in sagemaker_runtime",
        "1 fault; nothing was written",
    ]
    assert not out.exists()


def test_service_and_partitions_are_handed_on(tmp_path: Path, out: Path) -> None:
    rules: dict[str, Any] = {"version": "1.0", "parameters": {}, "rules": []}
    traits = {**SERVICE["traits"], "smithy.rules#endpointRuleSet": rules}
    other = {**SERVICE, "traits": traits}
    first = write_model(tmp_path / "a.json", BASE)
    second = write_model(tmp_path / "b.json", {"t#Other": other})
    partitions = tmp_path / "parts.json"
    partitions.write_text('{"partitions": [], "version": "9"}')
    arguments = ("--model", first, "--model", second, "--out", out, "--partitions", partitions)
    assert run(*arguments, "--service", "Other") == 0
    assert (out / "other" / "__init__.py").read_text() == (
        'partitions = ["partitions", "version"]\nfiles = ("a.json", "b.json", "parts.json")\n'
    )


def test_the_partitions_of_the_runtime(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "partitions"
    arguments = ["partitions", "--out", str(out)]
    assert main(arguments) == 0
    assert without_time(capsys.readouterr().out) == (
        f"partitions in {out}: 2 written, 0 unchanged, 0 deleted"
    )
    facts = {
        "generator": f"drawplate-codegen {__version__}",
        "ruff": pinned_ruff(),
        "model": [
            {
                "file": "model/partitions.json",
                "sha256": hashlib.sha256(SHARED.read_bytes()).hexdigest(),
            },
        ],
        "files": ["__init__.py"],
    }
    made = tree(out)
    assert made.keys() == {"__init__.py", "_generation.json"}
    assert made["_generation.json"] == json.dumps(facts, indent=2) + "\n"
    assert main([*arguments, "--check", "--quiet"]) == 0

    (out / "__init__.py").write_text("PARTITIONS = ()\n")
    assert main([*arguments, "--check", "--quiet"]) == 1
    assert f"changed: {out / '__init__.py'}" in capsys.readouterr().err


def test_partitions_without_aws_are_a_fault(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "parts.json"
    table.write_text('{"partitions": []}')
    assert main(["partitions", "--partitions", str(table), "--out", str(out)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f'{table}#/partitions: there is no partition "aws"; add it',
        "1 fault; nothing was written",
    ]
    assert not out.exists()


def test_a_folder_of_someone_else_is_left_alone(
    model: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    assert run("--model", model, "--out", out) == 1
    assert tree(out) == {"thesis.txt": "years of work"}
    assert capsys.readouterr().err.splitlines() == [
        f"{out}: is not empty and has no _generation.json: its files may be yours; "
        "give an empty folder, or one that was generated",
        "1 fault; nothing was written",
    ]


def test_what_the_disk_refuses_is_one_line(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inside = model / "out"
    assert run("--model", model, "--out", inside) == 1
    assert capsys.readouterr().err == f"{inside}: Not a directory\n"


def in_process(*arguments: str, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )


def test_user_errors_have_no_traceback(tmp_path: Path) -> None:
    done = in_process("generate", "--model", "no.json", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "no.json: there is no such file; check the path",
        "1 fault; nothing was written",
    ]


def test_hash_seed_and_working_directory_change_nothing(tmp_path: Path) -> None:
    model = ROOT / "model" / "sagemaker-runtime"
    runs = [
        (ROOT, str(model.relative_to(ROOT)), str(tmp_path / "one"), "1"),
        (tmp_path, str(model), "two", "2"),
    ]
    for cwd, path, out, seed in runs:
        done = in_process("generate", "--model", path, "--out", out, cwd=cwd, seed=seed)
        assert (done.returncode, done.stderr) == (0, "")
    made = tree(tmp_path / "one")
    assert made == tree(tmp_path / "two")
    assert "sagemaker_runtime/client.py" in made


def test_update_model_is_handed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update-model", "no-such-service", "--model-dir", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "no-such-service" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [[], ["generate"], ["generate", "--model", "a"], ["nonsense"]]
)
def test_a_wrong_command_line_shows_how_to_use_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m codegen")


def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["generate", "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    example = "--model model/sagemaker-runtime --out generated/sagemaker-runtime"
    assert f"python -m codegen generate {example}" in text
