"""What we measured by eye on the slices of one real scan: courses, outlines and places, as ``landmarks/NAME.toml``.

The files hold LPS millimetres of the patient; here they become places of a canvas of that patient.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai.errors import IntervalError
from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Course, Landmarks, Vector
from ai.vocabulary import RESOURCES

Places = NDArray[np.float64]

_FOLDER = RESOURCES / "training" / "landmarks"
_COURSES = (
    "aorta",
    "pulmonary_trunk",
    "vena_cava",
    "subclavian_right",
    "subclavian_left",
    "jugular_right",
    "oesophagus",
    "sternum",
    "spine",
)


class MeasuredError(IntervalError):
    """A file of landmarks that cannot be used."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The heart's edge in one axial plane: its height, and (n, 2) places (left, posterior) around it."""

    superior_mm: float
    places: Places


@dataclass(frozen=True, eq=False)
class Measured:
    """One scan's measures, LPS millimetres.

    Args:
        courses: name in ``Landmarks`` → (n, 4): left, posterior, superior, radius.
        coronaries: name → the same.
        nodes: station → (3,).
        heart: outlines from above.
        fissures: ``right_oblique``, ``right_horizontal``, ``left_oblique`` → (n, 3) places on them.
    """

    courses: Mapping[str, Places]
    coronaries: Mapping[str, Places]
    nodes: Mapping[str, Places]
    heart: tuple[Outline, ...]
    fissures: Mapping[str, Places]


def measured(name: str) -> Measured | None:
    """Return what was measured of a patient; None where nobody has measured.

    Raises:
        MeasuredError: the file names a course that landmarks do not know.
    """
    path = _FOLDER / f"{name}.toml"
    if not name or not path.exists():
        return None
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(table.get("courses", {})) - set(_COURSES)
    if unknown:
        raise MeasuredError(f"The landmarks of {name} have courses that nothing asks for: {sorted(unknown)}.")
    return Measured(
        _arrays(table.get("courses", {})),
        _arrays(table.get("coronaries", {})),
        _arrays(table.get("nodes", {})),
        tuple(Outline(float(o["superior"]), np.array(o["outline"], dtype=np.float64)) for o in table.get("heart", [])),
        _arrays(table.get("fissures", {})),
    )


def placed(what: Measured, canvas: Canvas) -> Landmarks:
    """Return the measured courses and places in a canvas's frame; heart, airways and ribs are not among them."""
    courses = {name: _course(places, canvas) for name, places in what.courses.items()}
    return Landmarks(
        aorta=courses.get("aorta"),
        pulmonary_trunk=courses.get("pulmonary_trunk"),
        vena_cava=courses.get("vena_cava"),
        subclavian_right=courses.get("subclavian_right"),
        subclavian_left=courses.get("subclavian_left"),
        jugular_right=courses.get("jugular_right"),
        oesophagus=courses.get("oesophagus"),
        sternum=courses.get("sternum"),
        spine=courses.get("spine"),
        coronaries={name: _course(places, canvas) for name, places in what.coronaries.items()},
        nodes={name: _vector(_moved(place[None], canvas)[0]) for name, place in what.nodes.items()},
    )


def _arrays(table: Mapping[str, Any]) -> dict[str, Places]:
    return {name: np.array(rows, dtype=np.float64) for name, rows in table.items()}


def _moved(places: Places, canvas: Canvas) -> Places:
    """(left, posterior, superior) of the patient to (up, back, left) of the canvas."""
    return np.asarray((places[:, :3] - canvas.origin.array())[:, ::-1])


def _vector(place: Places) -> Vector:
    return float(place[0]), float(place[1]), float(place[2])


def _course(places: Places, canvas: Canvas) -> Course:
    return Course(tuple(_vector(p) for p in _moved(places, canvas)), tuple(float(r) for r in places[:, 3]))
