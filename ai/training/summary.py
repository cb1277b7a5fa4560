"""What was asked of the model beside what was measured: one small table for the card and for the README."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Table = Mapping[str, Any]

HEAD = ("", "asked", "procedural thoraxes", "asked", "a real anatomy left out")


THIN = "nodules in scans of 1.5 mm"
"""Title of the table of nodules in thin scans."""


@dataclass(frozen=True)
class Kind:
    """The tables of one kind of anatomy: of the cases kept, of the whole path, of nodules in thin scans."""

    drawn: Table
    whole: Table
    thin: Table


Figure = Callable[[Kind], float | None]


@dataclass(frozen=True)
class Row:
    """One figure: its name, where it stands in the tables of measures, what was asked of it in each kind of anatomy."""

    name: str
    figure: Figure
    asked_procedural: str
    asked_real: str


def _drawn(*keys: str) -> Figure:
    return lambda measured: _number(measured.drawn, *keys)


def _whole(*keys: str) -> Figure:
    return lambda measured: _number(measured.whole, *keys)


def _lobes(measured: Kind) -> float | None:
    dice = measured.whole.get("dice", {})
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
    Row("macro AUROC", _drawn("mean", "auroc"), "≥ .95", "≥ .90"),
    Row("pointing, focal labels", _drawn("mean", "focal pointing"), "≥ .85", "≥ .75"),
    Row("energy in the mask", _drawn("mean", "energy"), "≥ .5", "≥ .4"),
    Row(
        "nodules: mean sensitivity at 1/8…8 false marks, voxels of 1.5 mm",
        lambda measured: _number(measured.thin, "nodules", "mean sensitivity"),
        "≥ .90",
        "–",
    ),
    Row("the same, voxels of 2 mm", _drawn("nodules", "mean sensitivity"), "≥ .90", "≥ .80"),
    Row("nodules from 6 mm: median error of volume", _whole(_VOLUME, "median volume error"), "≤ .10", "≤ .15"),
    Row("lungs, Dice", _whole("dice", "lungs"), "≥ .98", "≥ .97"),
    Row("lobes, mean Dice", _lobes, "≥ .95", "–"),
    Row("heart, Dice", _whole("dice", "heart"), "≥ .93", "–"),
    Row("expected calibration error, all labels together", _drawn("calibration", "all labels together"), "≤ .05", "–"),
    Row("tumour or atelectasis: AUROC", _drawn("apart", _APART, "auroc"), "apart", "apart"),
    Row("pneumonia, whole lung or patch: AUROC", _drawn(_EXTENT, "auroc"), "apart", "apart"),
)


def summary(measured: Table) -> list[list[str]]:
    """Return the table's lines, head first; a figure that was not measured is a dash.

    Args:
        measured: a description's, with tables of drawn cases and of the whole path for each kind of anatomy.
    """
    kinds = [
        Kind(
            _first(measured, drawn, "labels"),
            _first(measured, f"whole path, {whole}", "dice"),
            _first(measured, f"{THIN}, {whole}", "nodules"),
        )
        for drawn, whole in (("procedural", "procedural"), ("real anatomy", "drawn into"))
    ]
    lines = [list(HEAD)]
    for row in ROWS:
        a, b = (row.figure(kind) for kind in kinds)
        lines.append([row.name, row.asked_procedural, _written(a), row.asked_real, _written(b)])
    return lines


def _first(measured: Table, name: str, having: str) -> Table:
    """The first table whose title holds a name and which has some key."""
    return next((table for title, table in measured.items() if name in title and having in table), {})


def _written(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
