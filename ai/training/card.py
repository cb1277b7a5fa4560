"""The model's card as a page to read: what it is, what it saw, what was measured on what it never saw, failures too."""

from __future__ import annotations

from typing import Any

from ai.model.bundle import Description
from ai.vocabulary import abnormality

_COLUMNS = ("positive", "negative", "auroc", "sensitivity", "specificity", "pointing", "energy", "ece")


def card_text(description: Description, remarks: str = "") -> str:
    """Return the card in Markdown; every figure is taken from the description's ``measured``."""
    parts = [
        f"# {description.title} ({description.identifier}, version {description.version})",
        "Research use only, not for clinical diagnosis.",
        f"**Looks for** {', '.join(abnormality(label).title.lower() for label in description.labels)}.",
        f"**Trained on.** {description.trained_on}",
        remarks,
        f"**Limits.** {description.limits}",
        "## Measured",
        "Sensitivity and specificity are at the shipped thresholds. Pointing: the strongest place is within two cells "
        "(8 mm) of the abnormality. Energy: share of the heat within one cell (4 mm) of it. ECE: expected calibration "
        "error, ten bins. Places where nobody may say (collapsed lung, strong dependent haze, thickened pleura, narrow "
        "fringes) are left out of these figures but not of a reading: specificity in use is lower. The command that "
        "trains and measures: `python main.py train --out DIR --scans SCANS`.",
    ]
    for title, measured in description.measured.items():
        parts.append(f"### {title[0].upper()}{title[1:]}")
        parts.append(_drawn(measured) if "labels" in measured else _real(measured, description))
    parts += ["## Licence and attribution", f"Weights: {description.licence}. Scans used as anatomy:"]
    parts.append("\n".join(f"- {line}" for line in description.attribution) or "- none")
    return "\n\n".join(part for part in parts if part) + "\n"


def _drawn(measured: dict[str, Any]) -> str:
    mean = measured["mean"]
    rows = [[abnormality(label).title, *(_cell(row[c]) for c in _COLUMNS)] for label, row in measured["labels"].items()]
    rows.append(["mean", "", "", *(_cell(mean.get(c)) if c in mean else "" for c in _COLUMNS[2:])])
    return f"{measured['cases']} cases.\n\n" + _table(["", *_COLUMNS], rows)


def _real(measured: dict[str, Any], description: Description) -> str:
    rows = []
    for scan, findings in measured.items():
        if "refused" in findings:
            rows.append([scan, findings["refused"], *("" for _ in description.labels[1:])])
            continue
        rows.append([scan, *(_verdict(findings[label]) for label in description.labels)])
    titles = [abnormality(label).title for label in description.labels]
    return "Probability; bold where called present.\n\n" + _table(["scan", *titles], rows)


def _verdict(finding: dict[str, Any]) -> str:
    text = f"{finding['probability']:.3f}"
    return f"**{text}**" if finding["present"] else text


def _cell(value: float | int | None) -> str:
    return "–" if value is None else str(value)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
