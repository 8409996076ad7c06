"""The command `update-model`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from codegen.diff.cli import wants_color
from codegen.diff.update import effect_of_update, keep_facts
from codegen.faults import GenerationError
from codegen.importer.update import update_model


def run_update_model(arguments: Sequence[str]) -> int:
    """Update the named services from the installed botocore and print what that means to callers.

    Returns 0, or 1 after faults, which go to stderr; services without faults are updated even so.
    """
    parser = argparse.ArgumentParser(
        prog="python -m codegen update-model",
        description="Read the facts of services out of the installed botocore.",
    )
    parser.add_argument(
        "services", nargs="+", metavar="SERVICE", help="a botocore name, as sagemaker-runtime"
    )
    parser.add_argument(
        "--model-dir",
        type=Path,
        default=Path("model"),
        help="the folder that holds a folder for each service (default: model)",
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "old"), Path(folder, "new")
        keep_facts(options.services, options.model_dir, old)
        updated: list[str] = []
        for service in options.services:
            try:
                print(update_model(service, options.model_dir))
                updated.append(service)
            except GenerationError as error:
                print(error, file=sys.stderr)
        keep_facts(updated, options.model_dir, new)
        color = wants_color(sys.stdout, os.environ)
        for service in updated:
            if effect := effect_of_update(service, old, new, color=color):
                print(f"\n{effect}", end="")
    return int(len(updated) < len(options.services))
