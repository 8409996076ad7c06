"""Ratios as a picture: SVG, with nothing but text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.spreads import Spread

_WIDTH, _LABELS, _MARGIN = 860, 300, 24
_LINE, _GAP, _TOP = 13, 10, 64
_ACCENT = "#c2410c"
_COLOURS = ("#475569", "#0369a1", "#4d7c0f", "#7e22ce", "#a16207", "#0f766e")


def dots(
    title: str, reference: str, rows: Sequence[tuple[str, Mapping[str, Spread]]], accent: str
) -> str:
    """Draw ratios to a reference on a logarithmic axis, less to the left, with their quartiles.

    Each row has a label and ratios by system; the systems have one colour each in all rows, and
    `accent` names the one that stands out.
    """
    systems = list(dict.fromkeys(name for _, ratios in rows for name in ratios))
    colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(systems)}
    colours[accent] = _ACCENT
    spreads = [spread for _, ratios in rows for spread in ratios.values()]
    low = math.floor(min(0.0, *(math.log10(spread.low) for spread in spreads)))
    high = math.ceil(max(0.0, *(math.log10(spread.high) for spread in spreads)))
    axis = _WIDTH - _LABELS - _MARGIN
    bottom = _TOP + sum(len(ratios) * _LINE + _GAP for _, ratios in rows)

    def x(value: float) -> float:
        return _LABELS + (math.log10(value) - low) / max(1, high - low) * axis

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{bottom + 40}" '
        f'viewBox="0 0 {_WIDTH} {bottom + 40}" font-family="system-ui, sans-serif" '
        'font-size="12" fill="#1f2937">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{bottom + 40}" rx="6" fill="#ffffff"/>',
        _text(_MARGIN, 24, title, 'font-size="15" font-weight="600"'),
    ]
    at = float(_MARGIN)
    for name in systems:
        parts.append(f'<circle cx="{at:.1f}" cy="42" r="4" fill="{colours[name]}"/>')
        parts.append(_text(at + 8, 46, name))
        at += 28 + 7 * len(name)
    for power in range(low, high + 1):
        place = x(10**power)
        style = 'stroke="#1f2937"' if power == 0 else 'stroke="#e5e7eb"'
        parts.append(
            f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP - 8}" y2="{bottom}" {style}/>'
        )
        parts.append(_text(place, bottom + 16, f"{10.0**power:g}", 'text-anchor="middle"'))
    parts.append(
        _text(x(1), bottom + 32, f"1 = {reference}", 'text-anchor="middle" fill="#475569"')
    )
    y = float(_TOP)
    for label, ratios in rows:
        middle = y + len(ratios) * _LINE / 2 + 2
        parts.append(_text(_LABELS - 12, middle, label, 'text-anchor="end"'))
        for name, spread in ratios.items():
            colour, place = colours[name], y + _LINE / 2
            for begin, end, width, opacity in (
                (1.0, spread.median, 1, 0.35),
                (spread.low, spread.high, 3, 0.6),
            ):
                parts.append(
                    f'<line x1="{x(begin):.1f}" x2="{x(end):.1f}" y1="{place:.1f}" '
                    f'y2="{place:.1f}" stroke="{colour}" stroke-width="{width}" '
                    f'opacity="{opacity}"/>'
                )
            shown, radius = f"{name}: {spread.median:.3g}", 5 if name == accent else 3.5
            parts.append(
                f'<circle cx="{x(spread.median):.1f}" cy="{place:.1f}" r="{radius}" '
                f'fill="{colour}"><title>{escape(shown)}</title></circle>'
            )
            y += _LINE
        y += _GAP
    return "\n".join([*parts, "</svg>\n"])


def _text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'.replace(" >", ">")
