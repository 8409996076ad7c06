"""A lock that a flow holds over several steps, whoever drives it: threads, or tasks of a loop."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from threading import Lock


class FlowLock:
    """Taken with the step `Acquire` or with `try_acquire`, given back with `release`.

    It belongs to no thread, and goes to those who wait in their order. A copy, and the lock in a
    process that was forked, is free. `enter` is for drivers that cannot block.
    """

    __slots__ = ("_guard", "_held", "_pid", "_waiting")

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Callable[[], object]] = deque()

    def try_acquire(self) -> bool:
        """Take the lock if it is free; whether it was."""
        return self.enter(None)

    def enter(self, call: Callable[[], object] | None) -> bool:
        """Take the lock if it is free; if not, `call` is called once it is taken for the caller.

        It is called by whoever gives the lock back, in their thread. `leave` ends the wait.
        """
        if self._pid != os.getpid():
            self._reset()
        with self._guard:
            if not self._held:
                self._held = True
                return True
            if call is not None:
                self._waiting.append(call)
            return False

    def leave(self, call: Callable[[], object]) -> None:
        """Wait no longer; a lock that was handed over in the meantime goes to the next."""
        with self._guard:
            waits = call in self._waiting
            if waits:
                self._waiting.remove(call)
        if not waits:
            self.release()

    def acquire(self) -> None:
        """Take the lock; blocks until it is free."""
        turn = Lock()
        turn.acquire()
        call = turn.release
        if self.enter(call):
            return
        try:
            turn.acquire()
        except BaseException:
            self.leave(call)
            raise

    def release(self) -> None:
        """Give the lock to the longest waiting, or back."""
        with self._guard:
            call = self._waiting.popleft() if self._waiting else None
            self._held = call is not None
        if call is not None:
            call()

    def __reduce__(self) -> tuple[type[FlowLock], tuple[()]]:
        return FlowLock, ()
