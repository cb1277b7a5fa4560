"""What of a session is no statement to anybody: kept in the structured report as a private element (PS3.5 7.8).

Findings that the reader rejected or the setting does not call present, thresholds of all settings, verdicts on changes,
and the words of the report are the program's own memory. As content of the report other readers would take them for
findings; a private element they pass over. An archive that strips private elements costs the session these, and no
more: what is stated, and the names of what was rejected, stand in the report's content.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydicom.dataset import Dataset

from ai.errors import UnknownName
from ai.findings import Composition, Finding, Lesion, Thresholds
from ai.geometry import PointMm
from ai.report.dicom.reading import DicomReading
from ai.report.uids import Uids
from ai.session import JudgedChange, WrittenLine, WrittenReport
from ai.vocabulary import abnormality

GROUP, CREATOR, ELEMENT = 0x0077, "INTERVAL SESSION", 0x01
SCHEMA = 1
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError, UnknownName)


@dataclass(frozen=True, eq=False)
class Untold:
    """A finding that the report does not state; its heat and its outlines are not kept."""

    name: str
    probability: float
    threshold: float
    logit: float
    lesions: tuple[Lesion, ...]
    extent: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Session:
    """What was kept.

    Args:
        untold: findings that the report does not state.
        thresholds: of all settings, by abnormality, stated or not.
        instance_thresholds: of an instance that was looked at closely, by abnormality; of all settings.
        instance_threshold: that of the setting in use, by abnormality.
        changes: verdicts on changes.
        report: the report's words; None where the reader wrote none.
        damaged: it is there and cannot be understood; all else is then empty.
    """

    untold: tuple[Untold, ...] = ()
    thresholds: Mapping[str, Thresholds] = field(default_factory=lambda: MappingProxyType({}))
    changes: tuple[JudgedChange, ...] = ()
    report: WrittenReport | None = None
    damaged: bool = False
    instance_thresholds: Mapping[str, Thresholds] = field(default_factory=lambda: MappingProxyType({}))
    instance_threshold: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def keep_session(made: Dataset, reading: DicomReading, uids: Uids) -> None:
    """Put a reading's session into its structured report.

    An anonymous export keeps no words of the report: they may name the patient.
    """
    told = {finding.abnormality.name for finding in reading.told().findings}
    findings = () if reading.analysis.withheld else reading.analysis.findings
    document = {
        "schema": SCHEMA,
        "findings": [_of_finding(one) for one in findings if one.abnormality.name not in told],
        "thresholds": _of_thresholds({one.abnormality.name: one.thresholds for one in findings}),
        "instance_thresholds": _of_thresholds({one.abnormality.name: one.instance_thresholds for one in findings}),
        "instance_threshold": {
            one.abnormality.name: one.instance_threshold for one in findings if one.instance_thresholds is not None
        },
        "changes": [_of_change(one, uids) for one in reading.changes],
        "report": None if reading.written is None or uids.anonymous else _of_report(reading.written),
    }
    block = made.private_block(GROUP, CREATOR, create=True)
    block.add_new(ELEMENT, "UT", json.dumps(document))


def kept_session(made: Dataset) -> Session:
    """Return the session in a structured report; an empty one where there is none."""
    try:
        value = made.private_block(GROUP, CREATOR)[ELEMENT].value
    except KeyError:
        return Session()
    try:
        text = value.decode("ascii") if isinstance(value, bytes) else str(value)
        return _session(json.loads(text.rstrip("\0 ")))
    except _FAULTS:
        return Session(damaged=True)


def _session(kept: Mapping[str, Any]) -> Session:
    if kept["schema"] != SCHEMA:
        return Session(damaged=True)
    report = kept["report"]
    return Session(
        tuple(_finding(one) for one in kept["findings"]),
        _thresholds(kept["thresholds"]),
        tuple(_change(one) for one in kept["changes"]),
        None if report is None else _report(report),
        instance_thresholds=_thresholds(kept.get("instance_thresholds", {})),
        instance_threshold=MappingProxyType({str(n): float(v) for n, v in kept.get("instance_threshold", {}).items()}),
    )


def _of_thresholds(told: Mapping[str, Thresholds | None]) -> dict[str, list[float]]:
    return {name: [one.sensitive, one.balanced, one.specific] for name, one in told.items() if one is not None}


def _thresholds(kept: Mapping[str, Any]) -> Mapping[str, Thresholds]:
    return MappingProxyType({str(name): Thresholds(*map(float, values)) for name, values in kept.items()})


def _of_finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.abnormality.name,
        "probability": finding.probability,
        "threshold": finding.threshold,
        "logit": finding.logit,
        "lesions": [_of_lesion(lesion) for lesion in finding.lesions],
        "extent": [list(part) for part in finding.extent],
    }


def _finding(kept: Mapping[str, Any]) -> Untold:
    return Untold(
        abnormality(str(kept["name"])).name,
        float(kept["probability"]),
        float(kept["threshold"]),
        float(kept["logit"]),
        tuple(_lesion(one) for one in kept["lesions"]),
        tuple((str(place), float(share)) for place, share in kept["extent"]),
    )


def _of_lesion(lesion: Lesion) -> dict[str, Any]:
    return {
        "abnormality": lesion.abnormality.name,
        "centre_mm": _of_place(lesion.centre),
        "diameters_mm": list(lesion.diameters_mm),
        "volume_mm3": lesion.volume_mm3,
        "mean_hu": _known(lesion.mean_hu),
        "location": lesion.location,
        "confidence": _known(lesion.confidence),
        "composition": None if lesion.composition is None else lesion.composition.value,
        "solid_mm": _known(lesion.solid_mm),
        "second_look": lesion.second_look,
    }


def _lesion(kept: Mapping[str, Any]) -> Lesion:
    long_mm, short_mm = map(float, kept["diameters_mm"])
    return Lesion(
        abnormality=abnormality(str(kept["abnormality"])),
        centre=_placed(kept["centre_mm"]),
        diameters_mm=(long_mm, short_mm),
        volume_mm3=float(kept["volume_mm3"]),
        mean_hu=_unknown(kept["mean_hu"]),
        location=str(kept["location"]),
        confidence=_unknown(kept["confidence"]),
        composition=None if kept["composition"] is None else Composition(kept["composition"]),
        solid_mm=_unknown(kept["solid_mm"]),
        second_look=bool(kept["second_look"]),
    )


def _of_change(change: JudgedChange, uids: Uids) -> dict[str, Any]:
    return {
        "abnormality": change.abnormality,
        "verdict": change.verdict,
        "prior_uid": uids.of(change.prior_uid),
        "prior_mm": _of_place(change.prior),
        "current_mm": _of_place(change.current),
    }


def _change(kept: Mapping[str, Any]) -> JudgedChange:
    if kept["verdict"] not in ("accepted", "rejected"):
        raise ValueError(kept["verdict"])
    places = (None if kept[key] is None else _placed(kept[key]) for key in ("prior_mm", "current_mm"))
    name = abnormality(str(kept["abnormality"])).name
    return JudgedChange(name, str(kept["verdict"]), str(kept["prior_uid"]), *places)


def _of_report(report: WrittenReport) -> dict[str, Any]:
    return {
        "lines": [[line.key, line.text, line.by_reader] for line in report.lines],
        "said": sorted(report.said),
    }


def _report(kept: Mapping[str, Any]) -> WrittenReport:
    lines = (WrittenLine(str(text), str(key), bool(mine)) for key, text, mine in kept["lines"])
    return WrittenReport(tuple(lines), frozenset(map(str, kept["said"])))


def _of_place(place: PointMm | None) -> list[float] | None:
    return None if place is None else [place.left, place.posterior, place.superior]


def _placed(kept: Sequence[float]) -> PointMm:
    return PointMm(*map(float, kept))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _unknown(kept: float | None) -> float:
    return math.nan if kept is None else float(kept)
