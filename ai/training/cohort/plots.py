"""Plots as SVG texts that stand inside a page: no script, no picture file, readable in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_ROW, _LEFT, _WIDTH, _CELL = 18, 210, 420, 22
_SHADES = ("#1f5f8b", "#e0a030", "#c9d3da")


def bars(rows: Sequence[tuple[str, Sequence[int]]], whole: int, shades: Sequence[str] = _SHADES) -> str:
    """Draw a stacked bar per row.

    Args:
        rows: name → counts, drawn one after the other.
        whole: the count that fills the width.
        shades: colour of each count.
    """
    parts = []
    for number, (name, counts) in enumerate(rows):
        y, x = number * _ROW, float(_LEFT)
        parts.append(_text(_LEFT - 8, y + 13, name, "end"))
        for count, shade in zip(counts, shades, strict=False):
            width = _WIDTH * count / max(1, whole)
            parts.append(_box(x, y + 2, width, _ROW - 4, shade, f"{name}: {count} of {whole}"))
            x += width
        parts.append(_text(x + 6, y + 13, f"{counts[0]} ({counts[0] / max(1, whole):.0%})", "start"))
    return _svg(_LEFT + _WIDTH + 110, len(rows) * _ROW + 4, parts)


def columns(counts: Mapping[str, int]) -> str:
    """Draw a histogram: name of a bin → count."""
    most, wide, high = max([1, *counts.values()]), 64, 120
    parts = []
    for number, (name, count) in enumerate(counts.items()):
        x, tall = number * wide + 8, high * count / most
        parts.append(_box(x, 18 + high - tall, wide - 14, tall, _SHADES[0], f"{name}: {count}"))
        parts.append(_text(x + (wide - 14) / 2, 14 + high - tall, str(count), "middle"))
        parts.append(_text(x + (wide - 14) / 2, high + 34, name, "middle"))
    return _svg(len(counts) * wide + 16, high + 42, parts)


def grid(names: Sequence[str], shares: Sequence[Sequence[float]]) -> str:
    """Draw a square table of shares 0…1 as shades: of the scans with the row's label, those with the column's too."""
    parts, head = [], 150
    for i, name in enumerate(names):
        parts.append(_text(_LEFT - 8, head + i * _CELL + 15, name, "end"))
        x = _LEFT + i * _CELL + 14
        parts.append(
            f'<text x="{x}" y="{head - 6}" transform="rotate(-60 {x} {head - 6})" text-anchor="start">'
            f"{escape(name)}</text>"
        )
        for j, other in enumerate(names):
            told = f"of the scans with {name}, {shares[i][j]:.0%} have {other}"
            shade = f"rgba(31,95,139,{shares[i][j]:.2f})"
            parts.append(_box(_LEFT + j * _CELL, head + i * _CELL, _CELL - 1, _CELL - 1, shade, told))
    return _svg(_LEFT + len(names) * _CELL + 90, head + len(names) * _CELL + 4, parts)


def _box(x: float, y: float, width: float, height: float, shade: str, told: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{shade}" stroke="#dfe5e9" stroke-width="0.5"><title>{escape(told)}</title></rect>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{"".join(parts)}</svg>'
