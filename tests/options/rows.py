"""One option at a time: what it is set by, what it does, and what is said about a wrong value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import drawplate
import pytest
from drawplate.errors import ConfigurationError, DrawplateError
from drawplate.http import HttpRequest, HttpResponse
from sagemaker_runtime import SageMakerRuntimeClient

from tests.faces import driven
from tests.options.small import AsyncSmallClient, SmallClient
from tests.runtime.clients import KEY, SECRET, Recorder, invoke, noon

KEYWORD, OF_SERVICE, OF_ALL = "keyword", "service defaults", "global defaults"
CREDENTIALS_FILE, CONFIG_FILE, NOTHING = "credentials file", "config file", "nothing"
_BASE: Mapping[str, object] = {
    "region": "us-east-1",
    "access_key_id": KEY,
    "secret_access_key": SECRET,
    "clock": noon,
    "retry_base_delay": 0,
}


class Made:
    """Stands for a value that depends on the trial: a port, a path."""

    def __init__(self, make: Callable[[Trial], object]) -> None:
        self.make = make


class Wrong:
    """A value of a keyword that is refused, with the kind of error and its whole text."""

    def __init__(
        self, value: object, text: str, kind: type[Exception] = ConfigurationError
    ) -> None:
        self.value = value
        self.text = text
        self.kind = kind


class Row:
    """One option.

    `observe` makes a client and tells what the option did: `seen` where it has `value`, and
    `unseen` where nothing sets it. `text` is the value as `variables` and the `key` of a profile
    have it. `wrong` is refused as a keyword; `wrong_text` is a text, and what is said of it after
    the name of variable or key. `beside` are options that the value needs, wherever it comes from;
    `with_keyword`, `with_variable` and `with_key` what it needs beside it in the same source.
    `without` names options that the client otherwise has; `modes` tell what is seen in a defaults
    mode.
    """

    def __init__(
        self,
        number: int,
        name: str,
        *,
        value: object,
        observe: Callable[[Trial], object],
        seen: object,
        unseen: object,
        wrong: Wrong,
        text: str | None = None,
        variables: Sequence[str] = (),
        key: str | None = None,
        wrong_text: tuple[str, str] | None = None,
        beside: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
        with_keyword: Mapping[str, object] | None = None,
        with_variable: Mapping[str, str] | None = None,
        with_key: str = "",
        without: Sequence[str] = (),
        modes: Mapping[str, object] | None = None,
    ) -> None:
        self.number = number
        self.name = name
        self.value = value
        self.observe = observe
        self.seen = seen
        self.unseen = unseen
        self.wrong = wrong
        self.text = text
        self.variables = variables
        self.key = key
        self.wrong_text = wrong_text
        self.beside = beside or {}
        self.environ = environ or {}
        self.with_keyword = with_keyword or {}
        self.with_variable = with_variable or {}
        self.with_key = with_key
        self.without = without
        self.modes = modes or {}

    @property
    def sources(self) -> list[str]:
        """Everything that can set the option, and nothing."""
        files = [CREDENTIALS_FILE, CONFIG_FILE] if self.key else []
        modes = [f"mode {mode}" for mode in self.modes]
        return [KEYWORD, OF_SERVICE, OF_ALL, *self.variables, *files, *modes, NOTHING]


class Trial:
    """What an observation works with: clients that have the option from one source."""

    def __init__(
        self,
        row: Row,
        source: str,
        folder: Path,
        patch: pytest.MonkeyPatch,
        face: str = "sync",
    ) -> None:
        self.row = row
        self.face = face
        self.source = source
        self.folder = folder
        self.patch = patch
        self.slept: list[float] = []
        self.value = self.resolved(row.value)
        self._options: dict[str, object] = {
            name: value
            for name, value in {**_BASE, **row.beside}.items()
            if name != row.name and name not in row.without
        }
        self.environ = dict(row.environ)
        self._set()
        patch.setattr("time.sleep", self.slept.append)

    def resolved(self, value: object) -> Any:
        """A value of the row, made if it has to be."""
        return value.make(self) if isinstance(value, Made) else value

    def _set(self) -> None:
        row, source = self.row, self.source
        keywords = {row.name: self.value, **row.with_keyword}
        text = str(self.value) if row.text is None else row.text
        if source == KEYWORD:
            self._options |= keywords
        elif source == OF_SERVICE:
            for identifier in ("sagemakerruntime", "smallthings"):
                self.patch.setitem(drawplate.defaults, identifier, keywords)
        elif source == OF_ALL:
            for name, value in keywords.items():
                self.patch.setitem(drawplate.defaults, name, value)
        elif source in row.variables:
            self.environ |= {source: text, **row.with_variable}
        elif source in (CREDENTIALS_FILE, CONFIG_FILE):
            self._write(f"{row.key} = {text}\n{row.with_key}")
        elif source.startswith("mode "):
            self._options["defaults_mode"] = source.removeprefix("mode ")

    def _write(self, settings: str) -> None:
        is_config = self.source == CONFIG_FILE
        path = self.folder / "shared"
        path.write_text(f"[default]\n{settings}\n", encoding="utf-8")
        name = "AWS_CONFIG_FILE" if is_config else "AWS_SHARED_CREDENTIALS_FILE"
        self.environ[name] = str(path)

    def options(self, **more: object) -> dict[str, Any]:
        """Keywords of a client; those given here do not count where they are the option's own."""
        kept = {name: value for name, value in more.items() if name != self.row.name}
        return {"environ": self.environ, **self._options, **kept}

    def client(self, **more: object) -> SageMakerRuntimeClient:
        """Make a client with the option."""
        return SageMakerRuntimeClient(**self.options(**more))

    def small(self, **more: object) -> SmallClient:
        """Make a client of the small service with the option."""
        options = self.options(**more)
        if self.face == "async":
            return cast("SmallClient", driven(AsyncSmallClient, options))
        return SmallClient(**options)

    def sent(self, *answers: HttpResponse | Exception, **more: object) -> HttpRequest:
        """Invoke an endpoint; returns the one request."""
        recorder = Recorder(*answers)
        invoke(self.client(transport=recorder, **more))
        return recorder.request

    def attempts(self, *answers: HttpResponse | Exception, **more: object) -> list[HttpRequest]:
        """Invoke an endpoint, whatever comes of it; returns the requests."""
        recorder = Recorder(*answers)
        with suppress(DrawplateError):
            invoke(self.client(transport=recorder, **more))
        return recorder.requests


