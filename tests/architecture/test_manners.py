"""The law of style holds, and each of its rules can be broken."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import manners
from tests.architecture.imports import source_files
from tests.architecture.manners import RULES, Rule

ROOT = Path(__file__).resolve().parents[2]
MOST_FUNCTION_LINES = 30


def offences(rule: Rule, file: str, source: str) -> list[str]:
    return list(rule(file, source, ast.parse(source)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    found = []
    for path in source_files(ROOT):
        found += offences(rule, path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    assert not found, "\n" + "\n".join(found)


def test_no_test_file_is_too_long() -> None:
    found = []
    for path in (ROOT / "tests").rglob("*.py"):
        found += offences(manners.not_too_long, path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    assert not found, "\n" + "\n".join(found)


def test_nine_of_ten_functions_are_short() -> None:
    lengths: list[tuple[int, str]] = []
    for path in source_files(ROOT):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                lengths.append(((node.end_lineno or node.lineno) - node.lineno + 1, f"{path.name}:{node.lineno}"))
    long = sorted((item for item in lengths if item[0] > MOST_FUNCTION_LINES), reverse=True)
    assert len(long) <= len(lengths) / 10, f"{len(long)} of {len(lengths)} functions are long: {long}"


def test_the_tools_have_no_exemption_lists() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for exemption in ("per-file-ignores", "ignore_errors", "disable_error_code"):
        assert exemption not in settings, f"{exemption}: a rule that does not hold everywhere is not a rule"


BROKEN: dict[Rule, tuple[str, str]] = {
    manners.not_too_long: ("ai/model/network.py", "x = 1\n" * 401),
    manners.named_for_its_idea: ("viewer/state/pane_utils.py", ""),
    manners.catches_what_it_knows: ("ai/scan/x.py", "try:\n    f()\nexcept (OSError, Exception):\n    pass"),
    manners.is_silent: ("ai/scan/x.py", "print(1)"),
    manners.runs_nothing_it_reads: ("ai/model/x.py", "torch.load(path)"),
    manners.validates_with_words: ("ai/scan/x.py", "assert slices"),
    manners.reads_resources_at_the_door: ("ai/model/x.py", "ROOT / 'resources' / 'models'"),
    manners.says_what_it_is: ("ai/scan/x.py", "def read(path): ..."),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_the_rule_sees_an_offence(rule: Rule) -> None:
    file, source = BROKEN[rule]
    assert any(sentence.startswith(file) for sentence in offences(rule, file, source))


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nexcept BaseException:\n    pass",
        "import contextlib\nwith contextlib.suppress(Exception):\n    f()",
    ],
)
def test_catching_everything_is_seen_in_every_guise(source: str) -> None:
    assert offences(manners.catches_what_it_knows, "ai/scan/x.py", source)
    assert not offences(manners.catches_what_it_knows, manners.CATCHES_EVERYTHING, source)


@pytest.mark.parametrize("file", ["ai/utils/x.py", "viewer/state/data.py", "ai/scan/slice_helper.py"])
def test_an_empty_name_is_seen_wherever_it_stands(file: str) -> None:
    assert offences(manners.named_for_its_idea, file, "")


@pytest.mark.parametrize("source", ["torch.load(p, weights_only=False)", "np.load(p, allow_pickle=True)"])
def test_a_file_that_is_a_program_is_seen(source: str) -> None:
    assert offences(manners.runs_nothing_it_reads, "ai/model/x.py", source)
