"""The line about the voxel under the cursor."""

from __future__ import annotations

from ai.geometry import PointMm
from ai.volume import Layered


def hover_line(volume: Layered, point: PointMm | None) -> str:
    """Return HU and place in the patient (LPS mm) of the voxel under the cursor; empty outside the scan."""
    hu = None if point is None else volume.hu_at(point)
    if point is None or hu is None:
        return ""
    left, posterior, superior = point.left, point.posterior, point.superior
    place = " ".join(
        f"{positive if value >= 0 else negative} {abs(value):.1f}"
        for value, positive, negative in ((left, "L", "R"), (posterior, "P", "A"), (superior, "S", "I"))
    )
    return f"{hu} HU  {place} mm".replace("-", "−")
