"""Everything this project does, one session each; `nox -l` lists them, `nox` alone is CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
MODELS = sorted(path.parent.name for path in ROOT.glob("model/*/package.toml"))
#: Clients that the runtime itself needs, to find credentials and to fetch results; they are part of
#: it, in these folders of it.
OWN = dict.fromkeys(["signin", "sso", "sso-oidc", "sts"], "identity") | {"s3": "jobs"}
#: The table that generated packages share, in the runtime as well.
PARTITIONS = "runtime/drawplate/partitions"
CLIENTS = [name for name in MODELS if name not in OWN]
GENERATED = [f"generated/{name}" for name in CLIENTS]
#: Everything that the generator writes, goldens apart.
OUTPUT = [
    "generated",
    PARTITIONS,
    *sorted({f"runtime/drawplate/{part}/_generated" for part in OWN.values()}),
]
GOLDENS = sorted(
    str(path.relative_to(ROOT)) for path in ROOT.glob("tests/golden/*/expected") if path.is_dir()
)
#: Test suites made by others; tests/support.py says what is missing.
SUITES = Path(os.environ.get("DRAWPLATE_TEST_DATA") or ROOT.parent / "shared")
#: Generated clients and the runtime run on all of them, the generator from 3.12 on.
PYTHONS = ["3.11", "3.12", "3.13"]


def is_installed(version: str) -> bool:
    """Whether this Python can be started here; a shim that leads nowhere does not count."""
    found = shutil.which(f"python{version}")
    if found is None:
        return False
    return subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0


INSTALLED = [version for version in PYTHONS if is_installed(version)]
NEWEST_FIRST = ["3.12", "3.13"]
GENERATOR = next((version for version in NEWEST_FIRST if version in INSTALLED), NEWEST_FIRST[0])

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "check",
    "types",
    *(f"tests-{version}" for version in (PYTHONS if os.environ.get("CI") else INSTALLED)),
]


def group(name: str) -> list[str]:
    """Requirements of a dependency group."""
    return nox.project.dependency_groups(PROJECT, name)  # type: ignore[no-any-return]


def install_generator(session: nox.Session) -> None:
    """Make `python -m codegen` work."""
    session.install(*PROJECT["project"]["dependencies"])


def install_clients(session: nox.Session) -> None:
    """Install the runtime and the generated packages from this checkout."""
    packages = ["runtime", *GENERATED]
    session.install(*(part for package in packages for part in ("-e", package)))


def generate_all(session: nox.Session, *options: str) -> None:
    """Generate the table of partitions, and every package of `model/`."""
    session.run("python", "-m", "codegen", "partitions", "--out", PARTITIONS, *options)
    for name in MODELS:
        model, out = f"model/{name}", f"generated/{name}"
        if name in OWN:
            out = f"runtime/drawplate/{OWN[name]}/_generated/{name.replace('-', '_')}"
        session.run("python", "-m", "codegen", "generate", "--model", model, "--out", out, *options)


@nox.session(python=GENERATOR)
def generate(session: nox.Session) -> None:
    """Write `generated/` anew from `model/` and `templates/`."""
    install_generator(session)
    generate_all(session)


@nox.session(python=GENERATOR)
def check(session: nox.Session) -> None:
    """Fail when `generated/` is not exactly what the generator makes now."""
    install_generator(session)
    generate_all(session, "--check")


@nox.session(python=GENERATOR)
def diff(session: nox.Session) -> None:
    """Say what changed for callers since the last commit, or from one model to another: OLD NEW."""
    install_generator(session)
    if session.posargs:
        compare_models(session, *session.posargs)
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "model.tar")
        session.run("git", "archive", f"--output={archive}", "HEAD", "model", external=True)
        shutil.unpack_archive(archive, folder, filter="data")
        for name in MODELS:
            if Path(folder, "model", name).is_dir():
                compare_models(session, f"{folder}/model/{name}", f"model/{name}")
            else:
                session.log(f"{name} is not in the last commit")
    session.run("git", "--no-pager", "diff", "--stat", "HEAD", "--", *OUTPUT, external=True)


def compare_models(session: nox.Session, *arguments: str) -> None:
    """Print a comparison; a breaking change is an answer here, not a failure."""
    session.run("python", "-m", "codegen", "diff", *arguments, success_codes=[0, 3])


@nox.session(python=GENERATOR, name="update-model")
def update_model(session: nox.Session) -> None:
    """Import the facts of services from the pinned botocore, and say what that does to callers."""
    install_generator(session)
    session.install(*group("model"))
    session.run("python", "-m", "codegen", "update-model", *(session.posargs or MODELS))


@nox.session(python=GENERATOR)
def goldens(session: nox.Session) -> None:
    """Rewrite the expected packages of `tests/golden/`; look at the diff before you commit it."""
    install_generator(session)
    session.run("python", "-m", "tests.golden.regenerate", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on one Python; arguments after `--` go to pytest."""
    install_clients(session)
    session.install(*group("test"))
    # A few tests take most of the time; a process that is done takes them from the other.
    arguments = session.posargs or ["-n", "auto", "--dist", "worksteal"]
    if session.python != "3.11":
        install_generator(session)
    if session.python == GENERATOR and not session.posargs:
        arguments += ["--cov", "--cov-report=term:skip-covered"]
        # Counts lines by a means of Python 3.12 that costs a third of tracing them.
        session.env["COVERAGE_CORE"] = "sysmon"
        if not SUITES.is_dir():
            # What the outside suites cover is not covered then.
            arguments.append("--cov-fail-under=0")
    session.run("python", "-m", "pytest", *arguments)


