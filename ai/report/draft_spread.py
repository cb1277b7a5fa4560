"""What is told of a finding without lesions: how far it reaches, its measures, and both of then where they compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ai.change import ChangeKind, FindingChange
from ai.diffuse import EXTENT, DiffuseChange, QuantityChange, RegionChange
from ai.findings import Finding, Quantity
from ai.organs import LUNGS
from ai.report.draft_pieces import Pieces

_CLEARLY = 0.25
"""Of the larger value: less is no increase or decrease in words. With the two below chosen here, not measured."""
_LEAST_SHARE = 0.05
_LEAST_ML = 50.0
_LOBE_STANDS_OUT = 1.5
"""A lobe is named where its share changed so many times as much as that of both lungs."""
_BOTH_SIDES_FROM_ML = 20.0
_FLUID, _EMPHYSEMA_INDEX = "effusion_volume", "laa_950"
_EVEN_INDEX = "laa_950_even"
_OF_BREATH = frozenset({_EMPHYSEMA_INDEX, "cardiothoracic_ratio"})
_MOSTLY = 0.5
"""Where averaging takes more than this share of the emphysema index away, noise made most of it."""


@dataclass(frozen=True)
class Spread:
    """The pieces of one finding's sentence; each may be empty."""

    share: str = ""
    measure: str = ""
    course: str = ""


def spread_of(pieces: Pieces, finding: Finding, change: FindingChange | None, brief: bool = False) -> Spread:
    """Return what is told of an accepted finding; ``brief`` for an impression: no single lobes.

    Values of then are told of an accepted finding alone, where both scans were made alike enough, and neither the
    finding of then nor its change was rejected; where its change was accepted as new there is nothing of then.
    """
    then = _diffuse(pieces, finding, change)
    fluid, whole = _fluid_course(pieces, finding, then), _extent(pieces, finding, then)
    measure = _measures(pieces, finding, then, told_after=bool(fluid))
    if fluid:
        return Spread("", measure, fluid)
    if measure and _EMPHYSEMA_INDEX in _templates(pieces, finding):
        return Spread("", measure, _course(pieces, change, _tells_then(pieces, finding, then)))
    if whole is None:
        return Spread(pieces.share(finding), measure, _course(pieces, change, _tells_then(pieces, finding, then)))
    if _clear(whole.share_then, whole.share_now, _LEAST_SHARE):
        return Spread("", measure, _extent_course(pieces, whole, None if brief else then))
    before, now = _percent(whole.share_then), _percent(whole.share_now)
    said = pieces.words.say("piece", "unchanged" if before == now else "previously", then=f"{before}%")
    return Spread(pieces.words.say("piece", "share", share=now, then=said), measure, _course(pieces, change, True))


def withheld_by_breath(pieces: Pieces, finding: Finding) -> bool:
    """Return whether extent or density of then is left out because the patient breathed otherwise."""
    comparison = pieces.reading.comparison
    diffuse = None if comparison is None else comparison.diffuse
    if diffuse is None or diffuse.breath is None or diffuse.breath.comparable:
        return False
    if finding.abnormality.name in pieces.reading.not_compared:
        return False
    return bool(finding.extent) or not _OF_BREATH.isdisjoint(_templates(pieces, finding))


def _diffuse(pieces: Pieces, finding: Finding, change: FindingChange | None) -> DiffuseChange | None:
    reading = pieces.reading
    if reading.comparison is None or finding.abnormality.name in reading.not_compared:
        return None
    return None if change is not None and change.kind is ChangeKind.NEW else reading.comparison.diffuse


def _previous(then: DiffuseChange | None, name: str) -> QuantityChange | None:
    """Return a measure of both scans; None where it cannot be compared."""
    one = None if then is None or name in then.doubtful else then.quantity(name)
    return None if one is None or one.change is None else one


def _templates(pieces: Pieces, finding: Finding) -> dict[str, str]:
    found: dict[str, str] = pieces.words.table["measures"].get(finding.abnormality.name, {})
    return found


def _tells_then(pieces: Pieces, finding: Finding, then: DiffuseChange | None) -> bool:
    return any(_previous(then, name) is not None for name in _templates(pieces, finding))


def _measures(pieces: Pieces, finding: Finding, then: DiffuseChange | None, told_after: bool) -> str:
    """Say the measures that belong to a finding; fluid whose change is ``told_after`` only where it has two sides."""
    by_name = {one.name: one for one in pieces.reading.analysis.quantities}
    unsaid = _EMPHYSEMA_INDEX if _noisy(by_name) else _EVEN_INDEX
    said = []
    for name, template in _templates(pieces, finding).items():
        quantity, both = by_name.get(name), _previous(then, name)
        if quantity is None or quantity.value is None or name == unsaid:
            continue
        sides = _both_sides(pieces, quantity)
        if told_after and not sides:
            continue
        now = quantity.value if both is None or both.now is None else both.now
        before = "" if both is None or sides else _in_brackets(pieces, both)
        said.append(template.format(value=sides or _written(quantity, now), then=before))
    return "".join(said)


