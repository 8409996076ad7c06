"""The User-Agent header. Grammar and order: requests.md section 15."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from drawplate import __version__

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_PYTHONS = {"cpython": "CPython", "pypy": "PyPy"}
_RETRY_METRICS = {"legacy": "D", "standard": "E", "adaptive": "F"}


def user_agent(
    *,
    package: str,
    retry_mode: str,
    custom_endpoint: bool = False,
    account_id: str | None = None,
    app_id: str | None = None,
    suffix: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """One header value per client; `package` is as "sagemaker_runtime#0.1.0"."""
    system = _SYSTEMS.get(sys.platform, "other")
    release, machine = _release_and_machine()
    version = ".".join(map(str, sys.version_info[:3]))
    implementation = sys.implementation.name
    metrics = [
        *(["N"] if custom_endpoint else []),
        *(["T"] if account_id else []),
        _RETRY_METRICS[retry_mode],
    ]
    parts = [
        f"drawplate/{__version__}",
        "ua/2.1",
        f"api/{package}",
        f"os/{system}#{token(release)}" if release else f"os/{system}",
        f"md/arch#{token(machine or 'unknown')}",
        f"lang/python#{version}",
        f"md/pyimpl#{token(_PYTHONS.get(implementation, implementation))}",
    ]
    if environment := environ.get("AWS_EXECUTION_ENV"):
        parts.append(f"exec-env/{token(environment)}")
    if app_id:
        parts.append(f"app/{token(app_id)}")
    parts.append(f"m/{','.join(metrics)}")
    if suffix:
        parts.append(suffix)
    return " ".join(parts)


def _release_and_machine() -> tuple[str, str]:
    if sys.platform == "win32":
        import platform  # slow to import, and only Windows needs it

        return platform.release(), platform.machine()
    system = os.uname()
    return system.release, system.machine


def token(text: str) -> str:
    """Text with every character outside RFC 9110's token set replaced by "-"."""
    return "".join(character if character in _TOKEN else "-" for character in text)
