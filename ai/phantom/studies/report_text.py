"""A plain report of a synthetic scan: technique, findings by region, impression; with a prior, what has changed."""

from __future__ import annotations

from ai.phantom.canvas import Canvas, Instance
from ai.phantom.studies.fates import Fate, Lot
from ai.phantom.studies.places import in_lung, side_of
from ai.phantom.studies.visit import Visit
from ai.vocabulary import abnormality

REGIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Lines, tubes and devices": (
        "None.",
        ("pacemaker_or_defib", "catheter_or_port", "chest_tube", "tracheal_tube", "sternotomy"),
    ),
    "Lungs and airways": (
        "The lungs are clear. The airways are patent.",
        ("mass", "nodule", "nodulegr1cm", "cavitation", "cyst", "granuloma", "pneumonia", "consolidation",
         "groundglass", "pulmonary_edema", "septal_thickening", "atelectasis", "emphysema", "fibrosis", "honeycombing",
         "reticulation", "scarring", "bandlike_or_linear", "bronchiectasis", "bronchial_wall_thickening",
         "tree_in_bud"),
    ),
    "Pleura": (
        "No pleural effusion. No pneumothorax.",
        ("pneumothorax", "pleural_effusion", "pleural_thickening"),
    ),
    "Heart and great vessels": (
        "The heart is not enlarged. No pericardial effusion. The aorta is of normal calibre.",
        ("cardiomegaly", "pericardial_effusion", "aneurysm", "dilation_or_ectasia", "coronary_artery_disease",
         "atherosclerosis", "calcification"),
    ),
    "Mediastinum and hila": ("No enlarged lymph nodes.", ("lymphadenopathy", "hernia")),
    "Bones and chest wall": ("No fracture.", ("fracture",)),
}  # fmt: skip
"""Region → (what is said where nothing is there, its abnormalities in the order of being told)."""
_SIDED = ("pneumothorax", "pleural_effusion", "pleural_thickening", "fracture", "chest_tube", "pacemaker_or_defib")
_URGENT = ("pneumothorax", "aneurysm", "mass", "pneumonia", "consolidation", "pulmonary_edema", "pleural_effusion",
           "pericardial_effusion", "nodulegr1cm", "nodule", "cavitation", "lymphadenopathy", "fracture", "fibrosis",
           "honeycombing", "emphysema", "bronchiectasis", "groundglass", "atelectasis")  # fmt: skip
"""In the order of an impression."""
_TOLD = 6
_MANY, _SHOWN = 5, 3
"""Of more lesions of one kind than ``_MANY`` only the largest are described."""


def report_text(visit: Visit, prior: Visit | None = None, lots: tuple[Lot, ...] = ()) -> str:
    """Return the report of a visit; with the visit before and the lesions' fates it compares."""
    canvas, protocol = visit.canvas, visit.protocol
    lines = [
        "CHEST CT (synthetic patient)",
        "",
        f"Technique: axial slices of {visit.slice_mm:g} mm, {protocol.kernel} kernel, {visit.day.isoformat()}.",
        f"Comparison: {'CT of ' + prior.day.isoformat() if prior else 'none'}.",
        "",
        "FINDINGS",
    ]
    for region, (nothing, labels) in REGIONS.items():
        told = _told(canvas, labels)
        if told or nothing != "None.":
            lines.append(f"{region}: {' '.join(_sentences(canvas, told)) or nothing}")
    if prior is not None:
        lines += ["", "CHANGE SINCE THE PRIOR", *_changes(visit, prior, lots)]
    return "\n".join([*lines, "", "IMPRESSION", *_impression(canvas)]) + "\n"


def sentence(canvas: Canvas, one: Instance) -> str:
    """Say one lesion as a sentence."""
    text = phrase(canvas, one)
    return f"{text[0].upper()}{text[1:]}."


def _sentences(canvas: Canvas, told: list[Instance]) -> list[str]:
    """Say lesions one by one; of many of one kind the largest, and then how many more."""
    found = []
    for label in dict.fromkeys(one.label for one in told):
        same = sorted((one for one in told if one.label == label), key=lambda one: -one.diameter_mm)
        shown = same if len(same) <= _MANY else same[:_SHOWN]
        found += [sentence(canvas, one) for one in shown]
        if len(same) > len(shown):
            rest = same[len(shown) :]
            found.append(
                f"{len(rest)} further {abnormality(label).title.lower()} findings of {rest[-1].diameter_mm:.0f} "
                f"to {rest[0].diameter_mm:.0f} mm."
            )
    return found


def phrase(canvas: Canvas, one: Instance) -> str:
    """Say one lesion and its place."""
    sided = "right" in one.words or "left" in one.words or "bilateral" in one.words
    if one.label in REGIONS["Lungs and airways"][1]:
        alone = sum(other.label == one.label for other in canvas.instances) == 1 and not abnormality(one.label).focal
        return one.words if "lobe" in one.words else f"{one.words} {in_lung(canvas, one, alone)}"
    return f"{one.words} on the {side_of(canvas, one)}" if one.label in _SIDED and not sided else one.words


def _told(canvas: Canvas, labels: tuple[str, ...]) -> list[Instance]:
    """The instances of some labels, in the labels' order; one lesion that has several labels is told once."""
    told: dict[tuple[str, tuple[float, float, float]], Instance] = {}
    for label in labels:
        for one in canvas.instances:
            if one.label == label:
                told.setdefault((one.words, one.centre), one)
    return list(told.values())


def _changes(visit: Visit, prior: Visit, lots: tuple[Lot, ...]) -> list[str]:
    found: dict[tuple[Fate, str], list[str]] = {}
    for lot in lots:
        canvas, number = (visit.canvas, lot.current) if lot.current is not None else (prior.canvas, lot.prior or 0)
        one = canvas.instances[number]
        line = f"- {_changed(phrase(canvas, one), lot, visit, prior)}."
        same = found.setdefault((lot.fate, one.label), [])
        if not any(line in lines for lines in found.values()):
            same.append(line)
    told: list[str] = []
    for (fate, label), lines in found.items():
        told += lines if len(lines) <= _MANY else lines[:_SHOWN]
        if len(lines) > _MANY:
            told.append(f"- {len(lines) - _SHOWN} further {abnormality(label).title.lower()} findings: {fate.value}.")
    return told or ["- No lesion in either scan."]


def _changed(text: str, lot: Lot, visit: Visit, prior: Visit) -> str:
    if lot.fate is Fate.NEW:
        return f"New: {text}"
    if lot.fate is Fate.GONE:
        return f"No longer seen: {text}"
    if lot.fate is Fate.STABLE or lot.prior is None or lot.current is None:
        return f"Unchanged: {text}"
    before = prior.canvas.instances[lot.prior].diameter_mm
    after = visit.canvas.instances[lot.current].diameter_mm
    word = "Grown" if lot.fate is Fate.GROWN else "Smaller"
    return f"{word}, {after:.0f} mm after {before:.0f} mm: {text}"


def _impression(canvas: Canvas) -> list[str]:
    urgent = _told(canvas, _URGENT)
    if not urgent:
        return ["1. No acute abnormality of the chest."]
    lines = [f"{number}. {sentence(canvas, one)}" for number, one in enumerate(urgent[:_TOLD], 1)]
    if len(urgent) > _TOLD:
        lines.append(f"{_TOLD + 1}. {len(urgent) - _TOLD} more as described.")
    return lines
