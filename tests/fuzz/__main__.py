"""Fuzzes one target with Atheris: `python -m tests.fuzz TARGET SECONDS [OPTION OF LIBFUZZER…]`.

What it learned is kept in `.fuzz/TARGET/` for the next run. A finding is printed with its traceback
and written to `.fuzz/`; `python -m tests.fuzz TARGET FILE` runs it again.
"""

from __future__ import annotations

import hashlib
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(".fuzz")


def main(name: str, what: str, *options: str) -> None:
    """Run a target for so many seconds, or with the content of one file."""
    # By name, since only this session has it.
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["drawplate", "sagemaker_runtime", "tests.golden"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    if not what.isdigit():
        target.check(Path(what).read_bytes())
        return
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds:
        Path(corpus, hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    words = FOLDER / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens if token))
    arguments = [
        f"-max_total_time={what}",
        f"-dict={words}",
        f"-artifact_prefix={FOLDER}/{name}-",
        "-max_len=4096",
        "-timeout=20",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *arguments, *options, str(corpus)], target.check)
    atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main(*sys.argv[1:])
