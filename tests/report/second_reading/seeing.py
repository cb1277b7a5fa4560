"""What a model says of a drawn patient: the truth with noise, so that the check is measured and not the network.

Logits of what is there are drawn from N(2.2, 1.6), of what is not from N(−2.2, 1.5): an AUROC of .978. Of bodies of
6 mm and more 4 % are missed, of smaller ones 25 %; one patient in twenty has a nodule that is none; sizes are off by a
standard deviation of 0.4 mm + 3 %; one body in twenty is put into the lobe beside.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from ai.change import ChangeKind, Comparison, LesionChange, Registration
from ai.discrepancy import ReadingToCheck
from ai.findings import Analysis, Composition, Finding, Heatmap, Lesion, ModelCard, Peak, Quantity, Thresholds, sigmoid
from ai.geometry import PointMm
from ai.organs import Organs, code_of
from ai.series import Scan, Series, Study
from ai.vocabulary import abnormality
from ai.volume import Volume, axis_aligned
from tests.report.second_reading.patient import LABELS, Patient, Thing

THRESHOLDS = Thresholds(0.25, 0.5, 0.8)
CARD = ModelCard("drawn", "0", "0" * 64, "nothing")
FINE = axis_aligned((4, 4, 4), (1.0, 1.0, 1.0), PointMm(0, 0, 0))
COARSE = axis_aligned((20, 14, 22), (10.0, 10.0, 10.0), PointMm(-105, -65, -55))
HEAT = Heatmap(np.zeros(FINE.shape, dtype=np.float32), FINE, 0.0)
BESIDE = {
    "right_upper": "right_mid",
    "right_mid": "right_lower",
    "right_lower": "right_mid",
    "left_upper": "left_lower",
    "left_lower": "left_upper",
}
NOW, THEN = date(2024, 6, 1), date(2023, 12, 1)


def seen(patient: Patient) -> ReadingToCheck:
    """Return what a report of the patient is held against."""
    rng = np.random.default_rng([patient.seed, 2])
    lesions: dict[str, list[Lesion]] = {}
    changes: list[LesionChange] = []
    for thing in patient.things:
        if thing.body:
            _see(rng, thing, patient.compared, lesions, changes)
    if rng.random() < 0.05:
        lesions.setdefault("nodule", []).append(_lesion(Thing("nodule", "left_upper"), 6.5, 5.5, PointMm(60, 10, 70)))
    there = {thing.name for thing in patient.now()} | set(lesions)
    findings = tuple(_finding(rng, name, name in there, patient, lesions.get(name, [])) for name in LABELS)
    analysis = Analysis(findings, CARD, "cpu", 0.0, quantities=_fluid(patient), organs=ORGANS)
    comparison = Comparison(Registration(np.eye(4), 0.9), tuple(changes), (), (NOW - THEN).days)
    if not patient.compared:
        return ReadingToCheck(_scan(NOW), analysis)
    return ReadingToCheck(_scan(NOW), analysis, prior=_scan(THEN), comparison=comparison)


def _see(
    rng: np.random.Generator,
    thing: Thing,
    compared: bool,
    lesions: dict[str, list[Lesion]],
    changes: list[LesionChange],
) -> None:
    missed = rng.random() < (0.04 if thing.sizes_mm[0] >= 6 else 0.25)
    long_mm, short_mm = (size + float(rng.normal(0, 0.4 + 0.03 * size)) for size in thing.sizes_mm)
    if thing.name == "nodule" and long_mm > 30:
        long_mm = 30.0
    lobe = BESIDE.get(thing.lobe, thing.lobe) if rng.random() < 0.05 else thing.lobe
    current = _lesion(replace(thing, lobe=lobe), max(long_mm, short_mm), min(long_mm, short_mm), thing.centre)
    before = _lesion(thing, thing.before_mm, 0.85 * thing.before_mm, thing.centre)
    now_seen = not missed and not thing.gone
    if now_seen:
        lesions.setdefault(thing.name, []).append(current)
    then_seen = compared and thing.before_mm > 0
    if then_seen and now_seen:
        kind = ChangeKind.GROWN if long_mm > 1.15 * thing.before_mm else ChangeKind.STABLE
        changes.append(LesionChange(current.abnormality, kind, (before,), (current,)))
    elif then_seen:
        changes.append(LesionChange(before.abnormality, ChangeKind.GONE, (before,), ()))
    elif now_seen and compared:
        changes.append(LesionChange(current.abnormality, ChangeKind.NEW, (), (current,)))


def _lesion(thing: Thing, long_mm: float, short_mm: float, centre: PointMm) -> Lesion:
    volume = math.pi / 6 * long_mm * short_mm**2
    solid = Composition.SOLID if thing.name in ("nodule", "mass") else None
    return Lesion(abnormality(thing.name), centre, (long_mm, short_mm), volume, 30.0, thing.lobe, composition=solid)


def _finding(rng: np.random.Generator, name: str, there: bool, patient: Patient, lesions: list[Lesion]) -> Finding:
    logit = float(rng.normal(2.2, 1.6) if there else rng.normal(-2.2, 1.5))
    if abnormality(name).focal and not lesions and name != "aneurysm":
        logit = min(logit, -0.2)
    things = [thing for thing in patient.now() if thing.name == name]
    where = [thing.centre for thing in things]
    if any(thing.side == "both" for thing in things):
        where.append(PointMm(70.0, 40.0, 0.0))
    peaks = tuple(Peak(place, 3.0) for place in where or [PointMm(0, 0, 0)])
    told = THRESHOLDS.balanced
    return Finding(abnormality(name), sigmoid(logit), told, logit, HEAT, peaks, tuple(lesions), THRESHOLDS)


def _fluid(patient: Patient) -> tuple[Quantity, ...]:
    found = next((thing for thing in patient.now() if thing.name == "pleural_effusion"), None)
    if found is None:
        return (Quantity("effusion_volume", "Fluid", None, "ml", "drawn"),)
    amount = 800.0 if found.large else 180.0
    parts = tuple((f"{side}_lung", amount if found.side in (side, "both") else 0.0) for side in ("right", "left"))
    return (Quantity("effusion_volume", "Fluid", sum(ml for _, ml in parts), "ml", "drawn", "", parts),)


def _organs() -> Organs:
    codes = np.zeros(COARSE.shape, dtype=np.uint8)
    for index in np.ndindex(*COARSE.shape):
        left, _, up = COARSE.points_mm(np.array([index], dtype=np.float64))[0]
        if abs(left) < 20:
            codes[index] = code_of("heart")
        elif left < 0:
            codes[index] = code_of("right_upper" if up > 65 else "right_mid" if up > 15 else "right_lower")
        else:
            codes[index] = code_of("left_upper" if up > 40 else "left_lower")
    return Organs(codes, COARSE)


ORGANS = _organs()


def _scan(day: date) -> Scan:
    series = Series("1.2.3", Path("drawn"), Study(taken_on=day), thickness_mm=1.0, shape=FINE.shape)
    return Scan(Volume(np.zeros(FINE.shape, dtype=np.int16), FINE), series)
