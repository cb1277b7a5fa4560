"""The law of the house, as data: which room stands above which, and which room has the key to which package."""

from __future__ import annotations

WORDS = (
    "ai.volume",
    "ai.geometry",
    "ai.findings",
    "ai.organs",
    "ai.places",
    "ai.series",
    "ai.studies",
    "ai.change",
    "ai.draft",
    "ai.discrepancy",
    "ai.advice",
    "ai.diffuse",
    "ai.timeline",
    "ai.session",
    "ai.vocabulary",
    "ai.progress",
    "ai.errors",
)
"""One language: the words may use each other."""

SHELVES: tuple[tuple[str, ...], ...] = (
    ("main",),
    ("viewer.app", "viewer.headless"),
    ("viewer.widgets",),
    ("viewer.steps",),
    ("viewer.rendering", "viewer.state", "viewer.work"),
    ("viewer.mpr", "viewer.assets"),
    ("ai.commands",),
    ("ai.training", "ai.archive"),
    ("ai.report",),
    ("ai.comparison",),
    ("ai.model", "ai.phantom"),
    ("ai.scan", "ai.anatomy"),
    ("ai.memory",),
    WORDS,
)
"""From top to bottom. A room imports from lower shelves and from itself."""

ENGINE_ROOMS = frozenset(
    {
        "ai.commands", "ai.training", "ai.archive", "ai.report", "ai.comparison", "ai.model", "ai.phantom",
        "ai.anatomy", "ai.scan",
    }
)  # fmt: skip
MAY_START_THE_ENGINE = frozenset({"main", "viewer.steps"})
"""Above the words, the viewer asks the engine only through steps, which a thread runs."""

EVERYBODY = frozenset(room for shelf in SHELVES for room in shelf)
ALL_OF_AI = frozenset(room for room in EVERYBODY if room.startswith("ai."))

DOORS: dict[str, frozenset[str]] = {
    "numpy": EVERYBODY - {"main"},
    "scipy": ALL_OF_AI - frozenset(WORDS),
    "torch": frozenset({"ai.model", "ai.phantom", "ai.training", "ai.comparison"}),
    "safetensors": frozenset({"ai.model", "ai.training"}),
    "pydicom": frozenset({"ai.scan", "ai.report"}),
    "highdicom": frozenset({"ai.report"}),
    "reportlab": frozenset({"ai.report"}),
    "pypdf": frozenset({"ai.report"}),
    "PIL": frozenset({"ai.report"}),
    "dicomsdl": frozenset({"ai.scan"}),
    "imagecodecs": frozenset({"ai.scan", "ai.training"}),  # reading compressed pixels; writing the pictures of misses
    "SimpleITK": frozenset({"ai.scan", "ai.comparison", "ai.model"}),
    "jinja2": frozenset({"ai.report", "ai.training"}),
    "h5py": frozenset({"ai.training"}),
    "vtkmodules": frozenset({"viewer.rendering"}),
    "vtk": frozenset(),
    "PySide6.QtCore": frozenset({"viewer.state", "viewer.work", "viewer.steps", "viewer.widgets", "viewer.app"}),
    "PySide6.QtGui": frozenset({"viewer.rendering", "viewer.widgets", "viewer.app"}),
    "PySide6.QtWidgets": frozenset({"viewer.widgets", "viewer.app"}),
    "PySide6.QtSvg": frozenset({"viewer.widgets", "viewer.app"}),
}
"""Third-party package → the rooms that may import it. What is not named here has no door.

pydicom has two: highdicom, which writes reports and segmentations, takes and gives pydicom's data sets.
"""

NETWORK = frozenset({"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "asyncio", "socketserver"})
"""Of the standard library. Scans stay on this computer; only the archive will ever speak to another."""
HAS_THE_TELEPHONE = frozenset({"ai.archive"})

RUNS_WHAT_IT_READS = frozenset({"pickle", "shelve", "marshal", "dill", "cloudpickle", "joblib"})
"""Formats whose files are programs. A model or a scan from elsewhere must never be one."""

WHY_DOWN = "imports point down only, so that the engine runs, and is tested, without a screen"
WHY_STRANGERS = "rooms on one shelf are strangers, so that either can be changed, or thrown out, without the other"
WHY_STEPS = "the viewer asks the engine through viewer.steps only, because a thread must run it"
WHY_DOORS = "each package has one door, so that replacing it, or its fault, concerns one room"
WHY_NO_VTK = "import vtkmodules.vtkX; the whole of vtk takes seconds to load and opens OpenGL"
WHY_NO_PICKLE = "a file of this kind is a program: reading one runs whatever its author wrote"
WHY_NO_NETWORK = "no scan leaves this computer: only ai.archive may open a connection"
WHY_KNOWN = "every room has its place in tests/architecture/law.py: put it on a shelf there, or move the code"
WHY_PLAIN = "an import whose name is computed cannot be checked: write the name"


def shelf_of(room: str) -> int | None:
    """Return the number of the room's shelf, 0 at the top; None for an unknown room."""
    return next((n for n, shelf in enumerate(SHELVES) if room in shelf), None)


def room_of(module: str) -> str:
    """Return the room a dotted module lies in: ``viewer.widgets.plane_canvas`` → ``viewer.widgets``."""
    return ".".join(module.split(".")[:2])
