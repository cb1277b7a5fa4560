"""The law of style that no linter knows: each rule reads one file and tells its offences with the reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_LINES = 400
EMPTY_NAMES = frozenset(
    {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "manager",
        "managers",
        "handler",
        "handlers",
        "data",
        "info",
        "misc",
    }
)
EMPTY_ENDINGS = ("Manager", "Handler", "Helper", "Processor", "Utils")
CATCHES_EVERYTHING = "viewer/work/job.py"
RESOURCE_DOORS = ("ai/vocabulary.py", "viewer/assets")

Rule = Callable[[str, str, ast.Module], Iterator[str]]
"""(file, source, tree) → sentences."""


def not_too_long(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """One idea fits into 400 lines."""
    lines = source.count("\n")
    if lines > MOST_LINES:
        yield f"{file}: {lines} lines; a file of more than {MOST_LINES} holds more than one idea: divide it"


def named_for_its_idea(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """A name says what is inside."""
    for part in Path(file).with_suffix("").parts:
        if part.strip("_") in EMPTY_NAMES or set(part.split("_")) & (EMPTY_NAMES - {"data", "info", "common"}):
            yield f"{file}: “{part}” names no idea, so anything ends up in it: name it for what it holds"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_ENDINGS):
            yield f"{file}:{node.lineno}: class {node.name} names no thing of the field"


def catches_what_it_knows(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Only a job, the edge of a thread, may catch everything."""
    if file == CATCHES_EVERYTHING:
        return
    reason = f"catches Exception, which hides faults of our own: name it (only {CATCHES_EVERYTHING} may catch all)"
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _names_exception(node.type)):
            yield f"{file}:{node.lineno}: {reason}"
        if isinstance(node, ast.Call) and _called(node) == "suppress" and any(map(_names_exception, node.args)):
            yield f"{file}:{node.lineno}: {reason}"


def is_silent(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """The engine and the viewer speak through Progress, notices and errors; main speaks to the terminal."""
    if file == "main.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "print" and isinstance(node.func, ast.Name):
            yield f"{file}:{node.lineno}: prints; a reader at a window never sees it: use a Notice, Progress or logging"


def runs_nothing_it_reads(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """torch.load and numpy.load can run the file's author's code, unless told not to."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        words = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if ast.unparse(node.func) == "torch.load" and words.get("weights_only") != "True":
            yield f"{file}:{node.lineno}: torch.load without weights_only=True runs whatever the file's author wrote"
        if words.get("allow_pickle") == "True":
            yield f"{file}:{node.lineno}: allow_pickle=True runs whatever the file's author wrote"


def validates_with_words(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """An assert vanishes under -O and says nothing to the reader."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield f"{file}:{node.lineno}: assert is not validation: raise an error of the room's family with a sentence"


def reads_resources_at_the_door(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """resources/ is found by one door in each half."""
    if file.startswith(RESOURCE_DOORS):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == "resources":
            yield f"{file}:{node.lineno}: finds resources/ by itself; the doors are {' and '.join(RESOURCE_DOORS)}"


def says_what_it_is(file: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Every public class and function says what its signature cannot."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield f"{file}:{node.lineno}: {node.name} has no docstring"


RULES: tuple[Rule, ...] = (
    not_too_long,
    named_for_its_idea,
    catches_what_it_knows,
    is_silent,
    runs_nothing_it_reads,
    validates_with_words,
    reads_resources_at_the_door,
    says_what_it_is,
)


def _names_exception(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return any(map(_names_exception, node.elts))
    return isinstance(node, ast.Name) and node.id in ("Exception", "BaseException")


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
