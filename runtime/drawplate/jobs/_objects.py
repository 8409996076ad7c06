"""Where results are stored, and how they are fetched: `s3:` and `file:` URIs, or what you write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from drawplate._call import Flow, Work
from drawplate.structures import Structure

if TYPE_CHECKING:
    from drawplate._client_base import ClientBase


class StoredObject(Structure):
    """Content that was stored: its bytes, and its content type where that is known."""

    __slots__ = ("body", "content_type")
    _sensitive = frozenset({"body"})

    def __init__(self, body: bytes, content_type: str | None = None) -> None:
        self.body = body
        self.content_type = content_type


class ObjectGetter(ABC):
    """Fetches what is stored under a URI. Derive from it for a store that this library lacks.

    Its methods may block: clients of asyncio run them in a thread.
    """

    @abstractmethod
    def get(self, uri: str, /) -> StoredObject | bytes | None:
        """What is stored there, None while there is nothing; raises for what does not go away."""

    def exists(self, uri: str, /) -> bool:
        """Whether something is stored there; asked where the content is not wanted yet."""
        return self.get(uri) is not None


class Store(Protocol):
    """The same as flows, free of I/O: what a job asks."""

    def fetch(self, uri: str, /) -> Flow[StoredObject | None]:
        """What is stored there, None while there is nothing."""
        ...

    def has(self, uri: str, /) -> Flow[bool]:
        """Whether something is stored there."""
        ...

    def doubt(self, uri: str, /) -> str | None:
        """Why nothing may be found there at all, though it is counted as absent; None for none."""
        ...


class BlockingStore:
    """A getter as a store."""

    __slots__ = ("_getter",)

    def __init__(self, getter: ObjectGetter) -> None:
        self._getter = getter

    def fetch(self, uri: str, /) -> Flow[StoredObject | None]:
        """See `Store.fetch`."""
        found: StoredObject | bytes | None = yield Work(partial(self._getter.get, uri))
        return StoredObject(found) if isinstance(found, bytes) else found

    def has(self, uri: str, /) -> Flow[bool]:
        """See `Store.has`."""
        found: bool = yield Work(partial(self._getter.exists, uri))
        return found

    def doubt(self, _uri: str, /) -> str | None:
        """See `Store.doubt`: a getter that is not sure raises."""
        return None


class FileGetter(ObjectGetter):
    """Reads `file:` URIs, which `drawplate.testing.LocalEndpoint` answers with.

    The endpoint keeps the content type of a file in another one beside it, `.NAME.content-type`.
    """

    __slots__ = ()

    def get(self, uri: str, /) -> StoredObject | None:
        """See `ObjectGetter.get`. Raises OSError for a file that cannot be read."""
        path = _path_of(uri)
        try:
            body = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            content_type = path.with_name(f".{path.name}.content-type").read_text(encoding="utf-8")
        except FileNotFoundError:
            return StoredObject(body)
        return StoredObject(body, content_type)

    def exists(self, uri: str, /) -> bool:
        """See `ObjectGetter.exists`."""
        return _path_of(uri).is_file()


def _path_of(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError(f"{uri!r} is no file: URI of this machine")
    return Path(unquote(parts.path))


class SchemeStore:
    """The built-in stores, by the scheme of a URI; the one for S3 has options of the client."""

    __slots__ = ("_client", "_file", "_s3")

    def __init__(self, client: ClientBase[Any]) -> None:
        self._client = client
        self._file = BlockingStore(FileGetter())
        self._s3: Store | None = None

    def fetch(self, uri: str, /) -> Flow[StoredObject | None]:
        """See `Store.fetch`. Raises ValueError for a scheme that no store is for."""
        return (yield from self._of(uri).fetch(uri))

    def has(self, uri: str, /) -> Flow[bool]:
        """See `Store.has`. Raises ValueError for a scheme that no store is for."""
        return (yield from self._of(uri).has(uri))

    def doubt(self, uri: str, /) -> str | None:
        """See `Store.doubt`."""
        return self._of(uri).doubt(uri)

    def _of(self, uri: str) -> Store:
        scheme = urlsplit(uri).scheme
        if scheme == "file":
            return self._file
        if scheme != "s3":
            raise ValueError(
                f"nothing here fetches {uri!r}: pass a getter of your own, derived from "
                "drawplate.jobs.ObjectGetter"
            )
        if self._s3 is None:
            from drawplate.jobs._s3 import S3Store  # files need no client of S3

            self._s3 = S3Store(self._client)
        return self._s3
