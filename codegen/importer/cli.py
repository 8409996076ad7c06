"""The command `update-model`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from codegen.faults import GenerationError
from codegen.importer.update import update_model


def run_update_model(arguments: Sequence[str]) -> int:
    """Update the named services from the installed botocore and print what that means.

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
    failed = False
    for service in options.services:
        try:
            print(update_model(service, options.model_dir))
        except GenerationError as error:
            print(error, file=sys.stderr)
            failed = True
    return int(failed)
