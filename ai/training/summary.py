"""What was asked of the model beside what was measured: one small table for the card and for the README."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Table = Mapping[str, Any]

HEAD = ("", "asked", "procedural thoraxes", "asked", "a real anatomy left out")


@dataclass(frozen=True)
class Row:
    """One figure: its name, where it stands in the tables of measures, what was asked of it in each kind of anatomy."""

    name: str
    figure: Callable[[Table, Table], float | None]
    asked_procedural: str
    asked_real: str


def _mean(key: str) -> Callable[[Table, Table], float | None]:
    return lambda drawn, _: _number(drawn, "mean", key)


def _whole(*keys: str) -> Callable[[Table, Table], float | None]:
    return lambda _, whole: _number(whole, *keys)


def _lobes(_: Table, whole: Table) -> float | None:
    dice = whole.get("dice", {})
    known = [dice.get(name) for name in ("right_upper", "right_mid", "right_lower", "left_upper", "left_lower")]
    values = [value for value in known if value is not None]
    return round(sum(values) / len(values), 3) if values else None


def _number(table: Table, *keys: str) -> float | None:
    found: Any = table
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


_APART = "mass or atelectasis"
_EXTENT = "pneumonia, patch or whole lung"
_VOLUME = "nodules of 6 mm and more"

ROWS = (
    Row("macro AUROC", _mean("auroc"), "≥ .95", "≥ .90"),
    Row("pointing, focal labels", _mean("focal pointing"), "≥ .85", "≥ .75"),
    Row("energy in the mask", _mean("energy"), "≥ .5", "≥ .4"),
    Row(
        "nodules: mean sensitivity at 1/8…8 false marks",
        lambda drawn, _: _number(drawn, "nodules", "mean sensitivity"),
        "≥ .90",
        "≥ .80",
    ),
    Row("nodules from 6 mm: median error of volume", _whole(_VOLUME, "median volume error"), "≤ .10", "≤ .15"),
    Row("lungs, Dice", _whole("dice", "lungs"), "≥ .98", "≥ .97"),
    Row("lobes, mean Dice", _lobes, "≥ .95", "–"),
    Row("heart, Dice", _whole("dice", "heart"), "≥ .93", "–"),
    Row(
        "expected calibration error, all labels together",
        lambda drawn, _: _number(drawn, "calibration", "all labels together"),
        "≤ .05",
        "–",
    ),
    Row("tumour or atelectasis: AUROC", lambda drawn, _: _number(drawn, "apart", _APART, "auroc"), "apart", "apart"),
    Row("pneumonia, whole lung or patch: AUROC", lambda drawn, _: _number(drawn, _EXTENT, "auroc"), "apart", "apart"),
)


def summary(measured: Table) -> list[list[str]]:
    """Return the table's lines, head first; a figure that was not measured is a dash.

    Args:
        measured: a description's, with tables of drawn cases and of the whole path for each kind of anatomy.
    """
    drawn = [_first(measured, "procedural", "labels"), _first(measured, "real anatomy", "labels")]
    whole = [_first(measured, "whole path, procedural", "dice"), _first(measured, "whole path, drawn into", "dice")]
    lines = [list(HEAD)]
    for row in ROWS:
        a, b = (row.figure(d, w) for d, w in zip(drawn, whole, strict=True))
        lines.append([row.name, row.asked_procedural, _written(a), row.asked_real, _written(b)])
    return lines


def _first(measured: Table, name: str, having: str) -> Table:
    """The first table whose title holds a name and which has some key."""
    return next((table for title, table in measured.items() if name in title and having in table), {})


def _written(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
