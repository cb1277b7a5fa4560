"""A session from the objects that an export wrote.

Findings with their instances, outlines, heat and measures; what the reader said of them and of changes; the report's
own words and what was struck out of it. Findings that the report does not state, because the reader rejected them or
the setting does not call them present, come back with their places and sizes.

Not restored, because nothing of it is written: heat and outlines of findings that are not stated (an archive would
show them as findings); the comparison, which is made anew when the prior is opened and then finds its verdicts again
by place; older studies' lines; the second reader's text and verdicts; how the panes stood. An anonymous export keeps
no words of the report.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as DicomCode

from ai.findings import NEVER, Analysis, Composition, Finding, Heatmap, Lesion, ModelCard, Peak, Quantity, by_weight
from ai.geometry import Index, PointMm
from ai.progress import QUIET, Progress
from ai.report.codes import OURS, UCUM_UNITS, Code, abnormality_of, location_of
from ai.report.dicom import concepts as c
from ai.report.dicom.content import EMPTY, Item
from ai.report.dicom.foreign import foreign_notices
from ai.report.dicom.objects import groups_of, is_of, is_ours, reports_beside
from ai.report.dicom.session import Untold, kept_session
from ai.report.dicom.stored_maps import StoredMaps
from ai.report.dicom.stored_masks import StoredMasks
from ai.report.dicom.tracking import KnownTrack, Track
from ai.series import Notice, Scan
from ai.session import JudgedChange, WrittenReport
from ai.vocabulary import abnormality

_SITE = ("363698007", "SCT")
_SIDE = ("272741003", "SCT")
_CATEGORY = ("276214006", "SCT")
_FINDING = ("121071", "DCM")
_DAMAGED = (
    "What the earlier reading kept for this program alone cannot be understood: rejected findings, verdicts on changes "
    "and the report's own words are lost."
)


@dataclass(frozen=True, eq=False)
class Restored:
    """What lay beside a scan.

    Args:
        analysis: what an earlier reading handed on; None where there is none of this scan.
        verdicts: what its reader said, by abnormality: ``accepted`` or ``rejected``.
        notices: what was restored, and what else lies there that is not read as findings.
        changes: what its reader said of changes.
        written: the report as its reader left it; None where he wrote nothing in it.
    """

    analysis: Analysis | None = None
    verdicts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = ()
    changes: tuple[JudgedChange, ...] = ()
    written: WrittenReport | None = None


def restore(scan: Scan, progress: Progress = QUIET) -> Restored:
    """Return the latest reading of a scan that was found beside it, and say what else was.

    What is damaged or not ours is told in a notice and never raises.
    """
    progress.report(0.0, "Looking for an earlier reading")
    notices = foreign_notices(scan)
    ours = [(path, report) for path, report in reports_beside(scan) if _is_reading(report, scan)]
    if not ours:
        return Restored(notices=notices)
    path, report = max(ours, key=lambda pair: _written(pair[1]))
    reader = _Reader(scan, report, progress)
    analysis = reader.analysis()
    if analysis is None:
        text = f"{path.name} is a reading of this scan by this program, but it cannot be understood; it was left out."
        return Restored(notices=(*notices, Notice(text, grave=True)))
    text = (
        f"The findings were read back from {path.name} ({analysis.card.identifier}, version {analysis.card.version}); "
        "the model did not run again."
    )
    said = (Notice(text), *reader.notices, *notices)
    return Restored(analysis, reader.verdicts(), said, reader.session.changes, reader.session.report)


def _is_reading(report: Dataset, scan: Scan) -> bool:
    """Tell whether a report is this program's, of this scan, and says something: withheld findings are asked anew."""
    if not (is_ours(report) and is_of(report, scan)):
        return False
    return all(_key(_finding(group)) != (c.WITHHELD.value, OURS) for group in groups_of(report))


def known_tracks(scan: Scan) -> list[KnownTrack]:
    """Return the lesions that earlier reports of a scan named, and how."""
    found = []
    for _, report in reports_beside(scan):
        if not (is_ours(report) and is_of(report, scan)):
            continue
        for group in groups_of(report):
            kind, centre = abnormality_of(*_key(_finding(group))), _centre(group)
            track = Track(_text(group, "112039"), _text(group, "112040"))
            if kind is not None and centre is not None and track.uid:
                found.append(KnownTrack(kind.name, centre, _number(group, c.DIAMETER, 0.0), track))
    return found


