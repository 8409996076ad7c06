"""Documentation: markup becomes plain text, and no text gets out of its docstring."""

from __future__ import annotations

import ast
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import docs

TEXT = (
    st.text(max_size=200)
    | st.text('"\\\n {}\u2028\u202e\x00<>&;`/apcodeulisrt', max_size=40)
    | st.text('"\\ a', max_size=12)
)
#: They show code in another order than it has.
BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("", []),
        (" \n\t ", []),
        ("<p></p>", []),
        ("One line.", ["One line."]),
        ("<p>First.</p><p>Second,\n   wrapped.</p>", ["First.", "", "Second, wrapped."]),
        ("First.\n\nSecond.", ["First.", "", "Second."]),
        ("a<br/>b", ["a", "", "b"]),
        ("Use <code>x</code> &amp; <tt>y</tt>", ["Use `x` & `y`"]),
        (
            "Has:<ul><li><p>one</p></li><li>two <b>bold</b></li></ul>After.",
            ["Has:", "", "- one", "- two bold", "", "After."],
        ),
        ("<ul><li>a<ul><li>b", ["- a", "  - b"]),
        (
            'See <a href="https://example.test/x">the page</a>.',
            ["See the page (https://example.test/x)."],
        ),
        (
            '<a href="https://example.test/x">https://example.test/x</a>',
            ["https://example.test/x"],
        ),
        ('<a href="#local">here</a>, <a>there</a>', ["here, there"]),
        ("a<!-- hidden --> b<!-- never\n\nended", ["a b"]),
        ("a<script>if (x < y)\n\n{}</script> b<STYLE>p", ["a b"]),
        ("\x1b[31mred\x00\u202edesrever\ud800", ["[31mred desrever"]),
        ("a\r\n\r\nb\u2028c", ["a", "", "b c"]),
        ("1 < 2 && 3 > 2", ["1 < 2 && 3 > 2"]),
    ],
)
def test_markup_becomes_lines(markup: str, lines: list[str]) -> None:
    assert docs.wrapped(markup, 80) == lines


def test_lines_are_wrapped_and_long_words_stay_whole() -> None:
    url = f"https://example.test/{'a' * 40}"
    markup = f"A sentence that is longer than the line, {url} and an end.<ul><li>{url} {url}"
    assert docs.wrapped(markup, 30) == [
        "A sentence that is longer than",
        "the line,",
        url,
        "and an end.",
        "",
        f"- {url}",
        f"  {url}",
    ]


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        ("", ""),
        ("One. Two.", "One."),
        ("Really? Yes.", "Really?"),
        ("Version 1.2 is out. Get it.", "Version 1.2 is out."),
        ("<p>No end</p><p>Second.</p>", "No end"),
    ],
)
def test_first_sentence(markup: str, sentence: str) -> None:
    assert docs.first_sentence(markup) == sentence


def test_a_summary_stands_alone() -> None:
    markup = "Sends it. Then it waits, and that takes a while.<p>More."
    assert docs.summarized(markup, 40) == [
        "Sends it.",
        "",
        "Then it waits, and that takes a while.",
        "",
        "More.",
    ]
    assert docs.summarized("Sends it. Waits.", 40) == ["Sends it. Waits."]


def test_an_entry_hangs_below_its_name() -> None:
    assert docs.entry("body", "What is sent, in some format.<p>More.", 30) == [
        "    body: What is sent, in",
        "        some format.",
        "        More.",
    ]
    assert docs.entry("body", "", 30) == ["    body"]


@pytest.mark.parametrize(
    ("lines", "literal"),
    [
        (["One."], '"""One."""'),
        (["One.", "", "Two."], '"""One.\n\n    Two.\n    """'),
        (['Says "x"'], '"""Says "x\\""""'),
        (['Says """ and ""'], '"""Says \\"\\"\\" and \\"\\""""'),
        (['"""'], '"""\\"\\"\\""""'),
        (["back\\slash \\N{BULLET} \\"], '"""back\\\\slash \\\\N{BULLET} \\\\"""'),
        (["", "  Indented first.", ""], '"""Indented first."""'),
    ],
)
def test_docstring(lines: list[str], literal: str) -> None:
    assert docs.docstring(lines, 4) == literal


@given(TEXT, st.sampled_from([0, 4, 8]))
def test_no_text_gets_out_of_a_docstring(text: str, indent: int) -> None:
    made = docs.docstring(docs.wrapped(text, 97 - indent), indent)
    value = ast.literal_eval(made)
    assert isinstance(value, str)
    assert not {unicodedata.category(char) for char in made.replace("\n", "")} & {"Cc", "Cs", "Zl"}
    assert not BIDIRECTIONAL & set(made)
    module = ast.parse(f"class A:\n    {made}\n    x = 1\n")
    (made_class,) = module.body
    assert isinstance(made_class, ast.ClassDef)
    assert [type(node).__name__ for node in made_class.body] == ["Expr", "Assign"]
    made.encode()


@given(TEXT)
def test_no_text_gets_out_of_a_line(text: str) -> None:
    line = docs.one_line(text)
    assert len(line.splitlines()) <= 1
    made = f'"""About {docs.escaped(line)}."""'
    assert ast.literal_eval(made) == f"About {line}."


@given(TEXT, st.integers(20, 100))
def test_only_a_long_word_makes_a_long_line(text: str, width: int) -> None:
    for line in docs.wrapped(text, width):
        assert len(line) <= width or len(line.split()) <= 2
