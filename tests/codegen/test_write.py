"""Writing: only what differs is touched, what is ours and no longer made is deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.faults import Fault, GenerationError
from codegen.write import MANIFEST, Difference, WriteReport, compare, manifest, write


def package(**files: str) -> dict[str, str]:
    """Files by path ("/" written as "__") with their `_generation.json`."""
    made = {path.replace("__", "/") + ".py": text for path, text in files.items()}
    made["README.md"] = "Read me.\n"
    return {**made, MANIFEST: manifest(made, {"generator": "test 1"})}


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


FIRST = package(pkg__a="a = 1\n", pkg__b="b = 1\n", pkg__sub__c="c = 1\n")
SECOND = package(pkg__a="a = 1\n", pkg__b="b = 2\n", pkg__d="d = 1\n")


def test_the_first_run_writes_everything(tmp_path: Path) -> None:
    out = tmp_path / "not" / "yet"
    assert write(FIRST, out) == WriteReport(written=tuple(sorted(FIRST)), unchanged=(), deleted=())
    assert tree(out) == FIRST


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert write(FIRST, tmp_path) == WriteReport((), tuple(sorted(FIRST)), ())
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_orphans_are_deleted_with_their_folders(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    cache = tmp_path / "pkg" / "sub" / "__pycache__"
    cache.mkdir()
    (cache / "c.cpython-312.pyc").write_bytes(b"")
    (tmp_path / "pkg" / "stray.py").write_text("x = 1\n")
    assert write(SECOND, tmp_path) == WriteReport(
        written=(MANIFEST, "pkg/b.py", "pkg/d.py"),
        unchanged=("README.md", "pkg/a.py"),
        deleted=("pkg/stray.py", "pkg/sub/c.py"),
    )
    assert tree(tmp_path) == SECOND
    assert not (tmp_path / "pkg" / "sub").exists()


def test_files_beside_the_package_are_deleted_only_if_listed(tmp_path: Path) -> None:
    first = {"OLD.md": "old\n", "pkg/a.py": ""}
    write({**first, MANIFEST: manifest(first, {"generator": "test 1"})}, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "pkg.egg-info").mkdir()
    (tmp_path / "pkg.egg-info" / "PKG-INFO").write_text("built")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "lib.py").write_text("built")
    assert write(SECOND, tmp_path).deleted == ("OLD.md",)
    assert tree(tmp_path) == {
        **SECOND,
        "notes.txt": "mine",
        "pkg.egg-info/PKG-INFO": "built",
        "build/lib.py": "built",
    }
    assert compare(SECOND, tmp_path) == [Difference("notes.txt", "extra")]


def test_each_difference_has_a_name(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "pkg" / "a.py").unlink()
    (tmp_path / "pkg" / "b.py").write_bytes(b"b = 1\r\n")
    (tmp_path / "pkg" / "more").mkdir()
    (tmp_path / "pkg" / "more" / "e.py").write_text("")
    (tmp_path / "pkg" / "__pycache__").mkdir()
    (tmp_path / "pkg" / "__pycache__" / "a.pyc").write_bytes(b"")
    found = compare(FIRST, tmp_path)
    assert [str(difference) for difference in found] == [
        "missing: pkg/a.py",
        "changed: pkg/b.py",
        "extra: pkg/more/e.py",
    ]


def test_everything_is_missing_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    found = compare(FIRST, tmp_path / "nowhere")
    assert found == [Difference(path, "missing") for path in sorted(FIRST)]


PARTS = st.sampled_from(["a", "b", "c"])
TREES = st.dictionaries(
    st.tuples(PARTS, PARTS).map(lambda parts: f"pkg/{parts[0]}/{parts[1]}.py"),
    st.sampled_from(["", "x = 1\n", "y = 2\n"]),
).map(lambda files: {**files, MANIFEST: manifest(files, {"generator": "test 1"})})


@settings(deadline=None, max_examples=30)
@given(st.lists(TREES, min_size=1, max_size=4))
def test_after_any_runs_the_folder_holds_the_last_one(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, str]]
) -> None:
    out = tmp_path_factory.mktemp("out")
    for files in runs:
        report = write(files, out)
        assert sorted((*report.written, *report.unchanged)) == sorted(files)
        assert compare(files, out) == []
    assert tree(out) == runs[-1]


def refusal(out: Path, files: dict[str, str] = FIRST) -> list[Fault]:
    before = tree(out) if out.is_dir() else {}
    with pytest.raises(GenerationError) as caught:
        write(files, out)
    assert (tree(out) if out.is_dir() else {}) == before
    return caught.value.faults


def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert refusal(tmp_path) == [
        Fault(
            str(tmp_path),
            "",
            "",
            "is not empty and has no _generation.json: its files may be yours",
            "give an empty folder, or one that was generated",
        )
    ]
    assert refusal(tmp_path / "thesis.txt") == [
        Fault(str(tmp_path / "thesis.txt"), "", "", "is not a folder", "give a folder")
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"files": []}', '{"generator": "x", "files": 3}'])
def test_a_damaged_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert refusal(tmp_path) == [
        Fault(
            str(tmp_path / MANIFEST),
            "",
            "",
            "is not a list of generated files",
            "restore it, or delete the folder and generate anew",
        )
    ]


def test_a_list_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(FIRST, out)
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    listed = {"generator": "test 1", "files": ["../outside.txt", str(outside), "pkg/a.py"]}
    (out / MANIFEST).write_text(json.dumps(listed))
    assert write(FIRST, out).deleted == ()
    assert outside.read_text() == "mine"


def test_links_are_replaced_and_never_followed(tmp_path: Path) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    write(FIRST, out)
    outside.mkdir()
    (outside / "c.py").write_text("mine")
    (out / "pkg" / "sub" / "c.py").unlink()
    (out / "pkg" / "sub").rmdir()
    (out / "pkg" / "sub").symlink_to(outside)
    (out / "pkg" / "a.py").unlink()
    (out / "pkg" / "a.py").symlink_to(outside / "c.py")
    assert compare(FIRST, out) == [
        Difference("pkg/a.py", "changed"),
        Difference("pkg/sub", "extra"),
        Difference("pkg/sub/c.py", "missing"),
    ]
    write(FIRST, out)
    assert tree(outside) == {"c.py": "mine"}
    assert tree(out) == FIRST
    assert not (out / "pkg" / "sub").is_symlink()


@pytest.mark.parametrize("path", ["../a.py", "/a.py", "pkg/../../a.py", "./a.py", "pkg//a.py", ""])
def test_paths_outside_the_folder_are_a_bug_of_the_caller(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="is not a relative path below the output folder"):
        write({**FIRST, path: ""}, tmp_path)
    assert tree(tmp_path) == {}


def test_files_without_a_list_are_a_bug_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"_generation\.json is not among the files"):
        write({"a.py": ""}, tmp_path)


def test_the_list_is_sorted_and_leaves_itself_out() -> None:
    assert manifest(["b.py", MANIFEST, "a.py"], {"generator": "g 1", "ruff": "1"}) == (
        '{\n  "generator": "g 1",\n  "ruff": "1",\n  "files": [\n    "a.py",\n    "b.py"\n  ]\n}\n'
    )
