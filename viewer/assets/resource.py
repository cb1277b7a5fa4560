"""Files under ``resources/``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ai.errors import IntervalError

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


class ResourceError(IntervalError):
    """A file of the program itself is missing or damaged."""


def resource_text(name: str) -> str:
    """Return the text of a resource.

    Raises:
        ResourceError: it cannot be read; the installation is incomplete.
    """
    try:
        return (RESOURCES / name).read_text(encoding="utf-8")
    except OSError as cause:
        raise ResourceError(f"The program's own file resources/{name} cannot be read: install it again.") from cause


def resource_table(name: str) -> dict[str, Any]:
    """Return the contents of a TOML resource.

    Raises:
        ResourceError: it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(resource_text(name))
    except tomllib.TOMLDecodeError as cause:
        raise ResourceError(f"The program's own file resources/{name} is damaged: install it again.") from cause
