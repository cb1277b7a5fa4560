"""Where things run in a thorax, so that disease and devices follow them, in a built thorax as in a real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Vector = tuple[float, float, float]
"""(superior, posterior, left) millimetres from the canvas's voxel (0, 0, 0)."""


@dataclass(frozen=True)
class Course:
    """A tube or a line: places along its middle and how wide it is there.

    Args:
        points: at least two places, in the order of the text of whoever holds it.
        radii_mm: outer radius at each place.
    """

    points: tuple[Vector, ...]
    radii_mm: tuple[float, ...]

    def at(self, share: float) -> tuple[Vector, float]:
        """Return place and radius at a share (0…1) of the length."""
        places = np.array(self.points)
        steps = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))]
        along = share * steps[-1]
        place = [float(np.interp(along, steps, places[:, axis])) for axis in range(3)]
        return (place[0], place[1], place[2]), float(np.interp(along, steps, self.radii_mm))

    @property
    def length_mm(self) -> float:
        """Length along the middle."""
        return float(np.linalg.norm(np.diff(np.array(self.points), axis=0), axis=1).sum())

    def moved(self, move: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Course:
        """Return the course with its places sent through a map of (n, 3) places."""
        before = np.array(self.points, dtype=np.float64)
        places = move(before)
        if places is before:
            return self
        return replace(self, points=tuple((float(a), float(b), float(c)) for a, b, c in places))


@dataclass(frozen=True)
class Airway:
    """One branch between two forks.

    Args:
        course: from the larger end outwards; the radius is the lumen's.
        wall_mm: thickness of the wall.
        generation: trachea 0, main bronchi 1, …
        lobe: one of ``ai.organs.LOBES``; empty for the trachea, main and intermediate bronchi.
        parent: place of the parent in ``Landmarks.airways``; −1 for the trachea.
    """

    course: Course
    wall_mm: float
    generation: int
    lobe: str
    parent: int


@dataclass(frozen=True)
class HeartShape:
    """The heart as an ellipsoid: middle, half axes (millimetres) along the rows of ``axes`` (orthonormal, 3×3)."""

    middle: Vector
    half_mm: tuple[float, float, float]
    axes: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Landmarks:
    """What is known of one thorax; None or empty where it is not (a real scan nobody has looked at).

    Args:
        airways: trachea first, then its branches, parents before children.
        arteries: pulmonary arteries' branches, from the hilum outwards.
        veins: pulmonary veins' branches, from the heart outwards.
        aorta: from the valve over the arch to the diaphragm.
        pulmonary_trunk: from the valve to the fork.
        vena_cava: superior: from the meeting of the brachiocephalic veins to the right atrium.
        subclavian_right, subclavian_left: vein from under the clavicle's outer half to the vena cava's upper end.
        jugular_right: vein from the upper end of the field of view to the vena cava's upper end.
        oesophagus: from above to the hiatus, its last point.
        coronaries: name (``left_anterior_descending``, ``circumflex``, ``right``) to course on the heart's surface.
        heart: the heart.
        sternum: from the manubrium's top to the xiphoid's tip, middle of the bone.
        spine: middles of the vertebral bodies, from above.
        ribs: middles of the ribs, from the spine to the front.
        nodes: station (2R, 2L, 4R, 4L, 5, 6, 7, 8, 10R, 10L, axilla_right, axilla_left) to a place in its fat.
    """

    airways: tuple[Airway, ...] = ()
    arteries: tuple[Course, ...] = ()
    veins: tuple[Course, ...] = ()
    aorta: Course | None = None
    pulmonary_trunk: Course | None = None
    vena_cava: Course | None = None
    subclavian_right: Course | None = None
    subclavian_left: Course | None = None
    jugular_right: Course | None = None
    oesophagus: Course | None = None
    coronaries: Mapping[str, Course] = field(default_factory=dict)
    heart: HeartShape | None = None
    sternum: Course | None = None
    spine: Course | None = None
    ribs: tuple[Course, ...] = ()
    nodes: Mapping[str, Vector] = field(default_factory=dict)

    def moved(self, move: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Landmarks:
        """Return all of it sent through a map of (n, 3) places; the heart keeps its half axes."""

        def course(one: Course | None) -> Course | None:
            return None if one is None else one.moved(move)

        def place(one: Vector) -> Vector:
            a, b, c = move(np.array([one], dtype=np.float64))[0]
            return float(a), float(b), float(c)

        return Landmarks(
            airways=tuple(replace(a, course=a.course.moved(move)) for a in self.airways),
            arteries=tuple(c.moved(move) for c in self.arteries),
            veins=tuple(c.moved(move) for c in self.veins),
            aorta=course(self.aorta),
            pulmonary_trunk=course(self.pulmonary_trunk),
            vena_cava=course(self.vena_cava),
            subclavian_right=course(self.subclavian_right),
            subclavian_left=course(self.subclavian_left),
            jugular_right=course(self.jugular_right),
            oesophagus=course(self.oesophagus),
            coronaries={name: c.moved(move) for name, c in self.coronaries.items()},
            heart=None if self.heart is None else replace(self.heart, middle=place(self.heart.middle)),
            sternum=course(self.sternum),
            spine=course(self.spine),
            ribs=tuple(c.moved(move) for c in self.ribs),
            nodes={name: place(p) for name, p in self.nodes.items()},
        )
