"""The model's card as a page to read: what it is, what it saw, what was measured on what it never saw, failures too."""

from __future__ import annotations

from typing import Any

from ai.findings import NEVER
from ai.model.bundle import Description
from ai.training.summary import summary
from ai.vocabulary import abnormality

_COLUMNS = ("positive", "negative", "auroc", "sensitivity", "specificity", "pointing", "energy", "ece")


def card_text(description: Description, remarks: str = "", close_look: str = "") -> str:
    """Return the card in Markdown; every figure is taken from the description's ``measured``.

    Args:
        description: of the bundle.
        remarks: what a reader should know besides.
        close_look: what its close look was trained on; empty where it has none.
    """
    parts = [
        f"# {description.title} ({description.identifier}, version {description.version})",
        "Research use only, not for clinical diagnosis.",
        f"**Looks for** {_titles(description, learned=True)}.",
        _not_learned(description),
        f"**Trained on.** {description.trained_on}",
        f"**Close look at nodules.** A second network, which learned from {close_look}." if close_look else "",
        remarks,
        f"**Calibration.** {description.calibration}" if description.calibration else "",
        f"**Limits.** {description.limits}",
        "## Measured",
        summary_text(description),
        "Sensitivity and specificity are at the balanced setting. Pointing: the strongest place lies within 10 mm of "
        "the abnormality. Energy: share of the heat in the 4 mm cells that hold it. ECE: expected calibration error, "
        "ten bins. Cases in which a label is undecided (a sliver, or only places where nobody may say) are left out "
        "for that label; heat in undecided places counts for everything else, as in a reading. Nodules: sensitivity "
        "for nodules of 4–30 mm at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false marks a scan, and its mean (Setio et al., Med "
        "Image Anal 2017); a nodule that later drawing hides is none. Pneumonia, patch or whole lung: the share of the "
        "lungs with evidence tells pneumonia of at "
        "least 30 % of both lungs from that of at most 6 %. Organs: Dice on 4 mm cells; over the whole path on the "
        "2 mm voxels of the reading. The "
        "command that trains and measures: `python main.py train --out DIR "
        "--scans SCANS`.",
    ]
    for title, measured in description.measured.items():
        parts.append(f"### {title[0].upper()}{title[1:]}")
        parts.append(_section(measured, description))
    parts += ["## Licence and attribution", f"Weights: {description.licence}. Scans used as anatomy:"]
    parts.append("\n".join(f"- {line}" for line in description.attribution) or "- none")
    return "\n\n".join(part for part in parts if part) + "\n"


def _titles(description: Description, learned: bool) -> str:
    chosen = zip(description.labels, description.thresholds, strict=True)
    return ", ".join(abnormality(label).title.lower() for label, at in chosen if (at.sensitive < NEVER) is learned)


def _not_learned(description: Description) -> str:
    """Say what it was taught in vain; nothing where it learned all."""
    named = _titles(description, learned=False)
    told = f"**Has not learned** {named}: on the calibration cases its evidence told nothing; never called."
    return told if named else ""


def summary_text(description: Description) -> str:
    """Return what was asked of the model beside what was measured, as a table in Markdown."""
    head, *rows = summary(description.measured)
    return markdown_table(head, rows)


def _section(measured: dict[str, Any], description: Description) -> str:
    if "labels" in measured:
        return _drawn(measured)
    if "dice" in measured or "nodules" in measured:
        return _lines(measured)
    return _real(measured, description)


def _drawn(measured: dict[str, Any]) -> str:
    mean = measured["mean"]
    rows = [[abnormality(label).title, *(_cell(row[c]) for c in _COLUMNS)] for label, row in measured["labels"].items()]
    rows.append(["mean", "", "", *(_cell(mean.get(c)) if c in mean else "" for c in _COLUMNS[2:])])
    beside = {name: value for name, value in measured.items() if name not in ("labels", "mean", "cases")}
    beside = {"pointing of focal labels": mean.get("focal pointing"), **beside}
    return f"{measured['cases']} cases.\n\n{markdown_table(['', *_COLUMNS], rows)}\n\n{_lines(beside)}"


def _lines(figures: dict[str, Any]) -> str:
    """A list of names and figures; a table of figures becomes one line."""
    return "\n".join(f"- {name}: {_words(value)}" for name, value in figures.items())


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(str(part) for part in value) or "none"
    return _cell(value)


def _real(measured: dict[str, Any], description: Description) -> str:
    """One column a scan: there are more labels than scans."""
    scans = list(measured)
    rows = [
        [abnormality(label).title, *(_verdict(measured[scan], label) for scan in scans)] for label in description.labels
    ]
    refused = [f"- {scan}: {measured[scan]['refused']}" for scan in scans if "refused" in measured[scan]]
    text = "Probability; bold where called present at the balanced setting.\n\n" + markdown_table(["", *scans], rows)
    return "\n\n".join([text, *(["\n".join(refused)] if refused else [])])


def _verdict(findings: dict[str, Any], label: str) -> str:
    if label not in findings:
        return "–"
    text = f"{findings[label]['probability']:.3f}"
    return f"**{text}**" if findings[label]["present"] else text


def _cell(value: float | int | None) -> str:
    return "–" if value is None else str(value)


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
