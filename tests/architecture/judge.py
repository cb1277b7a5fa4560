"""Holds every import against the law and tells each offence with its reason."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.architecture import law
from tests.architecture.imports import COMPUTED, Import, imports_of


def offences(root: Path) -> list[str]:
    """Return one sentence for each import under ``root`` that breaks the law, none where it is kept."""
    found = []
    for one in imports_of(root):
        reason = _reason_against(one)
        if reason:
            found.append(f"{one.file}:{one.line}: {one.module} imports {one.target}. {reason}.")
    return found


def _reason_against(one: Import) -> str:
    room, target = law.room_of(one.module), one.target
    top = target.split(".")[0]
    if room in ("ai", "viewer"):
        return law.WHY_KNOWN
    if law.shelf_of(room) is None:
        return law.WHY_KNOWN
    if target == COMPUTED:
        return law.WHY_PLAIN
    if top in ("ai", "viewer", "main"):
        return _between_rooms(room, law.room_of(target))
    if top in law.RUNS_WHAT_IT_READS:
        return law.WHY_NO_PICKLE
    if top in law.NETWORK:
        return "" if room in law.HAS_THE_TELEPHONE else law.WHY_NO_NETWORK
    if top in sys.stdlib_module_names:
        return ""
    return _at_the_door(room, target)


def _between_rooms(room: str, target: str) -> str:
    here, there = law.shelf_of(room), law.shelf_of(target)
    if room == target or (room in law.WORDS and target in law.WORDS):
        return ""
    if here is None or there is None:
        return law.WHY_KNOWN
    if here == there:
        return law.WHY_STRANGERS
    if there < here:
        return law.WHY_DOWN
    if target in law.ENGINE_ROOMS and room not in law.ENGINE_ROOMS | law.MAY_START_THE_ENGINE:
        return law.WHY_STEPS
    return ""


def _at_the_door(room: str, target: str) -> str:
    top = ".".join(target.split(".")[:2]) if target.startswith("PySide6.") else target.partition(".")[0]
    if top == "vtk":
        return law.WHY_NO_VTK
    if room in law.DOORS.get(top, frozenset()):
        return ""
    allowed = ", ".join(sorted(law.DOORS.get(top, ()))) or "nobody yet (name it in tests/architecture/law.py)"
    return f"{law.WHY_DOORS}; {top} belongs to {allowed}"
