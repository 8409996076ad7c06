"""Compiles and imports packages, run by itself: `importing.py FOLDER…`, one line of JSON a failure.

A folder holds one package. Nothing but the package itself and what it needs is on the path.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import py_compile
import sys
from pathlib import Path
from typing import Any


def close(client: Any) -> None:
    """Close a client, be it one that blocks or one that is awaited."""
    if hasattr(client, "aclose"):
        asyncio.run(client.aclose())
    else:
        client.close()


def main(folders: list[str]) -> None:
    """Import every module of every package and make its clients."""
    for folder in map(Path, folders):
        package = next(folder.glob("*/client.py")).parent
        try:
            for module in sorted(package.glob("*.py")):
                py_compile.compile(str(module), doraise=True)
            sys.path.insert(0, str(folder))
            for module in sorted(package.glob("*.py")):
                importlib.import_module(f"{package.name}.{module.stem}")
            made = sys.modules[package.name]
            clients = [name for name in vars(made)["__all__"] if name.endswith("Client")]
            for client in clients:
                close(getattr(made, client)(region="us-east-1"))
        except Exception as error:  # noqa: BLE001 - whatever a generated module does wrong
            failure = {"package": package.name, "error": f"{type(error).__name__}: {error}"}
            print(json.dumps(failure), flush=True)
        finally:
            sys.path[:] = [path for path in sys.path if path != str(folder)]
            for name in [*sys.modules]:
                if name.partition(".")[0] == package.name:
                    del sys.modules[name]


if __name__ == "__main__":
    main(sys.argv[1:])
