"""Packages of one model or of many: made in memory, over processes, then compared and written."""

from __future__ import annotations

import keyword
import multiprocessing
import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from codegen.faults import Fault, GenerationError
from codegen.loaded import LoadedModel
from codegen.write import Difference, compare, write

type Generate = Callable[[LoadedModel], dict[str, str]]
"""From a loaded model to the files of its package; for many models it has to be picklable."""


@dataclass(frozen=True, slots=True)
class Request:
    """A package that is asked for; the fields are those of the command line."""

    paths: tuple[Path, ...]
    service: str | None = None
    partitions: Path | None = None
    package: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A package in memory."""

    package: str
    distribution: str
    files: dict[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """What stood in the way of a package."""

    faults: tuple[Fault, ...]
    on_disk: bool = False
    """Whether it did so while files were written, so that some may be."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A package and its folder, after they were compared; numbers are counts of files."""

    package: str
    out: Path
    seconds: float
    written: int
    unchanged: int
    deleted: int
    differences: tuple[Difference, ...] = ()
    """Where the folder was only checked: what in it is not as it would be generated."""


def make(request: Request, generate: Generate) -> Made | Failed:
    """Load a model and generate its package in memory."""
    from codegen.load import load

    started = time.perf_counter()
    try:
        loaded = load(request.paths, service=request.service, partitions=request.partitions)
        if request.package is not None:
            loaded = _named(loaded, request.package)
        files = generate(loaded)
    except GenerationError as error:
        return Failed(tuple(error.faults))
    seconds = time.perf_counter() - started
    return Made(loaded.config.package, loaded.config.distribution, files, seconds)


def make_all(
    requests: Sequence[Request],
    generate: Generate,
    *,
    jobs: int,
    on_done: Callable[[], object] = lambda: None,
) -> Iterator[Made | Failed]:
    """Make many packages in `jobs` processes; yields what became of them in order of `requests`.

    `on_done` is called when one is made, in whatever order. One that fails stops no other, not
    even if a process dies of it.
    """
    pool = ProcessPoolExecutor(
        min(jobs, len(requests) or 1),
        # A fork would copy locks that other threads hold.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        futures = deque(pool.submit(make, request, generate) for request in requests)
        for future in futures:
            future.add_done_callback(lambda _: on_done())
        for request in requests:
            yield _result(futures.popleft(), request)
    finally:
        pool.shutdown(cancel_futures=True)


def settle(made: Made, out: Path, *, check: bool) -> Outcome | Failed:
    """Write a package to `out`, or only compare it with what is there."""
    try:
        if check:
            differences = tuple(compare(made.files, out))
            off = sum(item.kind != "extra" for item in differences)
            same = len(made.files) - off
            return Outcome(made.package, out, made.seconds, 0, same, 0, differences)
        report = write(made.files, out)
    except GenerationError as error:
        return Failed(tuple(error.faults))
    except OSError as error:
        message = error.strerror or str(error)
        return Failed((Fault(str(error.filename or out), "", "", message),), on_disk=True)
    counts = (len(report.written), len(report.unchanged), len(report.deleted))
    return Outcome(made.package, out, made.seconds, *counts)


def _named(loaded: LoadedModel, package: str) -> LoadedModel:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", package) or keyword.iskeyword(package):
        message = f"{package!r} cannot be the name of a package"
        advice = "use lower-case letters, digits and _, as in sagemaker_runtime"
        raise GenerationError([Fault("--package", "", "", message, advice)])
    config = replace(loaded.config, package=package, distribution=package.replace("_", "-"))
    return replace(loaded, config=config)


def _result(future: Future[Made | Failed], request: Request) -> Made | Failed:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, OSError):
        file, message = error.filename or request.paths[0], error.strerror or str(error)
        return Failed((Fault(str(file), "", "", message),))
    message = f"the generator broke off: {type(error).__name__}: {error}"
    advice = "that is a mistake of the generator: generate it alone with --model, and report it"
    return Failed((Fault(str(request.paths[0]), "", "", message, advice),))
