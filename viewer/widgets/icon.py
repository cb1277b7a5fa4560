"""Icons of the theme as Qt knows them."""

from __future__ import annotations

from PySide6.QtGui import QIcon, QPixmap

from viewer.assets import icon_svg


def icon(name: str, colour: str = "") -> QIcon:
    """Return an icon in a colour ("#rrggbb"; left out, the theme's text colour)."""
    pixmap = QPixmap()
    pixmap.loadFromData(icon_svg(name, colour), "SVG")
    return QIcon(pixmap)
