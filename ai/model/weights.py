"""Files of weights: which one it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ai.model.errors import ModelError


def digest(path: Path) -> str:
    """Return the sha256 of a file.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); fetch the bundle again.") from error
