"""The User-Agent header. Grammar and order: requests.md section 15."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from drawplate import __version__

if TYPE_CHECKING:
    from drawplate.config import Config

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_PYTHONS = {"cpython": "CPython", "pypy": "PyPy"}
_LONGEST_METRICS = 1024
_RETRY_METRICS = {"legacy": "D", "standard": "E", "adaptive": "F"}


class UserAgent:
    """The header value of a client. A call may add codes of its own to the metrics."""

    __slots__ = ("_after", "_before", "_metrics", "plain")

    def __init__(self, before: str, metrics: tuple[str, ...], after: str) -> None:
        self._before = before
        self._metrics = metrics
        self._after = after
        #: The value for a call that adds nothing.
        self.plain = self.with_metrics(())

    def with_metrics(self, codes: tuple[str, ...]) -> str:
        """The value for a call with these codes, each of which stands once."""
        metrics = dict.fromkeys((*codes, *self._metrics))
        part = f"m/{','.join(metrics)}"
        if len(part) > _LONGEST_METRICS:
            part = part[: part.rindex(",", 0, _LONGEST_METRICS + 1)]
        return " ".join(filter(None, (self._before, part if metrics else "", self._after)))


def with_code(header: str, code: str) -> str:
    """A header value with one code more in front of its metrics."""
    before, mark, codes = header.partition(" m/")
    return f"{before} m/{code}{',' if mark else ''}{codes}"


def user_agent(package: str, config: Config) -> UserAgent:
    """The header value for a client; `package` is as "sagemaker_runtime#0.1.0"."""
    system = _SYSTEMS.get(sys.platform, "other")
    release, machine = _release_and_machine()
    version = ".".join(map(str, sys.version_info[:3]))
    implementation = sys.implementation.name
    metrics = [
        *(["N"] if config.endpoint is not None else []),
        *(["T"] if config.account_id else []),
        *([] if config.stub_responses is not False else [_RETRY_METRICS[config.retry_mode]]),
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
    if environment := config.environ.get("AWS_EXECUTION_ENV"):
        parts.append(f"exec-env/{token(environment)}")
    if config.sdk_ua_app_id:
        parts.append(f"app/{token(config.sdk_ua_app_id)}")
    for framework in config.user_agent_frameworks:
        name, mark, its_version = framework.partition("#")
        parts.append(f"lib/{token(name)}{mark}{token(its_version)}".rstrip("#"))
    return UserAgent(" ".join(parts), tuple(metrics), config.user_agent_suffix or "")


def _release_and_machine() -> tuple[str, str]:
    if sys.platform == "win32":
        import platform  # slow to import, and only Windows needs it

        return platform.release(), platform.machine()
    system = os.uname()
    return system.release, system.machine


def token(text: str) -> str:
    """Text with every character outside RFC 9110's token set replaced by "-"."""
    return "".join(character if character in _TOKEN else "-" for character in text)
