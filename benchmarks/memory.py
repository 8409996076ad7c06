"""Memory of this process as Linux counts it, in bytes."""

from __future__ import annotations

import gc
from pathlib import Path

from benchmarks.systems import Absent

_PROCESS = Path("/proc/self")


def _status(key: str) -> float:
    if not (_PROCESS / "status").exists():
        raise Absent("memory is measured on Linux only")
    for line in (_PROCESS / "status").read_text("ascii", "replace").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * 1024
    raise Absent(f"this kernel does not tell {key}")


def settled() -> float:
    """Return what is in memory once the garbage is out."""
    gc.collect()
    return _status("VmRSS")


def peak() -> float:
    """Return the most that was in memory since `reset`."""
    return _status("VmHWM")


def reset() -> float:
    """Forget the peak; returns what is in memory now."""
    now = settled()
    (_PROCESS / "clear_refs").write_text("5")
    return now
