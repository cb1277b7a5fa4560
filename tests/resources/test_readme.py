"""The README says what the program does: keys, packages and files are those that are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ai.model import load_bundle
from ai.training.card import summary_text
from viewer.assets import key_sheet

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_the_sheet_of_keys() -> None:
    section = README.split("## Mouse and keys")[1].split("\n## ")[0]
    rows = [tuple(cell.strip() for cell in row.split("|")[2:4]) for row in section.splitlines() if row.startswith("| ")]
    sheet = [(line.keys, line.does) for group in key_sheet() for line in group.lines]
    assert rows[1:] == sheet


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z]+/[\w./-]+)`|\]\(([\w./-]+)\)", README))))
def test_every_file_the_readme_names_is_there(path: tuple[str, str]) -> None:
    name = next(filter(None, path))
    if name.startswith(("heatmaps/", "masks/")):
        pytest.skip("an output, not a file of the project")
    assert (ROOT / name).exists(), name


def test_research_use_only_is_said_before_anything_else() -> None:
    assert "Research use only, not for clinical diagnosis" in README.split("## ")[0]


def test_the_licence_is_the_one_that_pyproject_names() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"]["text"] == "Apache-2.0"
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_changes_name_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_its_figures_of_the_larger_model_are_those_of_its_bundle() -> None:
    assert summary_text(load_bundle(ROOT / "resources" / "models" / "chest").description) in README
