"""How event-stream messages are taken out of what arrives, and made values of; without I/O.

A message on the wire: `drawplate.eventstream`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from zlib import crc32

from drawplate._event_headers import MAX_HEADERS_LENGTH, HeaderValue, decode_headers
from drawplate.errors import (
    DrawplateError,
    EventStreamChecksumError,
    EventStreamParserError,
    TruncatedStreamError,
)
from drawplate.structures import StreamFacts

if TYPE_CHECKING:
    from drawplate._stream_limits import StreamLimits

T = TypeVar("T")

#: The longest message that a decoder will buffer, in bytes.
MAX_BUFFERED_LENGTH = 24 * 1024 * 1024 + MAX_HEADERS_LENGTH + 16
#: What a message has besides headers and payload.
OVERHEAD = 16

_PRELUDE = Struct(">III")
_PRELUDE_LENGTH = 12
_U32 = Struct(">I")
_REMEMBERED_HEADS = 256
_REMEMBERED_BLOCKS = 64
_LONGEST_REMEMBERED = 1024
# A longer payload is put together once, from the pieces in which it arrives.
_IN_PIECES = 16384

#: What makes a value of the headers and the payload of a message.
Parse = Callable[[Mapping[str, HeaderValue], bytes], T]
#: Of a prelude and a header block: length of the message, length of the two, CRC of the two, what
#: unpacks payload and CRC, what makes a value of them, and the headers.
Head = tuple[
    int, int, int, Callable[[bytes, int], tuple[Any, ...]], Parse[T], Mapping[str, HeaderValue]
]
#: Of a header block: the headers, and what makes a value of the message, if anything does.
Block = tuple[Mapping[str, HeaderValue], "Parse[T] | None"]


class Arrivals:
    """Chunks of bytes that are handed in one at a time, for one iterator over them.

    That gives None while there is none, ends after `end()`, and raises what `fail` was called with.
    """

    __slots__ = ("_chunk", "_ended", "_error")

    def __init__(self) -> None:
        self._chunk: bytes | None = None
        self._ended = False
        self._error: Exception | None = None

    def put(self, chunk: bytes) -> None:
        """Hand in the next chunk, once the one before was taken."""
        self._chunk = chunk

    def end(self) -> None:
        """Say that there are no more."""
        self._ended = True

    def fail(self, error: Exception) -> None:
        """Say that there are no more, for this reason."""
        self._error = error

    def __iter__(self) -> Iterator[bytes | None]:
        while not self._ended:
            chunk, self._chunk = self._chunk, None
            if chunk is None and self._error is not None:
                error, self._error = self._error, None
                raise error
            yield chunk


class MessageDecoder(Generic[T]):
    """Takes a stream apart into messages, and makes a value of each as soon as it is complete.

    `resolve` says by the headers of a message what makes a value of it; where it returns None,
    `other` is asked each time. `heads` and `blocks` keep what is known about bytes that streams
    repeat; decoders with the same `resolve` may share them, also between threads.
    """

    __slots__ = (
        "_blocks",
        "_heads",
        "_resolve",
        "buffered",
        "facts",
        "is_closed",
        "limits",
        "on_end",
    )

    #: How many bytes of a message have arrived that is not complete.
    buffered: int
    facts: StreamFacts
    #: Whether the stream was read to its end, has failed, or was closed: nothing more comes then.
    is_closed: bool
    #: Called when the stream is read no further, for whatever reason.
    on_end: Callable[[], object] | None
    #: How long the next event may be waited for, if that is limited.
    limits: StreamLimits | None

    def __init__(
        self,
        resolve: Callable[[Mapping[str, HeaderValue]], Parse[T] | None],
        heads: dict[bytes, Head[T]],
        blocks: dict[bytes, Block[T]],
    ) -> None:
        self._resolve = resolve
        self._heads = heads
        self._blocks = blocks
        self.buffered = 0
        self.facts = StreamFacts()
        self.is_closed = False
        self.on_end = self.limits = None

    def decode(self, chunks: Iterable[bytes | None]) -> Generator[T | None, None, None]:
        """Yield the value of each message in the chunks, and None where they have None.

        Raises an `EventStreamError` at a message that breaks the format, and at an end inside of
        one; what the chunks raise; and `closed()` once `is_closed` was set.
        """
        # All state is in local variables, for most of what a stream costs is spent in here.
        find, facts = self._heads.get, self.facts
        is_first = True
        #: What has arrived of a message that is not complete, and how many more bytes have to
        #: arrive before it pays to look again. Of a large one it is known by what it begins.
        held: list[bytes | memoryview] = []
        missing = 0
        is_large = False
        #: The latest head that was found. Streams repeat themselves, so most messages have it.
        head = b""
        span, total, crc = _PRELUDE_LENGTH, 0, 0
        unpack: Any = None
        parse: Any = None
        headers: Any = None
        try:
            if self.is_closed:
                raise self.closed()
            limits = self.limits
            if limits is not None:
                limits.wait(facts.events_received)
            for chunk in chunks:
                if chunk is None:
                    self.buffered = sum(map(len, held))
                    yield None
                    continue
                facts.bytes_received += len(chunk)
                if self.is_closed:
                    raise self.closed()
                position, end = 0, len(chunk)
                while True:
                    if not held:
                        if position == end:
                            break
                        buffer, start, limit = chunk, position, end
                        position = end
                    elif end - position < missing:
                        held.append(chunk[position:])
                        missing -= end - position
                        break
                    else:
                        last = position + missing
                        if is_large:
                            held.append(memoryview(chunk)[position:last])
                            event = self._joined(held, span)
                            held, position = [], last
                            yield event
                            if self.is_closed:
                                raise self.closed()
                            is_first = False
                            continue
                        held.append(chunk[position:last])
                        buffer, start, position = b"".join(held), 0, last
                        held, limit = [], len(buffer)
                    missing = 0
                    while start < limit:
                        found_head = buffer[start : start + span]
                        if found_head != head:
                            found = find(found_head)
                            if found is None:
                                missing = _PRELUDE_LENGTH - (limit - start)
                                if missing > 0:
                                    is_large = False
                                    break
                                total, span = self._lengths(buffer, start)
                                missing = start + total - limit
                                is_large = missing > 0 and total > _IN_PIECES
                                if is_large and start + span > limit:
                                    missing = start + span - limit
                                    is_large = False
                                if missing > 0:
                                    # Its head is compared once more, when all is there.
                                    head = b""
                                    break
                                missing = 0
                                found_head = buffer[start : start + span]
                                found = find(found_head)
                            if found is None:
                                head = b""
                                stop = start + total
                                event = self._value(
                                    found_head,
                                    buffer[start + span : stop - 4],
                                    buffer[stop - 4 : stop],
                                )
                                start = stop
                                is_first = False
                                yield event
                                if self.is_closed:
                                    raise self.closed()
                                continue
                            head = found_head
                            total, span, crc, unpack, parse, headers = found
                        stop = start + total
                        if stop > limit:
                            missing = stop - limit
                            is_large = total > _IN_PIECES
                            break
                        payload, expected = unpack(buffer, start + span)
                        if crc32(payload, crc) != expected:
                            raise _damaged(total)
                        start = stop
                        event = parse(headers, payload)
                        facts.events_received += 1
                        if is_first:
                            is_first = False
                            if facts.time_to_first_event is None:
                                facts.first()
                        yield event
                        if self.is_closed:
                            raise self.closed()
                    if missing:
                        held.append(memoryview(buffer)[start:] if is_large else buffer[start:])
                if limits is not None:
                    limits.wait(facts.events_received)
            self.buffered = sum(map(len, held))
            self.check_end()
        except DrawplateError as error:
            self.tell(error)
            raise
        finally:
            self.close()

    def all_of(self, chunks: Iterable[bytes]) -> Iterator[T]:
        """As `decode`, of chunks that are waited for by asking for them."""
        return cast("Iterator[T]", self.decode(chunks))

    def check_end(self) -> None:
        """Raise `TruncatedStreamError` if the stream must not end here."""
        if self.buffered:
            raise TruncatedStreamError(
                f"the event stream ended inside a message, {self.buffered} bytes into it",
                buffered=self.buffered,
            )

    def close(self) -> None:
        """Hand over no more, and let go of where the chunks come from."""
        self.is_closed = True
        if self.limits is not None:
            self.limits.lift()
        if self.on_end is not None:
            self.on_end()

    def closed(self) -> Exception:
        """What to raise when more is asked for."""
        return ValueError("the stream was closed")

    def other(self, headers: Mapping[str, HeaderValue], payload: bytes) -> T:
        """The value of a message that `resolve` has nothing for."""
        raise NotImplementedError(
            f"{type(self).__name__} has no other(), which is asked where resolve has nothing"
        )

    def tell(self, error: DrawplateError) -> None:
        """Give an error that ends the stream what is known about it."""
        self.facts.tell(error)

    def _lengths(self, buffer: bytes, start: int) -> tuple[int, int]:
        """Length of a message, and of its prelude and headers."""
        total, headers_length, expected = _PRELUDE.unpack_from(buffer, start)
        if crc32(buffer[start : start + 8]) != expected:
            raise EventStreamChecksumError(
                "the first 12 bytes of a message do not match their CRC: they were damaged "
                "on the way, or the stream is not application/vnd.amazon.eventstream"
            )
        if not OVERHEAD <= total <= MAX_BUFFERED_LENGTH:
            raise EventStreamParserError(
                f"a message announces {total} bytes; "
                f"{OVERHEAD} to {MAX_BUFFERED_LENGTH} can be taken in"
            )
        if headers_length > total - OVERHEAD:
            raise EventStreamParserError(
                f"a message of {total} bytes announces {headers_length} bytes of headers"
            )
        return total, _PRELUDE_LENGTH + headers_length

    def _joined(self, pieces: list[bytes | memoryview], span: int) -> T:
        """The value of a large message whose head is in the first of its pieces."""
        first, last = pieces[0], pieces[-1]
        head = bytes(first[:span])
        if len(last) < 4:
            # The CRC came in two pieces.
            whole = b"".join(pieces)
            return self._value(head, whole[span:-4], whole[-4:])
        # So that nothing but the payload is copied, and that once.
        pieces[0], pieces[-1] = first[span:], last[:-4]
        return self._value(head, b"".join(pieces), bytes(last[-4:]))

    def _value(self, head: bytes, payload: bytes, expected: bytes) -> T:
        """The value of a message whose head is not known, or that is large."""
        crc = crc32(head)
        total = len(head) + len(payload) + 4
        if crc32(payload, crc).to_bytes(4, "big") != expected:
            raise _damaged(total)
        block = head[_PRELUDE_LENGTH:]
        known = self._blocks.get(block)
        if known is None:
            decoded = MappingProxyType(decode_headers(block))
            known = decoded, self._resolve(decoded)
            if len(block) <= _LONGEST_REMEMBERED:
                if len(self._blocks) >= _REMEMBERED_BLOCKS:
                    self._blocks.clear()
                self._blocks[block] = known
        headers, parse = known
        if parse is None:
            event = self.other(headers, payload)
        else:
            if len(block) <= _LONGEST_REMEMBERED:
                if len(self._heads) >= _REMEMBERED_HEADS:
                    self._heads.clear()
                unpack = Struct(f">{len(payload)}sI").unpack_from
                self._heads[head] = (total, len(head), crc, unpack, parse, headers)
            event = parse(headers, payload)
        self.facts.arrived(event)
        return event


def _damaged(total: int) -> EventStreamChecksumError:
    return EventStreamChecksumError(
        f"a message of {total} bytes does not match its CRC: "
        "it was damaged on its way, so the stream cannot be read on"
    )
