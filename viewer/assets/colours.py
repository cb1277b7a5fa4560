"""The theme's colours."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from viewer.assets.resource import ResourceError, resource_table

FILE = "theme/colours.toml"


@dataclass(frozen=True)
class Colours:
    """Colours as "#rrggbb". ``picture…`` are for what is painted over the slices."""

    background: str
    panel: str
    raised: str
    border: str
    text: str
    quiet: str
    accent: str
    accent_dim: str
    warning: str
    grave: str
    picture: str
    picture_text: str
    picture_halo: str
    axial: str
    sagittal: str
    coronal: str

    def plane(self, title: str) -> str:
        """Return a plane's colour by its title ("Axial", "Sagittal", "Coronal")."""
        return {"Axial": self.axial, "Sagittal": self.sagittal, "Coronal": self.coronal}[title]


@cache
def colours() -> Colours:
    """Return the theme's colours.

    Raises:
        ResourceError: the file lacks one.
    """
    table = resource_table(FILE)["colours"]
    missing = [f.name for f in fields(Colours) if f.name not in table]
    if missing:
        raise ResourceError(f"The program's own file resources/{FILE} lacks {', '.join(missing)}: install it again.")
    return Colours(**{f.name: str(table[f.name]) for f in fields(Colours)})
