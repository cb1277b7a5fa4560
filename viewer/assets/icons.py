"""Small drawings for buttons."""

from __future__ import annotations

from functools import cache

from viewer.assets.colours import colours
from viewer.assets.resource import RESOURCES, resource_text


@cache
def icon_svg(name: str, colour: str = "") -> bytes:
    """Return an icon as SVG, 24 × 24, drawn in a colour ("#rrggbb"; left out, the theme's text colour).

    Raises:
        ResourceError: there is no such icon.
    """
    return resource_text(f"icons/{name}.svg").replace("currentColor", colour or colours().text).encode()


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons."""
    return tuple(sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg")))