@nox.session(python=GENERATOR)
def types(session: nox.Session) -> None:
    """Check types with mypy and pyright, strict: generator, runtime, tests and all output."""
    install_generator(session)
    install_clients(session)
    session.install("nox", *group("test"), *group("types"))
    session.run("mypy", "codegen", "runtime/drawplate", *GENERATED, "tests", "benchmarks")
    session.run("mypy", "examples", env={"MYPYPATH": "examples"})
    session.run("mypy", "--python-version=3.11", "runtime/drawplate", *GENERATED, *GOLDENS)
    session.run("pyright", *session.posargs)
    session.run("pyright", "--pythonversion=3.11", "runtime/drawplate", *GENERATED, *GOLDENS)
    session.run("python", "-m", "pytest", "tests/typing")


@nox.session(python=GENERATOR)
def services(session: nox.Session) -> None:
    """Generate, import and type-check every service of botocore: [--no-types] [NAME…]."""
    install_generator(session)
    session.install("-e", "runtime", *group("test"), *group("types"))
    oldest = ["--python=python3.11"] if "3.11" in INSTALLED else []
    session.run("python", "-m", "tests.services", *oldest, *session.posargs)


@nox.session(python=GENERATOR)
def lint(session: nox.Session) -> None:
    """Lint and check the format, with the ruff that also formats generated code."""
    session.install(*group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(python=GENERATOR)
def bench(session: nox.Session) -> None:
    """Measure against boto3, other clients and the layers below; prints ratios."""
    session.install(*group("bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=GENERATOR)
def fuzz(session: nox.Session) -> None:
    """Look for inputs that break a reader of bytes: TARGET SECONDS (see tests/fuzz)."""
    install_clients(session)
    session.install(*group("fuzz"))
    session.run("python", "-m", "tests.fuzz", *(session.posargs or ["http1", "60"]))


@nox.session(python=GENERATOR)
def soak(session: nox.Session) -> None:
    """Call an endpoint that fails now and then, and count what is left: [RUN [COUNT]]."""
    install_clients(session)
    session.run("python", "-m", "tests.soak", *session.posargs)


@nox.session(python=GENERATOR)
def demo(session: nox.Session) -> None:
    """Generate the client and let it talk to two small models behind a local endpoint."""
    install_generator(session)
    generate_all(session)
    install_clients(session)
    session.run("python", "examples/demo.py", *session.posargs)
