"""A change in words: what became of it, then → now, by how much, how fast."""

from __future__ import annotations

from ai.change import ChangeKind, Comparison, FindingChange, LesionChange
from ai.findings import Composition, Lesion
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

    What may have been there before, or be there still, comes after what surely changed.

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
    return tuple(sorted(changes, key=_weight))


def _weight(change: Change) -> tuple[bool, bool, int, float]:
    doubtful = isinstance(change, LesionChange) and change.obscured
    return change.kind is ChangeKind.STABLE, doubtful, WEIGHT.index(change.kind), -_amount(change)


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
    words = f"{_volumes(change.priors)} → {_volumes(change.currents)}"
    if change.volume_change is not None:
        words += f"  {100 * change.volume_change:+.0f} %".replace("-", "−")
    return words


def _volumes(lesions: tuple[Lesion, ...]) -> str:
    return " + ".join(volume(lesion.volume_mm3) for lesion in lesions) or "–"


def diameter_words(change: Change) -> str:
    """Return mean diameters then → now in millimetres; empty where there are none."""
    if isinstance(change, FindingChange):
        return ""
    if max(lesion.diameter_mm for lesion in change.lesions) <= 0:
        return ""
    sides = (" + ".join(f"{one.diameter_mm:.1f}" for one in side) or "–" for side in (change.priors, change.currents))
    return " → ".join(sides) + " mm mean diameter"


def made_of_words(change: Change) -> str:
    """Return what the lesion is made of, then → now where that changed, with its mass's change; empty if not known."""
    if isinstance(change, FindingChange):
        return ""
    kinds = [_composition(lesion) for lesion in (change.prior, change.current) if lesion is not None]
    words = [" → ".join(dict.fromkeys(filter(None, kinds)))]
    if change.mass_change is not None:
        words.append(f"mass {100 * change.mass_change:+.0f} %".replace("-", "−"))
    return " · ".join(filter(None, words))


def _composition(lesion: Lesion) -> str:
    if lesion.composition is Composition.PART_SOLID:
        return f"{lesion.composition} (solid {lesion.solid_mm:.1f} mm)"
    return "" if lesion.composition is None else str(lesion.composition)


def second_look_words(change: Change) -> str:
    """Return in which scan the program did not find the lesion by itself; empty where it found all."""
    if isinstance(change, FindingChange) or not change.second_look:
        return ""
    which = "prior" if any(lesion.second_look for lesion in change.priors) else "current scan"
    return f"Found on second look in the {which}"


def kind_words(change: Change) -> str:
    """Return what became of it, as a question where the other scan may hide it."""
    return WORDS[change.kind] + ("?" if isinstance(change, LesionChange) and change.obscured else "")


def obscured_words(change: Change) -> str:
    """Return that a lesion seen in one scan may lie hidden in the other; empty where it does not."""
    if isinstance(change, FindingChange) or not change.obscured:
        return ""
    which = "prior" if change.kind is ChangeKind.NEW else "current scan"
    return f"The {which} is as dense there: it may lie hidden"


def advice_words(change: Change) -> tuple[str, ...]:
    """Return the categories that guidelines give; what they do not give is only in the tooltip."""
    if isinstance(change, FindingChange):
        return ()
    return tuple(f"{said.guideline}: {said.category}" for said in change.advice if said.given)


def advice_tip(change: Change) -> str:
    """Return every guideline's word with its reason and source."""
    if isinstance(change, FindingChange):
        return ""
    return "\n\n".join(f"{said}\n{said.source}" for said in change.advice)


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
    return max(lesion.volume_mm3 for lesion in change.lesions)
