"""HU windows on the digit keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from viewer.assets.resource import resource_table


@dataclass(frozen=True)
class WindowPreset:
    """A named window and the key that calls it."""

    key: str
    name: str
    width_hu: float
    level_hu: float


@cache
def window_presets() -> tuple[WindowPreset, ...]:
    """Return the presets in the order of their keys; the first one (lung) is used when a scan opens."""
    return tuple(
        WindowPreset(str(row["key"]), str(row["name"]), float(row["width_hu"]), float(row["level_hu"]))
        for row in resource_table("windows.toml")["preset"]
    )
