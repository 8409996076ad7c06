"""Model documentation as docstrings: HTML becomes plain text, wrapped; it breaks out of nothing."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "body", "caveat", "dd", "div", "dl", "dt", "h1", "h2",
        "h3", "h4", "h5", "h6", "important", "li", "note", "ol", "p", "pre", "section", "simpara",
        "table", "tbody", "thead", "tr", "ul", "warning",
    }
)  # fmt: skip
_LISTS = frozenset({"ul", "ol"})
_CODE = frozenset({"code", "tt", "samp"})
_NOISE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
# What would be invisible, or would reorder what is seen, or cannot be encoded.
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


class _Text(HTMLParser):
    """Collects paragraphs; each is its depth in lists, whether it opens an item, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[int, bool, str]] = []
        self._words: list[str] = []
        self._depth = 0
        self._opens_item = False
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag == "br":
            self.flush()
        if tag in _LISTS:
            self._depth += 1
        elif tag == "li":
            self._opens_item = True
        elif tag in _CODE:
            self._words.append("`")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.flush()
        if tag in _LISTS:
            self._depth = max(0, self._depth - 1)
        elif tag in _CODE:
            self._words.append("`")
        elif tag == "a" and self._links:
            link = self._links.pop()
            if link.startswith("http") and link not in "".join(self._words):
                self._words.append(f" ({link})")

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def flush(self) -> None:
        """End the paragraph that is being collected."""
        text = " ".join("".join(self._words).split())
        self._words.clear()
        if text:
            self.paragraphs.append((self._depth, self._opens_item, text))
            self._opens_item = False


def paragraphs(markup: str) -> list[tuple[int, bool, str]]:
    """Markup as paragraphs: depth in lists, whether one opens an item, and text on one line.

    A blank line separates paragraphs of text without markup.
    """
    parser = _Text()
    for part in re.split(r"\n\s*\n", _NOISE.sub(" ", _without_controls(markup))):
        parser.feed(part)
        parser.flush()
    parser.close()
    parser.flush()
    return parser.paragraphs


def wrapped(markup: str, width: int) -> list[str]:
    """Markup as lines of plain text of at most `width` characters, long words aside."""
    lines: list[str] = []
    in_list = False
    for depth, opens_item, text in paragraphs(markup):
        indent = "  " * depth
        first = indent[:-2] + "- " if depth and opens_item else indent
        if lines and not (in_list and depth):
            lines.append("")
        in_list = depth > 0
        lines += textwrap.wrap(
            text,
            max(width, 20),
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def summarized(markup: str, width: int) -> list[str]:
    """As `wrapped`; a first sentence that fits on one line stands alone, as PEP 257 wants it."""
    lines = wrapped(markup, width)
    summary = first_sentence(markup)
    if len(lines) < 2 or len(summary) > width or lines[1] == "":
        return lines
    first, *rest = paragraphs(markup)
    remainder = first[2][len(summary) :].strip()
    if first[0] or not remainder:
        return lines
    after = wrapped(remainder, width)
    if rest:
        after += lines[len(wrapped(first[2], width)) :]
    return [summary, "", *after]


def first_sentence(markup: str) -> str:
    """The first sentence of the first paragraph, "" where there is no text."""
    found = paragraphs(markup)
    return re.split(r"(?<=[.!?])\s", found[0][2], maxsplit=1)[0] if found else ""


def docstring(lines: Iterable[str], indent: int) -> str:
    """Lines as a docstring literal whose later lines stand `indent` columns in."""
    text = "\n".join(lines).strip()
    text = text.replace("\\", "\\\\")
    # Quotes that could end the literal; others read better as they are.
    text = re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), text)
    body = text.split("\n")
    margin = " " * indent
    closing = f"\n{margin}" if len(body) > 1 else ""
    rest = "".join(f"\n{margin}{line}" if line else "\n" for line in body[1:])
    return f'"""{body[0]}{rest}{closing}"""'


def one_line(text: str) -> str:
    """Text without control characters and line breaks."""
    return " ".join(_without_controls(text).split())


def escaped(text: str) -> str:
    """Text for the inside of a docstring, or of a TOML string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def entry(name: str, markup: str, width: int) -> list[str]:
    """An entry of an `Args:` or `Raises:` section: the name, then its text hanging below it."""
    first, *rest = [text for _, _, text in paragraphs(markup)] or [""]
    lines: list[str] = []
    for text in (f"{name}: {first}" if first else name, *rest):
        lines += textwrap.wrap(
            text,
            width,
            initial_indent="        " if lines else "    ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def _without_controls(text: str) -> str:
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n"))
