"""Templates that take the place of the project's own: `--template-dir`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from codegen.cli import main
from tests.codegen.small_models import BASE, write_model


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "package").mkdir(parents=True)
    return tmp_path / "templates"


def generate(templates: Path) -> int:
    """Generate the small service into the folder beside the templates."""
    folder = templates.parent
    model = write_model(folder / "m.json", BASE)
    arguments = ["--model", str(model), "--out", str(folder / "out"), "--quiet"]
    return main(["generate", *arguments, "--template-dir", str(templates)])


def test_one_template_takes_the_place_of_the_one_of_its_path(templates: Path) -> None:
    text = "# {{ plan.config.title }}, ours\n{% include 'package/_note.j2' %}"
    (templates / "README.md.j2").write_text(text)
    (templates / "package" / "_note.j2").write_text("Ask {{ plan.client }}.\n")
    assert generate(templates) == 0
    out = templates.parent / "out"
    assert (out / "README.md").read_text() == "# S, ours\nAsk SClient.\n"
    assert "class SClient(Client):" in (out / "s" / "client.py").read_text()
    assert json.loads((out / "_generation.json").read_text())["templates"] == [
        {
            "file": "README.md.j2",
            "sha256": hashlib.sha256((templates / "README.md.j2").read_bytes()).hexdigest(),
        },
        {
            "file": "package/_note.j2",
            "sha256": hashlib.sha256(b"Ask {{ plan.client }}.\n").hexdigest(),
        },
    ]


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        (
            "package/cleint.py.j2",
            "",
            "takes the place of no template; name it as one of those in templates/, "
            "or include it from another",
        ),
        (
            "package/client.py.j2",
            "# one\n{{ plan.clinet }}",
            "line 2: 'codegen.plan.values.PackagePlan object' has no attribute 'clinet'; "
            "correct the template",
        ),
        (
            "README.md.j2",
            "\n\n{% for %}",
            "line 3: Expected an expression, got 'end of statement block'; correct the template",
        ),
        (
            "README.md.j2",
            "{{ plan | loud }}",
            "line 1: No filter named 'loud'.; correct the template",
        ),
    ],
)
def test_a_wrong_template_is_a_fault_with_its_line(
    templates: Path, path: str, text: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (templates / path).write_text(text)
    assert generate(templates) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{templates / path}: {fault}",
        "1 fault; nothing was written",
    ]


def test_a_template_that_prints_no_python_is_a_fault(
    templates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (templates / "package" / "errors.py.j2").write_text("class {{ plan.base_error }}:\n")
    assert generate(templates) == 1
    assert capsys.readouterr().err.startswith("s/errors.py: line 1 of the rendered text is not")


def test_a_folder_that_is_not_there_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path / "none") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'none'}: is not a folder; give a folder with templates, "
        "named as those of the project",
        "1 fault; nothing was written",
    ]
