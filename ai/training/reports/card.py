"""The card of a bundle that learned from reports: what it is, of whom it learned, what was measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ai.model.bundle import Description
from ai.training.card import markdown_table
from ai.vocabulary import abnormality

_KINDS = ("auroc", "average precision", "calibration error", "inside")
_EXPLAINED = (
    "Measured against the reports of patients that were neither learned from nor calibrated on; what a report leaves "
    "unsaid counts as absent, what it doubts is left out. In brackets: 95 % of 1000 samples of patients. Calibration "
    "error: expected, ten bins. Inside: share of the heat in the organs and side that the report names for a label "
    "that is there, or the vocabulary allows; beside it in the last column what heat spread evenly would score."
)


def card_text(description: Description) -> str:
    """Return the card in Markdown; every figure is taken from the description."""
    parts = [
        f"# {description.title} ({description.identifier}, version {description.version})",
        "Research use only, not for clinical diagnosis.",
        f"**Looks for** {', '.join(abnormality(label).title.lower() for label in description.labels)}.",
        f"**Trained on.** {description.trained_on}",
        f"**Calibration.** {description.calibration}",
        f"**Limits.** {description.limits}",
        "## Measured",
        _EXPLAINED,
    ]
    for title, figures in description.measured.items():
        parts += [f"### {title[0].upper()}{title[1:]}", _section(figures)]
    parts += ["## Licence and attribution", f"Weights: {description.licence}."]
    parts.append("\n".join(f"- {line}" for line in description.attribution))
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(figures: dict[str, Any]) -> str:
    if "reported" not in figures:
        return "\n".join(f"- {name}: {value}" for name, value in figures.items())
    head = ["", "with", "without", *_KINDS, "spread evenly"]
    rows = [
        [
            abnormality(label).title,
            str(row["positive"]),
            str(row["negative"]),
            *(_figure(row[kind]) for kind in _KINDS),
            _one(row["room"]),
        ]
        for label, row in figures["reported"].items()
    ]
    rows.append(["mean", "", "", *(_figure(figures["mean"][kind]) for kind in _KINDS), ""])
    few = ", ".join(abnormality(label).title.lower() for label in figures["too few to judge"])
    return markdown_table(head, rows) + (f"\n\nToo few scans to judge: {few}." if few else "")


def _figure(triple: Sequence[float | None]) -> str:
    value, low, high = triple
    if value is None:
        return "–"
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f}–{high:.3f})"


def _one(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
