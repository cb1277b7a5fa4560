"""Lays out a thorax before anything is drawn: the courses of great vessels, airways' beginning, oesophagus and spine.

Places are in the frame of ``ai.phantom.frame``: (up, back, left) from the middle of the thorax, millimetres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai.phantom.body import Body
from ai.phantom.landmarks import Airway, Course, HeartShape, Vector

FORWARD_MM = 8.0
"""How far the mediastinum lies in front of the places given below, which were measured from the trachea."""


@dataclass(frozen=True)
class Plan:
    """Where the large things of one thorax lie.

    Args:
        heart: the heart with its pericardium; first axis to the apex, second to the right ventricle, third up to the
            left anterior descending artery.
        aorta, trunk, cava, …: as in ``Landmarks``.
        branches: the arch's three arteries.
        right_artery, left_artery: from the trunk's fork to the hila.
        cava_inferior, azygos, brachiocephalic: veins.
        atrium_veins: the four pulmonary veins' ends at the left atrium, then at the hila, by name of side and height.
        bronchi: trachea, main and intermediate bronchi.
    """

    heart: HeartShape
    spine: Course
    aorta: Course
    branches: tuple[Course, ...]
    trunk: Course
    right_artery: Course
    left_artery: Course
    cava: Course
    cava_inferior: Course
    brachiocephalic: Course
    subclavian_right: Course
    subclavian_left: Course
    jugular_right: Course
    azygos: Course
    oesophagus: Course
    atrium: HeartShape
    pulmonary_veins: tuple[Course, ...]
    bronchi: tuple[Airway, ...]

    @property
    def tubes(self) -> tuple[Course, ...]:
        """All that pushes the lungs aside."""
        return (
            self.aorta, self.trunk, self.right_artery, self.left_artery, self.cava, self.cava_inferior,
            self.brachiocephalic, self.jugular_right, self.azygos, self.oesophagus, *self.branches,
        )  # fmt: skip


def curve(points: Sequence[Vector], radii_mm: Sequence[float], count: int) -> Course:
    """Return a smooth course through places (Catmull–Rom), ``count`` places long."""
    given = np.array([(*p, r) for p, r in zip(points, radii_mm, strict=True)])
    padded = np.vstack([2 * given[0] - given[1], given, 2 * given[-1] - given[-2]])
    found = []
    for at in np.linspace(0, len(given) - 1, count):
        k = min(int(at), len(given) - 2)
        t = at - k
        a, b, c, d = padded[k : k + 4]
        found.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return Course(
        tuple((float(p[0]), float(p[1]), float(p[2])) for p in found), tuple(max(0.5, float(p[3])) for p in found)
    )


def plan_thorax(body: Body, rng: np.random.Generator) -> Plan:
    """Lay out a thorax for a body; chance bends every course a little."""
    ground = _Ground(body, rng)
    spine = ground.spine()
    heart = ground.heart()
    trunk, right, left = ground.pulmonary()
    cava, inferior, brachiocephalic, subclavian_right, subclavian_left, jugular, azygos = ground.veins()
    atrium, veins = ground.left_atrium()
    return Plan(
        heart, spine, ground.aorta(), ground.branches(), trunk, right, left, cava, inferior, brachiocephalic,
        subclavian_right, subclavian_left, jugular, azygos, ground.oesophagus(), atrium, veins, ground.bronchi(),
    )  # fmt: skip


class _Ground:
    """What all courses share: the scale of the body, the carina's height, the spine's front."""

    def __init__(self, body: Body, rng: np.random.Generator) -> None:
        self.body, self.rng = body, rng
        self.top, self.low = body.lung_height / 2, -body.lung_height / 2
        self.carina = 20.0 + float(rng.normal(0, 5))
        self.deep, self.wide = body.cage_depth / 84, body.size
        self.arch = self.carina + 36 + 0.4 * body.unfolded

    def at(self, up: float, back: float, left: float, wobble_mm: float = 1.5) -> Vector:
        """Return a place given for the average body, moved by size and a little by chance."""
        a, b, c = self.rng.normal(0, wobble_mm, 3)
        return float(up + a), float((back - FORWARD_MM) * self.deep + b), float(left * self.wide + c)

    def spine_back(self, up: float) -> float:
        """Middle of the vertebral bodies: the thoracic spine is convex backwards."""
        body = self.body
        bend = body.kyphosis * (((up - 5) / self.top) ** 2)
        forward = 12 * max(0.0, up / self.top) ** 2
        return body.cage_depth * 0.62 - bend - forward

    def before_spine(self, up: float, radius_mm: float, left: float) -> Vector:
        """Return a place for a tube that lies on the front of the spine."""
        back = min(self.spine_back(up) - 16 * self.body.size - radius_mm, (38 - FORWARD_MM) * self.deep)
        return up, back, left + float(self.rng.normal(0, 1.5))

    def spine(self) -> Course:
        lean = float(self.rng.normal(0, 3))
        step, first = 23.5 * self.body.size, float(self.rng.uniform(0, 23))
        count = int((self.body.lung_height + 70) / step) + 1
        ups = [self.top + 35 - first - step * k for k in range(count)]
        points = tuple((u, self.spine_back(u), lean * float(np.sin(u / 80))) for u in ups)
        return Course(points, tuple((15 + 4 * (self.top - u) / 250) * self.body.size for u in ups))

    def heart(self) -> HeartShape:
        body, rng = self.body, self.rng
        upright = float(rng.normal(0, 0.1))
        apex = np.array([-0.45 - upright, -0.55, 0.70 - upright])
        apex /= np.linalg.norm(apex)
        right = np.array([-0.13, -0.73, -0.66])
        right -= right @ apex * apex
        right /= np.linalg.norm(right)
        above = np.cross(apex, right)
        middle = (self.carina - 55 * body.heart[0] / 64, -0.25 * body.cage_depth, body.heart_shift_left)
        axes = tuple((float(a), float(b), float(c)) for a, b, c in (apex, right, above))
        return HeartShape(middle, body.heart, (axes[0], axes[1], axes[2]))

    def aorta(self) -> Course:
        r, c, arch, out = self.body.aorta_radius, self.carina, self.arch, self.body.unfolded
        behind = self.spine_back(0) - 13
        side = 21 + 0.6 * r + 0.5 * out
        points = [
            self.at(c - 28, -12, 5), self.at(c - 8, -22, -4), self.at(c + 14, -24, -10 - out * 0.3),
            self.at(arch - 8, -16, -5), self.at(arch, 0, 10), self.at(arch - 2, 18, 21 + out * 0.4),
            (arch - 14, behind - 7, side), (c - 5, behind, side), (self.low * 0.45, behind - 4, side - 5),
            (self.low - 40, behind - 16, 8.0),
        ]  # fmt: skip
        radii = [r * 1.1, r * 1.08, r * 1.08, r * 1.02, r * 0.98, r * 0.95, r * 0.92, r * 0.9, r * 0.86, r * 0.8]
        return curve(points, radii, 30)

    def branches(self) -> tuple[Course, ...]:
        arch, top = self.arch, self.top + 45
        subclavian = [
            self.at(arch, 13, 18), self.at(arch + 24, 13, 24), self.at(top - 41, 2, 38), self.at(top - 31, -14, 78),
        ]  # fmt: skip
        return (
            curve([self.at(arch, -9, 1), self.at(arch + 22, -7, -9), self.at(top, -6, -27)], [6.5, 6, 4.5], 7),
            curve([self.at(arch, 2, 10), self.at(arch + 22, 0, 14), self.at(top, -4, 24)], [4.5, 3.8, 3.5], 7),
            curve(subclavian, [5.5, 5, 4.5, 4.2], 9),
        )  # fmt: skip

    def pulmonary(self) -> tuple[Course, Course, Course]:
        r, c = self.body.trunk_radius, self.carina
        fork = self.at(c - 2, -9, 17, 0.8)
        trunk = curve([self.at(c - 26, -32, 18), self.at(c - 12, -27, 21), fork], [r * 0.95, r, r * 0.97], 8)
        right = [fork, self.at(c - 9, 1, -3), self.at(c - 14, 2, -24), self.at(c - 22, 6, -40)]
        left = [fork, self.at(c + 1, 4, 29), self.at(c - 3, 19, 40), self.at(c - 17, 28, 46)]
        return (
            trunk,
            curve(right, [r * 0.9, r * 0.78, r * 0.72, r * 0.55], 9),
            curve(left, [r * 0.9, r * 0.78, r * 0.72, r * 0.55], 9),
        )

    def veins(self) -> tuple[Course, ...]:
        c, top, behind = self.carina, self.top, self.spine_back(0) - 20
        r = float(self.rng.uniform(7, 10))
        meeting = self.at(self.arch + 2, -10, -25)
        cava = curve([meeting, self.at(c + 8, -7, -30), self.at(c - 22, -9, -28)], [r, r, r * 1.05], 8)
        inferior = curve(
            [self.at(c - 62, -4, -24), self.at(c - 85, 4, -24), (self.low - 40, 4.0, -20.0)], [12, 12, 11.5], 7
        )
        brachiocephalic = curve(
            [self.at(top + 4, -24, 32), self.at(self.arch + 18, -22, 15), meeting], [5.5, 6.0, 7.0], 9
        )
        outer = self.body.cage_width
        right = [(top + 14.0, -30.0, -outer), self.at(top + 15, -38, -72), self.at(top - 3, -20, -34), meeting]
        left = [(top + 14.0, -30.0, outer), self.at(top + 15, -38, 72), brachiocephalic.points[0]]
        left_all = curve(left, [4.5, 5.0, 5.5], 9)
        joined = Course(left_all.points + brachiocephalic.points[1:], left_all.radii_mm + brachiocephalic.radii_mm[1:])
        jugular = [self.at(top + 48, -8, -30), self.at(top - 8, -12, -27), meeting]
        azygos = [
            (self.low - 20, behind + 3, -4.0), (c - 20, behind + 2, -8.0), (c + 8, behind - 4, -13.0),
            self.at(c + 15, 24, -22), self.at(c + 11, 4, -27),
        ]  # fmt: skip
        return (
            cava, inferior, brachiocephalic, curve(right, [4.5, 5.0, 6.0, r * 0.9], 11), joined,
            curve(jugular, [5.0, 5.5, r * 0.9], 9), curve(azygos, [2.5, 3.0, 3.6, 4.2, 4.2], 14),
        )  # fmt: skip

    def oesophagus(self) -> Course:
        c, r = self.carina, float(self.rng.uniform(5.5, 8))
        above = [self.before_spine(up, r, left) for up, left in ((self.top + 45, 3), (self.top - 10, 4), (c + 25, 5))]
        below = [self.at(c - 15, 38, 4), self.at(c - 60, 33, 8), self.at(c - 95, 24, 16)]
        return curve([*above, *below], [r, r, r, r, r, r * 1.1], 14)

    def left_atrium(self) -> tuple[HeartShape, tuple[Course, ...]]:
        c, k = self.carina, self.body.heart[0] / 64
        middle = self.at(c - 45, 12, 4, 1.0)
        atrium = HeartShape(middle, (22 * k, 16 * k, 30 * k))
        ends = ((c - 30, 6, -42), (c - 52, 20, -40), (c - 26, 4, 44), (c - 50, 24, 44))
        veins = []
        for up, back, left in ends:
            side = float(np.sign(left))
            start = (middle[0] + (up - middle[0]) * 0.35, middle[1] + 2, middle[2] + side * 20 * k)
            veins.append(curve([middle, start, self.at(up, back, left)], [9, 7.5, 6], 6))
        return atrium, tuple(veins)

    def bronchi(self) -> tuple[Airway, ...]:
        c, s = self.carina, self.body.size * (0.93 if self.body.female else 1.03)
        carina = self.at(c, 19, -2, 0.8)
        right, left = self.at(c - 13, 19, -23, 1.0), self.at(c - 23, 24, 35, 1.0)
        between = self.at(c - 36, 22, -31, 1.0)
        r = 8.6 * s * float(self.rng.uniform(0.9, 1.1))
        top = self.top + 45
        throat = self.at(top, min(10.0, self.before_spine(top, 6.0, 0)[1] / self.deep - r), 0)
        trachea = curve([throat, self.at(c + 42, 13, 1), carina], [r, r, r], 12)
        return (
            Airway(trachea, 1.7, 0, "", -1),
            Airway(
                curve([carina, self.at(c - 7, 19, -13, 0.5), right], [r * 0.85, r * 0.78, r * 0.75], 5), 1.6, 1, "", 0
            ),
            Airway(curve([carina, self.at(c - 12, 21, 17, 0.5), left], [r * 0.8, r * 0.7, r * 0.68], 6), 1.6, 1, "", 0),
            Airway(curve([right, between], [r * 0.68, r * 0.62], 3), 1.4, 2, "", 1),
        )
