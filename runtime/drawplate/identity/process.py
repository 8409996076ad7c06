"""Credentials that a command prints: `credential_process`. credentials.md section 9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawplate.credentials import Credentials
from drawplate.errors import ProcessCredentialsError
from drawplate.identity._cache_files import read_object
from drawplate.identity._times import as_datetime, parse_time
from drawplate.identity.refreshing import RefreshingCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from drawplate._call import Flow

_VERSION = 1


class ProcessCredentials(RefreshingCredentials):
    """Runs a command that prints credentials as JSON, again when they are about to end.

    The command line is split as a POSIX shell splits it, and run without a shell: for pipes and the
    like write `sh -c '…'`. `account_id` counts where the command prints none. Raises
    `ProcessCredentialsError`; nothing that the command printed is in its text.
    """

    name = "process"

    def __init__(
        self,
        command: str,
        surroundings: Surroundings | None = None,
        *,
        account_id: str | None = None,
    ) -> None:
        super().__init__(surroundings)
        self._command = command
        self._account_id = account_id

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Work

        status, output, _ = yield Work(self._run)
        if status != 0:
            raise _fault(f"the command ended with status {status}; run it to see why")
        try:
            return self._read(read_object(output))
        except ValueError as wrong:
            raise _fault(f"the command did not print credentials as JSON: {wrong}") from None

    def _run(self) -> tuple[int, bytes, bytes]:
        import shlex

        try:
            command = shlex.split(self._command)
        except ValueError as wrong:
            raise _fault(f"the command line cannot be split: {wrong}") from None
        if not command:
            raise _fault("the command line is empty")
        try:
            return self._around.run_process(command)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise _fault(f"{command[0]} cannot be run: {why}") from None

    def _read(self, printed: dict[str, Any]) -> Credentials:
        version = printed.get("Version")
        if type(version) is not int or version != _VERSION:
            shown = repr(version) if isinstance(version, int) else "not a number"
            raise _fault(f"the command printed Version {shown}, only Version {_VERSION} is known")
        names = ("AccessKeyId", "SecretAccessKey")
        lacking = [name for name in names if not _text(printed.get(name))]
        if lacking:
            raise _fault(f"the command printed no {' and no '.join(lacking)}")
        account_id = printed.get("AccountId")
        return Credentials(
            printed["AccessKeyId"],
            printed["SecretAccessKey"],
            _text(printed.get("SessionToken")),
            str(account_id) if account_id else self._account_id,
            expiration=_expiration(printed.get("Expiration")),
        )


def _expiration(found: object) -> datetime | None:
    if found is None or found == "":
        return None
    try:
        return as_datetime(parse_time(found))
    except ValueError as wrong:
        raise _fault(f"the command printed an Expiration that cannot be read: {wrong}") from None


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found else None


def _fault(problem: str) -> ProcessCredentialsError:
    return ProcessCredentialsError(f"credential_process: {problem}")
