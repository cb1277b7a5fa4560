"""The style sheet of the whole program."""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import cache

from viewer.assets.colours import colours
from viewer.assets.resource import ResourceError, resource_text


@cache
def theme_qss() -> str:
    """Return the dark theme as a Qt style sheet, its ``@name`` colours filled in.

    Raises:
        ResourceError: the sheet asks for a colour that does not exist.
    """
    known = asdict(colours())

    def colour(name: re.Match[str]) -> str:
        if name[1] not in known:
            raise ResourceError(f"The theme asks for the colour “{name[1]}”, which colours.toml lacks.")
        return str(known[name[1]])

    sheet = re.sub(r"/\*.*?\*/", "", resource_text("theme/dark.qss"), flags=re.DOTALL)
    return re.sub(r"@(\w+)", colour, sheet)