class _Reader:
    """Reads one report of ours."""

    def __init__(self, scan: Scan, report: Dataset, progress: Progress) -> None:
        self._report = report
        self._groups = groups_of(report)
        self._masks = StoredMasks(scan, report, progress)
        self._maps = StoredMaps(scan)
        self.session = kept_session(report)
        self.notices: list[Notice] = []

    def analysis(self) -> Analysis | None:
        """Return what the report says; None where it says nothing that we know."""
        card = self._card()
        if card is None:
            return None
        lesions: dict[str, list[Lesion]] = {}
        for group in self._of_category(c.INSTANCE):
            lesion = self._lesion(group)
            if lesion is not None:
                lesions.setdefault(lesion.abnormality.name, []).append(lesion)
        told = [self._finding(group, lesions, card) for group in self._of_category(c.SCAN_FINDING)]
        findings = [finding for finding in told if finding is not None]
        lost = [f.abnormality.title.lower() for f in findings if not f.heatmap.values.any()]
        if lost:
            self.notices.append(Notice(f"No heatmap was kept of: {', '.join(lost)}."))
        if self.session.damaged:
            self.notices.append(Notice(_DAMAGED, grave=True))
        self.notices += self._masks.notices
        findings += [self._untold(one) for one in self.session.untold]
        quantities = tuple(map(_quantity, self._of_category(c.MEASURE)))
        return Analysis(by_weight(findings), card, "", 0.0, (), quantities, organs=self._masks.organs())

    def verdicts(self) -> Mapping[str, str]:
        """Return what the reader said."""
        said: dict[str, str] = {}
        for group in self._of_category(c.SCAN_FINDING):
            verdict = group.first(c.VERDICT.value, OURS)
            kind = abnormality_of(*_key(_finding(group)))
            if verdict is not None and kind is not None and verdict.code.value == "accepted":
                said[kind.name] = "accepted"
        for item in Item(self._report).all():
            kind = abnormality_of(*_key(item.code)) if _key(item.concept) == (c.REJECTED.value, OURS) else None
            if kind is not None:
                said[kind.name] = "rejected"
        return MappingProxyType(said)

    def _of_category(self, category: Code) -> list[Item]:
        return [group for group in self._groups if _category(group) == (category.value, category.scheme)]

    def _card(self) -> ModelCard | None:
        for group in self._groups:
            name, version = _text(group, "111001"), _text(group, "111003")
            if name and version:
                said = dict(
                    parameter.text.partition("=")[::2] for parameter in group.of("111002", "DCM") if parameter.text
                )
                title = _text(Item(self._report), "121015")
                return ModelCard(name, version, said.get("sha256", ""), said.get("trained_on", ""), title)
        return None

    def _finding(self, group: Item, lesions: Mapping[str, list[Lesion]], card: ModelCard) -> Finding | None:
        kind = abnormality_of(*_key(_finding(group)))
        if kind is None:
            return None
        logit, bias = _number(group, c.LOGIT), _number(group, c.BIAS)
        heatmap = self._maps.of(kind.name, bias, logit, card)
        mine = tuple(lesions.get(kind.name, ()))
        return Finding(
            abnormality=kind,
            probability=_number(group, c.CERTAINTY) / 100,
            threshold=_number(group, c.THRESHOLD) / 100,
            logit=logit,
            heatmap=heatmap,
            peaks=_peaks(mine, heatmap),
            lesions=mine,
            thresholds=self.session.thresholds.get(kind.name),
            instance_thresholds=self.session.instance_thresholds.get(kind.name),
            instance_threshold=self.session.instance_threshold.get(kind.name, NEVER),
            extent=tuple(
                (_lungs(_location(share)), (share.number or 0.0) / 100) for share in group.of(c.EXTENT.value, OURS)
            ),
        )

    def _untold(self, kept: Untold) -> Finding:
        """Return a finding that the report does not state: without heat."""
        heatmap = self._maps.without_heat(kept.logit)
        return Finding(
            abnormality=abnormality(kept.name),
            probability=kept.probability,
            threshold=kept.threshold,
            logit=kept.logit,
            heatmap=heatmap,
            peaks=_peaks(kept.lesions, heatmap),
            lesions=kept.lesions,
            thresholds=self.session.thresholds.get(kept.name),
            instance_thresholds=self.session.instance_thresholds.get(kept.name),
            instance_threshold=self.session.instance_threshold.get(kept.name, NEVER),
            extent=kept.extent,
        )

    def _lesion(self, group: Item) -> Lesion | None:
        kind, centre = abnormality_of(*_key(_finding(group))), _centre(group)
        if kind is None or centre is None:
            return None
        mask, grid = self._masks.of(group)
        return Lesion(
            abnormality=kind,
            centre=centre,
            diameters_mm=(_number(group, c.LONG_AXIS), _number(group, c.SHORT_AXIS)),
            volume_mm3=_number(group, c.VOLUME),
            mean_hu=_number(group, c.ATTENUATION),
            location=_location(group),
            mask=mask,
            grid=grid,
            confidence=_number(group, c.CERTAINTY) / 100,
            composition=_composition(group),
            solid_mm=_number(group, c.SOLID),
            second_look=group.first(c.FOUND.value, OURS) is not None,
        )


