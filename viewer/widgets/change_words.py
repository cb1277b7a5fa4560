"""A change in words: what became of it, then → now, by how much, how fast."""

from __future__ import annotations

from ai.change import ChangeKind, Comparison, FindingChange, LesionChange
from ai.findings import Lesion
from viewer.state.whereabouts import place
from viewer.widgets.finding_row import percent
from viewer.widgets.instance_row import volume

Change = LesionChange | FindingChange
WORDS = {
    ChangeKind.NEW: "new",
    ChangeKind.MERGED: "merged",
    ChangeKind.SPLIT: "split",
    ChangeKind.GROWN: "larger",
    ChangeKind.SHRUNK: "smaller",
    ChangeKind.GONE: "resolved",
    ChangeKind.STABLE: "unchanged",
}
"""In the order that matters."""
WEIGHT = list(WORDS)


def by_weight(comparison: Comparison) -> tuple[Change, ...]:
    """Return every change once, in the order that matters: by its kind, then the most changed or largest first.

    A finding is told by its lesions where they are compared, else by itself.
    """
    told = {lesion.abnormality.name for change in comparison.lesions for lesion in change.lesions}
    findings = [
        change
        for change in comparison.findings
        if change.abnormality.name not in told
        and any(f is not None and f.present for f in (change.prior, change.current))
    ]
    changes: list[Change] = [*comparison.lesions, *findings]
    return tuple(sorted(changes, key=lambda change: (WEIGHT.index(change.kind), -_amount(change))))


def title_words(change: Change) -> str:
    """Return what it is and where."""
    name = change.abnormality.title
    seen = change.current or change.prior
    if isinstance(seen, Lesion) and place(seen.location):
        return f"{name} · {place(seen.location)}"
    return name


def size_words(change: Change) -> str:
    """Return volumes then → now with the change in percent; of a whole finding its probabilities."""
    if isinstance(change, FindingChange):
        then, now = (None if f is None else percent(f.probability) for f in (change.prior, change.current))
        return f"{then or '–'} → {now or '–'}"
    then, now = (None if lesion is None else volume(lesion.volume_mm3) for lesion in (change.prior, change.current))
    words = f"{then or '–'} → {now or '–'}"
    if change.volume_change is not None:
        words += f"  {100 * change.volume_change:+.0f} %".replace("-", "−")
    return words


def diameter_words(change: Change) -> str:
    """Return mean diameters then → now in millimetres; empty where there are none."""
    if isinstance(change, FindingChange):
        return ""
    then, now = (0.0 if lesion is None else lesion.diameter_mm for lesion in (change.prior, change.current))
    if max(then, now) <= 0:
        return ""
    return " → ".join(f"{size:.1f}" if size > 0 else "–" for size in (then, now)) + " mm mean diameter"


def doubling_words(change: Change) -> str:
    """Return how fast it grew; empty where that cannot be told."""
    if isinstance(change, FindingChange) or change.doubling_days is None or change.doubling_days <= 0:
        return ""
    return f"volume doubles in {change.doubling_days:.0f} days"


def _amount(change: Change) -> float:
    """How much there is to it: the change of volume where both are known, else the larger volume."""
    if isinstance(change, FindingChange):
        return -1.0
    if change.volume_change is not None:
        return abs(change.volume_change)
    return max(lesion.volume_mm3 for lesion in (change.prior, change.current) if lesion is not None)
