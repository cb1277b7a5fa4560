"""Which bundle names the organs that heat is kept in, and measured by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ai.model import Bundle, load_bundle
from ai.model.bundle import bundles_beside
from ai.training.reports.errors import ReportsError


def guide_of(folder: Path | None, others: Sequence[Bundle] = ()) -> Bundle:
    """Return the bundle of a folder, or the first of the others, then of the shipped ones, that names organs.

    Raises:
        ReportsError: the one asked for names none, or nobody does.
    """
    if folder is not None:
        asked = load_bundle(folder)
        if not asked.description.organs:
            raise ReportsError(f"{folder} names no organs; name a bundle with --organs that does.")
        return asked
    for bundle in others:
        if bundle.description.organs:
            return bundle
    for path in bundles_beside():
        bundle = load_bundle(path)
        if bundle.description.organs:
            return bundle
    raise ReportsError("No model here names organs; name a bundle with --organs that does.")