def _written(report: Dataset) -> tuple[str, str]:
    return str(report.get("ContentDate") or ""), str(report.get("ContentTime") or "")


def _peaks(lesions: tuple[Lesion, ...], heatmap: Heatmap) -> tuple[Peak, ...]:
    """Return where to look: each instance; without one the hottest place; none without heat."""
    if lesions:
        return tuple(Peak(lesion.centre, _heat_at(heatmap, lesion.centre)) for lesion in lesions)
    if not heatmap.values.any():
        return ()
    hottest = np.unravel_index(int(heatmap.values.argmax()), heatmap.values.shape)
    return (Peak(heatmap.grid.point(Index(*(float(n) for n in hottest))), float(heatmap.values[hottest])),)


def _heat_at(heatmap: Heatmap, place: PointMm) -> float:
    voxel = heatmap.grid.nearest(place)
    return 0.0 if voxel is None else float(heatmap.values[voxel])


def _quantity(group: Item) -> Quantity:
    name = _finding(group)
    measured = list(group.of(name.value, OURS))
    whole = next((one for one in measured if not _location(one)), None)
    value = None if whole is None else whole.number
    texts = {concept.value: _text(group, concept.value, OURS) for concept in (c.CAVEAT, c.DEFINED_BY)}
    back = {ucum: unit for unit, ucum in UCUM_UNITS.items()}
    return Quantity(
        name=name.value,
        title=name.meaning,
        value=value,
        unit="" if whole is None else back.get(whole.unit.value, whole.unit.value),
        source=texts[c.DEFINED_BY.value],
        caveat=texts[c.CAVEAT.value],
        per_organ=tuple((_location(one), one.number or 0.0) for one in measured if _location(one)),
        decimals=0 if value is None or abs(value) >= 100 or value == round(value) else 1,
    )


def _key(code: Code) -> tuple[str, str]:
    return code.value, code.scheme


def _finding(group: Item) -> Code:
    item = group.first(*_FINDING)
    return EMPTY if item is None else item.code


def _category(group: Item) -> tuple[str, str]:
    item = group.first(*_CATEGORY)
    return ("", "") if item is None else _key(item.code)


def _text(item: Item, value: str, scheme: str = "DCM") -> str:
    child = item.first(value, scheme)
    return "" if child is None else child.text


def _number(group: Item, name: Code | DicomCode, silent: float = math.nan) -> float:
    scheme = name.scheme if isinstance(name, Code) else name.scheme_designator
    item = group.first(name.value, scheme)
    number = None if item is None else item.number
    return silent if number is None else number


def _composition(group: Item) -> Composition | None:
    item = group.first(c.COMPOSITION.value, OURS)
    return next((kind for kind in Composition if item is not None and kind.value == item.code.value), None)


def _location(item: Item) -> str:
    site = item.first(*_SITE)
    if site is None:
        return ""
    side = site.first(*_SIDE)
    return location_of(*_key(site.code), "" if side is None else side.code.value)


def _lungs(location: str) -> str:
    return "lungs" if location == "lung" else location


def _centre(group: Item) -> PointMm | None:
    """Return the instance's middle."""
    item = group.first(c.CENTRE.value, c.CENTRE.scheme_designator)
    data = None if item is None else item.item.get("GraphicData")
    return None if data is None or len(data) != 3 else PointMm.of(np.array([float(v) for v in data]))
