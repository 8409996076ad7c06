"""What providers may look at and do: the arguments that make them testable, in one value."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drawplate.profiles import Section, SharedFiles, home_folder, load_shared_files

if TYPE_CHECKING:
    from drawplate.http import Transport


class Surroundings:
    """Environment, shared files, region, clock: what a provider finds around itself.

    Without arguments it is that of this process. `files` are read when they are first needed;
    `explicit_profile` says that the profile was chosen by an option, not by the environment.
    `clock` returns seconds since 1970, `random` numbers from 0 up to 1. `read_file` returns the
    content of a path and `write_file` replaces it, both raise `OSError`; `run_process` runs a
    command line that was split and returns its exit status and both outputs. `mfa_prompt` is called
    with the serial number of an MFA device and returns its code. `transport` carries the requests
    of providers that are used without a client. `instance_retries` and `instance_timeout`, in
    seconds, are for the endpoints of containers and instances. `options` are those of a client that
    the clients of AWS STS and the like shall have as well, such as `use_fips_endpoint` and
    `ssl_ca_bundle`.
    """

    __slots__ = (
        "_files",
        "_profile",
        "clock",
        "environ",
        "explicit_profile",
        "instance_retries",
        "instance_timeout",
        "mfa_prompt",
        "options",
        "random",
        "read_file",
        "region",
        "run_process",
        "transport",
        "write_file",
    )

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        files: SharedFiles | None = None,
        profile: str | None = None,
        explicit_profile: bool | None = None,
        region: str | None = None,
        clock: Callable[[], float] | None = None,
        random: Callable[[], float] | None = None,
        read_file: Callable[[str], bytes] | None = None,
        write_file: Callable[[str, bytes], object] | None = None,
        run_process: Callable[[Sequence[str]], tuple[int, bytes, bytes]] | None = None,
        mfa_prompt: Callable[[str], str] | None = None,
        transport: Transport | None = None,
        instance_retries: int = 0,
        instance_timeout: float = 1.0,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self._files = files
        self._profile = profile
        self.explicit_profile = (
            profile is not None if explicit_profile is None else explicit_profile
        )
        self.region = region
        self.clock = clock or _now
        self.random = random or _random
        self.read_file = read_file or _read
        self.write_file = write_file or _write
        self.run_process = run_process or _run
        self.mfa_prompt = mfa_prompt
        self.transport = transport
        self.instance_retries = instance_retries
        self.instance_timeout = instance_timeout
        self.options: Mapping[str, Any] = options or {}

    @property
    def files(self) -> SharedFiles:
        """The shared files. Raises `ConfigParseError` when one is broken."""
        if self._files is None:
            self._files = load_shared_files(self.environ)
        return self._files

    @property
    def profile(self) -> str:
        """Name of the profile: the one chosen, else that of the environment, else "default"."""
        return self._profile or self.value("AWS_PROFILE", "AWS_DEFAULT_PROFILE") or "default"

    @property
    def section(self) -> Section:
        """Settings of the profile."""
        return self.files.profiles.get(self.profile, {})

    def value(self, *variables: str) -> str:
        """The first of some environment variables that is not blank, "" where all are."""
        for variable in variables:
            if value := self.environ.get(variable, "").strip():
                return value
        return ""

    def cache_path(self, *parts: str) -> str:
        """A path below `~/.aws`; of the root folder where there is no home directory."""
        return os.path.join(home_folder(self.environ) or os.sep, ".aws", *parts)

    def expanded(self, path: str) -> str:
        """A path with `~` at its start replaced by the home directory."""
        home = home_folder(self.environ)
        if home and (path == "~" or path[:2] in ("~/", f"~{os.sep}")):
            return home + path[1:]
        return path

    def __reduce__(self) -> tuple[Callable[..., Surroundings], tuple[dict[str, Any]]]:
        given = {
            "environ": None if self.environ is os.environ else self.environ,
            "profile": self._profile,
            **{
                name: getattr(self, name)
                for name in self.__slots__
                if name not in ("_files", "_profile", "environ")
            },
        }
        if "AWS_CONFIG_FILE" not in self.environ and "HOME" not in self.environ:
            given["files"] = self._files  # there is no place to read them from again
        return _restored, (given,)

    def __repr__(self) -> str:
        return f"Surroundings(profile={self.profile!r}, region={self.region!r})"


def _restored(given: dict[str, Any]) -> Surroundings:
    return Surroundings(**given)


def _now() -> float:
    import time

    return time.time()


def _random() -> float:
    import random

    return random.random()


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, content: bytes) -> None:
    from drawplate.identity._cache_files import replace_file

    replace_file(path, content)


def _run(command: Sequence[str]) -> tuple[int, bytes, bytes]:
    import subprocess

    # What is run is for the user to say, in their own file; there is no shell.
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode, done.stdout, done.stderr