def cases(rows: Iterable[Row]) -> list[Any]:
    """Each row with each of its sources."""
    return [
        pytest.param(row, source, id=f"{row.number} {row.name} by {source}")
        for row in rows
        for source in row.sources
    ]


def check(row: Row, source: str, face: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Set an option by a source and compare what it does to a client, the awaited one or not."""
    trial = Trial(row, source, folder, patch, face)
    expected = row.unseen if source == NOTHING else row.seen
    if source.startswith("mode "):
        expected = row.modes[source.removeprefix("mode ")]
    assert row.observe(trial) == trial.resolved(expected)


def mistakes(rows: Iterable[Row]) -> list[Any]:
    """Each row with each place that a wrong value may stand in."""
    return [
        pytest.param(row, place, id=f"{row.number} {row.name} wrong by {place}")
        for row in rows
        for place in row.sources
        if place != NOTHING and not place.startswith("mode ")
        if place in (KEYWORD, OF_SERVICE, OF_ALL) or row.wrong_text
    ]


def check_mistake(row: Row, source: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Set an option to a wrong value, and compare the whole text of the error."""
    given = Row(
        row.number,
        row.name,
        value=row.wrong.value,
        text=None if row.wrong_text is None else row.wrong_text[0],
        observe=row.observe,
        seen=None,
        unseen=None,
        wrong=row.wrong,
        variables=row.variables,
        key=row.key,
        environ=row.environ,
        beside=row.beside,
        with_keyword=row.with_keyword,
        with_variable=row.with_variable,
        with_key=row.with_key,
        without=row.without,
    )
    trial = Trial(given, source, folder, patch)
    kind, text = row.wrong.kind, row.wrong.text
    if row.wrong_text and source not in (KEYWORD, OF_SERVICE, OF_ALL):
        place = f"{row.key} of profile 'default'"
        if source in row.variables:
            place = f"environment variable {source}"
        kind, text = ConfigurationError, f"{place}{row.wrong_text[1]}"
    with pytest.raises(kind) as caught:
        trial.client()
    assert str(caught.value) == trial.resolved(text)
