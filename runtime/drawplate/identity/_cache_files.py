"""Files with tokens: read as JSON, replaced in one step, for nobody else to read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object; raises `ValueError` for anything else, whose text never shows the content."""
    try:
        found: object = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # the original would show a part of the file
        raise ValueError("it is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")
    return cast("dict[str, Any]", found)


def write_object(value: Mapping[str, Any]) -> bytes:
    """A JSON object as it is kept in a file."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def replace_file(path: str, content: bytes) -> None:
    """Put a file in place at once, readable by its owner only: a reader sees the old or the new.

    Its folder is made where it is missing. Raises `OSError`; the old file is untouched then.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # A name of one's own: others may write the same file now.
    beside = os.path.join(folder, f".{os.path.basename(path)}.{os.urandom(8).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