def _noisy(by_name: Mapping[str, Quantity]) -> bool:
    """Return whether noise makes most of the emphysema index, so that only the averaged one is worth telling."""
    values = [by_name[name].value if name in by_name else None for name in (_EMPHYSEMA_INDEX, _EVEN_INDEX)]
    return values[0] is not None and values[1] is not None and values[1] < (1 - _MOSTLY) * values[0]


def _in_brackets(pieces: Pieces, one: QuantityChange) -> str:
    """Say a measure of then; in the breath of now too where that is another figure."""
    if one.then is None or one.now is None:
        return ""
    measured, corrected = one.then.measured, one.then.in_this_breath
    then, now = _written(one, measured), _written(one, one.now)
    if corrected is not None and _written(one, corrected) != then:
        return pieces.words.say("piece", "previously_breath", then=then, corrected=_written(one, corrected))
    return pieces.words.say("piece", "unchanged" if then == now else "previously", then=then)


def _fluid_course(pieces: Pieces, finding: Finding, then: DiffuseChange | None) -> str:
    both = _previous(then, _FLUID) if _FLUID in _templates(pieces, finding) else None
    if both is None or both.then is None or both.now is None or not _clear(both.then.measured, both.now, _LEAST_ML):
        return ""
    key = "fluid_more" if both.now > both.then.measured else "fluid_less"
    values = {"then": f"{both.then.measured:.0f}", "now": f"{both.now:.0f}"}
    return pieces.words.say("course", key, date=pieces.prior_day(), **values)


def _both_sides(pieces: Pieces, quantity: Quantity) -> str:
    """Say fluid side by side; empty where it lies on one side, and for all other measures."""
    sides = dict(quantity.per_organ)
    right, left = sides.get("right_lung", 0.0), sides.get("left_lung", 0.0)
    if quantity.name != _FLUID or min(right, left) < _BOTH_SIDES_FROM_ML:
        return ""
    return pieces.words.say("piece", "both_sides", right=_written(quantity, right), left=_written(quantity, left))


def _extent(pieces: Pieces, finding: Finding, then: DiffuseChange | None) -> RegionChange | None:
    """Return how far a finding reached in both lungs; None unless both scans show it and can be compared."""
    if then is None or EXTENT in then.doubtful or then.breath is None or not dict(finding.extent).get(LUNGS):
        return None
    changes = () if pieces.reading.comparison is None else pieces.reading.comparison.findings
    of_it = next((one for one in changes if one.abnormality == finding.abnormality), None)
    if of_it is None or of_it.prior is None or not of_it.prior.present:
        return None
    return next((one for one in then.of_lungs() if one.abnormality == finding.abnormality), None)


def _extent_course(pieces: Pieces, whole: RegionChange, then: DiffuseChange | None) -> str:
    """Say from how much to how much, and which lobe stands out where lobes of both scans are the same lung."""
    words, more = pieces.words, whole.share_change > 0
    where = ""
    comparison = pieces.reading.comparison
    if then is not None and comparison is not None and comparison.registration.deformable:
        lobes = then.of_lobes(whole.abnormality)
        most = max(lobes, key=lambda lobe: lobe.share_change * (1 if more else -1), default=None)
        if most is not None and abs(most.share_change) >= _LOBE_STANDS_OUT * abs(whole.share_change):
            place = words.places([most.region])
            shares = {"then": _percent(most.share_then), "now": _percent(most.share_now)}
            where = words.say("course", "extent_most", place=place, **shares)
    shares = {"then": _percent(whole.share_then), "now": _percent(whole.share_now)}
    key = "extent_more" if more else "extent_less"
    return words.say("course", key, date=pieces.prior_day(), most=where, **shares)


def _course(pieces: Pieces, change: FindingChange | None, said: bool) -> str:
    """Say what became of it by the list of changes; that it was there before is clear where its measure then is."""
    if said and change is not None and change.kind is ChangeKind.STABLE:
        return ""
    return pieces.course_of_spread(change)


def _clear(then: float, now: float, least: float) -> bool:
    return abs(now - then) >= max(least, _CLEARLY * max(then, now))


def _percent(share: float) -> str:
    return "<1" if 0 < share < 0.01 else f"{100 * share:.0f}"


def _written(one: Quantity | QuantityChange, value: float) -> str:
    return one.shown(value).replace(" %", "%")
