"""Two runs in two processes give the same bytes, whatever the hash seed and working directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

MODELS = ["model/sagemaker-runtime", "tests/golden/event_stream/model.json"]


def run(model: Path, out: Path, *, seed: str, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    relative = Path(os.path.relpath(model, folder.resolve()))
    command = ["generate", "--quiet", "--model", str(relative), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "codegen", *command],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("model", MODELS)
def test_hash_seed_and_working_directory_change_nothing(model: str, tmp_path: Path) -> None:
    first = run(ROOT / model, tmp_path / "one", seed="0", folder=tmp_path / "a")
    second = run(ROOT / model, tmp_path / "two", seed="4711", folder=tmp_path / "other name")
    assert first == second
    assert "_generation.json" in first
