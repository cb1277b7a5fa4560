"""Every import of a tree of source files, found without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("ai", "viewer")
COMPUTED = "(computed)"


@dataclass(frozen=True, order=True)
class Import:
    """One imported name: ``from ai.model import analyse`` in line 3 of ``viewer/steps/analyse.py`` is
    ``Import("viewer.steps.analyse", "viewer/steps/analyse.py", 3, "ai.model.analyse")``.
    """

    module: str
    file: str
    line: int
    target: str


def source_files(root: Path) -> list[Path]:
    """Return main.py and every Python file of the two halves, sorted."""
    files = [path for half in ROOMS for path in sorted((root / half).rglob("*.py"))]
    main = root / "main.py"
    return [main, *files] if main.exists() else files


def imports_of(root: Path) -> list[Import]:
    """Return every import under ``root``: at the top, in functions, under TYPE_CHECKING, relative, by importlib."""
    return [found for path in source_files(root) for found in _imports_in(root, path)]


def _imports_in(root: Path, path: Path) -> Iterator[Import]:
    relative = path.relative_to(root)
    parts = [*relative.parts[:-1], relative.stem]
    package = parts[:-1]
    module = ".".join(package if relative.stem == "__init__" else parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(relative))):
        for target in _targets(node, package):
            yield Import(module, relative.as_posix(), getattr(node, "lineno", 0), target)


def _targets(node: ast.AST, package: list[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        stem = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{stem}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and _imports_by_name(node.func):
        name = node.args[0] if node.args else None
        return [name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else COMPUTED]
    return []


def _imports_by_name(called: ast.expr) -> bool:
    return (isinstance(called, ast.Name) and called.id in ("__import__", "import_module")) or (
        isinstance(called, ast.Attribute) and called.attr == "import_module"
    )
