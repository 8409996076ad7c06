"""What a run comes to."""

from __future__ import annotations

import gc
import os
from collections import Counter


class Report:
    """Figures of a run: what calls came to, and what is left of them."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.files_before = self.files_after = 0
        self.kib_before = self.kib_after = self.kib_most = 0
        self.tasks = 0
        self.seconds = 0.0

    @property
    def leaked(self) -> int:
        """How many more files are open than before; what others left may be closed meanwhile."""
        return max(0, self.files_after - self.files_before)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        return (
            f"{self.outcomes.total()} in {self.seconds:.1f} s: {outcomes}\n"
            f"open files: {self.files_before} before, {self.files_after} after; "
            f"tasks left: {self.tasks}\n"
            f"memory: {self.kib_before} KiB before, {self.kib_most} at most, "
            f"{self.kib_after} after\n" + "\n".join(self.wrong)
        )


def open_files() -> int:
    """How many files and sockets are open."""
    gc.collect()
    return len(os.listdir("/dev/fd"))


def resident_kib() -> int:
    """Memory of this process; 0 where the system does not say."""
    if not os.path.exists("/proc/self/statm"):
        return 0
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
