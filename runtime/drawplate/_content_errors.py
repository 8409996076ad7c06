"""Errors of content that is read or made: see the tree of `drawplate.errors`, which has them."""

from __future__ import annotations

from drawplate.errors import DrawplateError


class ContentError(DrawplateError, ValueError):
    """Content is not of the format that it was to be read or written in.

    The text tells the place, never the content.
    """


class TextDecodeError(ContentError):
    """Bytes that are no text of the encoding. What came before them was handed over."""

    #: Name of the encoding.
    encoding: str
    #: Index of the byte at which the text cannot go on; the number of bytes if it ended too early.
    position: int

    def __init__(self, encoding: str, position: int, reason: str) -> None:
        super().__init__(encoding, position, reason)
        self.encoding = encoding
        self.position = position

    def __str__(self) -> str:
        _, _, reason = self.args
        return (
            f"the content is not text in {self.encoding}: {reason} at byte {self.position}; "
            'give the right encoding, or errors="replace" to read on'
        )


class LineTooLongError(ContentError):
    """A line, or the data of one server-sent event, is over the limit. Earlier ones are valid."""

    #: Number of the line, from 1.
    line: int
    #: The limit that was given: bytes, or characters where text is cut into lines.
    limit: int

    def __init__(self, line: int, limit: int) -> None:
        super().__init__(line, limit)
        self.line = line
        self.limit = limit

    def __str__(self) -> str:
        return (
            f"line {self.line} of the content takes more than the limit of {self.limit}; "
            "a larger max_line allows more"
        )


class JsonLineError(ContentError):
    """A line that is not a JSON document. Those before it were handed over."""

    #: Number of the line, from 1.
    line: int
    #: Where in the line, from 1; 0 where that is not known.
    column: int

    def __init__(self, line: int, column: int = 0) -> None:
        super().__init__(line, column)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f" (at column {self.column})" if self.column else ""
        return f"line {self.line} of the content is not JSON{place}"


class UnknownContentTypeError(ContentError):
    """No codec reads content of this type; the text says what to do."""

    #: The content type as it came, None where there was none.
    content_type: str | None

    def __init__(self, message: str, content_type: str | None) -> None:
        super().__init__(message, content_type)
        self.content_type = content_type

    def __str__(self) -> str:
        return str(self.args[0])
