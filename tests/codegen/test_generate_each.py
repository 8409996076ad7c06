"""Many packages at once: each into its folder, over processes, whatever becomes of the others."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen import cli
from codegen.loaded import LoadedModel
from codegen.report import progress
from tests.codegen.small_models import BASE, SERVICE, structure, write_model


def generate(loaded: LoadedModel) -> dict[str, str]:
    """A package of one module; some services bring the generator down."""
    name = loaded.config.package
    if name == "stumbles":
        raise KeyError("t#Lost")
    if name == "dies":
        os._exit(3)
    return {f"{name}/__init__.py": "", "_generation.json": '{"generator": "", "files": []}'}


def run(*arguments: str | Path) -> int:
    """Run the command, in one process where there may be many: starting them takes time."""
    jobs = () if "--jobs" in arguments else ("--jobs", "1")
    return cli.main(["generate", *map(str, arguments), *jobs], generate=generate)


def model(folder: Path, name: str, **more: Any) -> Path:
    """A model whose package is called `name`."""
    traits = {**SERVICE["traits"], "aws.api#service": {"sdkId": name}}
    shapes = {**BASE, "t#S": {**SERVICE, "traits": traits}, **more}
    return write_model(folder / f"{name}.json", shapes)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def packages(out: Path) -> list[str]:
    return sorted(path.parent.relative_to(out).as_posix() for path in out.rglob("__init__.py"))


def test_each_model_becomes_a_package_of_its_own(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [model(tmp_path, name) for name in ("Zebra", "Ant Eater", "Bee")]
    assert run("--each", *paths, "--out", out, "--jobs", "2") == 0
    assert packages(out) == ["ant-eater/ant_eater", "bee/bee", "zebra/zebra"]
    said = capsys.readouterr()
    assert [line.rpartition(" (")[0] for line in said.out.splitlines()] == [
        f"zebra in {out / 'zebra'}: 2 written, 0 unchanged, 0 deleted",
        f"ant_eater in {out / 'ant-eater'}: 2 written, 0 unchanged, 0 deleted",
        f"bee in {out / 'bee'}: 2 written, 0 unchanged, 0 deleted",
        "3 of 3 packages: 6 written, 0 unchanged, 0 deleted",
    ]
    assert said.err == ""


def test_one_that_fails_stops_no_other(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {"t#GetIn": structure(a="t#Nothing", b="t#Missing")}
    paths = [
        model(tmp_path, "Broken", **broken),
        tmp_path / "none.json",
        model(tmp_path, "stumbles"),
        model(tmp_path, "Whole"),
    ]
    assert run("--each", *paths, "--out", out) == 1
    assert packages(out) == ["whole/whole"]
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("1 of 4 packages: 2 written, ")
    assert said.err.splitlines() == [
        f"{paths[0]}#/shapes/t#GetIn/members/a: refers to t#Nothing, which is not defined"
        " (on t#GetIn$a); add that shape or correct the id",
        f"{paths[0]}#/shapes/t#GetIn/members/b: refers to t#Missing, which is not defined"
        " (on t#GetIn$b); add that shape or correct the id",
        f"{paths[1]}: there is no such file; check the path",
        f"{paths[2]}: the generator broke off: KeyError: 't#Lost'; that is a mistake of the "
        "generator: generate it alone with --model, and report it",
        "4 faults in 3 of 4 models; the others are done",
    ]


def test_a_process_that_dies_is_a_fault(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--each", model(tmp_path, "dies"), "--out", out) == 1
    fault, count = capsys.readouterr().err.splitlines()
    assert "dies.json: the generator broke off: BrokenProcessPool: " in fault
    assert count == "1 fault in 1 of 1 model; the others are done"


def test_two_packages_of_one_name_are_a_fault_that_names_both_models(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = model(tmp_path / "old", "Bee"), model(tmp_path / "new", "Bee")
    assert run("--each", first, second, "--out", out) == 1
    assert packages(out) == ["bee/bee"]
    assert capsys.readouterr().err.splitlines() == [
        f"{second}: its package is called bee, and so is that of {first}; "
        "generate one of them into another folder",
        "1 fault in 1 of 2 models; the others are done",
    ]


def test_a_folder_of_someone_else_stops_one_package(tmp_path: Path, out: Path) -> None:
    paths = [model(tmp_path, name) for name in ("Ant", "Bee")]
    (out / "ant").mkdir(parents=True)
    (out / "ant" / "thesis.txt").write_text("years of work")
    assert run("--each", *paths, "--out", out) == 1
    assert packages(out) == ["bee/bee"]


def test_check_compares_all_and_writes_nothing(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [model(tmp_path, name) for name in ("Ant", "Bee")]
    assert run("--each", *paths, "--out", out, "--quiet") == 0
    assert run("--each", *paths, "--out", out, "--check", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    changed = out / "ant" / "ant" / "__init__.py"
    changed.write_text("by hand\n")
    assert run("--each", *paths, "--out", out, "--check") == 1
    assert changed.read_text() == "by hand\n"
    said = capsys.readouterr()
    assert [line.rpartition(" (")[0] for line in said.out.splitlines()] == [
        f"bee in {out / 'bee'}: 2 files, none differs",
        "2 of 2 packages: 3 files as they would be generated, 1 not",
    ]
    assert said.err.splitlines() == [
        f"changed: {changed}",
        f"1 file of {out / 'ant'} differ; generate anew, and delete extra files outside the "
        "package",
    ]


def as_json(text: str) -> dict[str, Any]:
    """The summary, times left out."""
    told: dict[str, Any] = json.loads(text)
    for package in told["packages"]:
        assert package.pop("seconds") >= 0
    return told


def test_json_says_it_all(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [model(tmp_path, "Ant"), tmp_path / "none.json"]
    assert run("--each", *paths, "--out", out, "--json") == 1
    fault = {
        "file": str(paths[1]),
        "pointer": "",
        "shape": "",
        "message": "there is no such file",
        "advice": "check the path",
    }
    counts = {"written": 2, "unchanged": 0, "deleted": 0}
    ant = {"name": "ant", "out": str(out / "ant"), **counts}
    assert as_json(capsys.readouterr().out) == {"packages": [ant], "faults": [fault]}


def test_json_of_one_package_and_of_a_check(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = model(tmp_path, "Ant")
    assert run("--model", path, "--out", out, "--json") == 0
    ant = {"name": "ant", "out": str(out), "written": 2, "unchanged": 0, "deleted": 0}
    assert as_json(capsys.readouterr().out) == {"packages": [ant], "faults": []}
    (out / "ant" / "__init__.py").unlink()
    assert run("--model", path, "--out", out, "--json", "--check") == 1
    ant |= {"written": 0, "unchanged": 1}
    differences = [{"path": "ant/__init__.py", "kind": "missing"}]
    assert as_json(capsys.readouterr().out) == {
        "packages": [{**ant, "differences": differences}],
        "faults": [],
    }


def test_json_of_a_failed_run_is_json_too(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--model", "none.json", "--out", out, "--json") == 1
    said = capsys.readouterr()
    assert [fault["file"] for fault in as_json(said.out)["faults"]] == ["none.json"]
    assert said.err.splitlines()[-1] == "1 fault; nothing was written"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--each", "a", "--model", "b", "--out", "c"],
        ["--each", "a", "--out", "c", "--package", "d"],
        ["--each", "a", "--out", "c", "--jobs", "0"],
        ["--each", "a", "--out", "c", "--jobs", "many"],
        ["--each", "a", "--out", "c", "--json", "--quiet"],
    ],
)
def test_what_does_not_go_together_shows_how_to_use_it(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(("shown", "terminal"), [(True, True), (True, False), (False, True)])
def test_a_bar_is_shown_on_a_terminal_alone(
    shown: bool,
    terminal: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress(2, shown=shown) as advance:
        advance()
        advance()
    said = capsys.readouterr()
    assert said.out == ""
    assert ("2/2" in said.err) is (shown and terminal)
