"""The 83 abnormalities and 51 locations of chest-CT reports (RadChestCT, Draelos et al., Med Image Anal 2021).

The names are those of the SARLE labeller; titles and groups are read from ``resources/abnormalities.toml``,
the words by which reports name them from ``resources/report_terms``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ai.errors import UnknownName

REGIONS = ("lungs", "airways", "pleura", "heart", "great_vessels", "mediastinum", "bones", "devices", "elsewhere")
"""Where a reader looks for an abnormality in a list, in the order of a report."""
_REGION_OF_GROUP = {"lung": "lungs", "heart": "heart"}

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


@dataclass(frozen=True, slots=True)
class Abnormality:
    """One abnormality: its label, the words the reader sees, where its evidence may lie, and its place in a list."""

    name: str
    title: str
    group: str
    allowed_in: tuple[str, ...] = ()
    focal: bool = False
    region: str = "elsewhere"

    def __str__(self) -> str:
        return self.name


@cache
def abnormalities() -> tuple[Abnormality, ...]:
    """Return all 83, in the order of the original label file."""
    table = _table()
    return tuple(
        Abnormality(
            name=entry["name"],
            title=entry["title"],
            group=entry["group"],
            allowed_in=tuple(entry.get("allowed_in", ())),
            focal=bool(entry.get("focal", False)),
            region=str(entry.get("region", _REGION_OF_GROUP.get(entry["group"], "elsewhere"))),
        )
        for entry in table["abnormality"]
    )


@cache
def abnormality(name: str) -> Abnormality:
    """Return the abnormality of that label.

    Raises:
        UnknownName: the vocabulary has no such label.
    """
    for candidate in abnormalities():
        if candidate.name == name:
            return candidate
    raise UnknownName(f"“{name}” is none of the {len(abnormalities())} abnormalities of the vocabulary.")


@cache
def locations() -> dict[str, tuple[str, ...]]:
    """Return the 51 locations by group (lung, heart, great_vessel, generic)."""
    return {group: tuple(names) for group, names in _table()["locations"].items()}


@cache
def report_terms(name: str) -> dict[str, Any]:
    """Return one of the tables of ``resources/report_terms``: findings, places, cues, sections, ctrate18."""
    return tomllib.loads((RESOURCES / "report_terms" / f"{name}.toml").read_text(encoding="utf-8"))


def _table() -> dict[str, Any]:
    return tomllib.loads((RESOURCES / "abnormalities.toml").read_text(encoding="utf-8"))
