"""Everything one pane shows, as a value one can print."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ai.geometry import Matrix, PointMm
from viewer.mpr.comparing import CompareLook
from viewer.mpr.pane_state import OverlayLook, SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window


@dataclass(frozen=True, eq=False)
class Pose:
    """Where the picture lies in the patient: picture pixel (x, y) shows ``origin + x·right + y·down``.

    Args:
        origin: LPS mm of the centre of the top-left pixel.
        right, down: LPS mm per pixel step, shape (3,).
        size_px: (width, height).
    """

    origin: PointMm
    right: Matrix
    down: Matrix
    size_px: tuple[int, int]

    @property
    def mm_per_px(self) -> float:
        """Size of one picture pixel in the patient."""
        return float(np.linalg.norm(self.right))

    def point(self, x_px: float, y_px: float) -> PointMm:
        """Return the place in the patient that a picture pixel shows."""
        return PointMm.of(self.origin.array() + x_px * self.right + y_px * self.down)

    def pixel(self, point: PointMm) -> tuple[float, float]:
        """Return where a place in the patient projects onto the picture, pixels (x, y)."""
        offset = point.array() - self.origin.array()
        square = self.mm_per_px**2
        return float(offset @ self.right) / square, float(offset @ self.down) / square


@dataclass(frozen=True)
class Letters:
    """Orientation letters on the four sides: R, L, A, P, H (head), F (feet)."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True)
class ScaleBar:
    """A bar of a round length."""

    length_mm: float
    length_px: float


@dataclass(frozen=True)
class Corners:
    """Lines of text in the four corners."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SliceLook:
    """What one pane shows: ``viewer.rendering`` obeys pose, window, slab and overlay; the canvas paints the rest.

    ``crosshair_px`` is None where the crosshair is hidden; ``slice_number`` counts from 1; ``mark`` is a warning
    drawn on the picture ("interpolated slice", "lossy compression", …), empty if there is none. ``compare`` says which
    part of the picture shows the warped prior.
    """

    plane: Plane
    pose: Pose
    window: Window
    slab_mm: float
    slab_mode: SlabMode
    overlay: OverlayLook
    letters: Letters
    scale_bar: ScaleBar
    corners: Corners
    crosshair_px: tuple[float, float] | None
    slice_number: int
    slice_count: int
    mark: str = ""
    compare: CompareLook = field(default_factory=CompareLook)
