"""What lies in resources/ can be read and names only what there is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ai.vocabulary import RESOURCES, abnormalities, locations

TABLES = sorted(RESOURCES.rglob("*.toml"))
ICONS = sorted(RESOURCES.rglob("*.svg"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.name))
def test_every_table_can_be_read(path: Path) -> None:
    assert tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", ICONS, ids=lambda path: str(path.name))
def test_every_icon_is_a_small_picture_without_a_script(path: Path) -> None:
    root = ElementTree.fromstring(path.read_bytes())
    assert root.tag.endswith("svg")
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "image", "foreignObject"}


def test_where_an_abnormality_may_lie_is_a_group_of_locations_or_a_location() -> None:
    known = set(locations()) | {name for names in locations().values() for name in names}
    for abnormality in abnormalities():
        assert set(abnormality.allowed_in) <= known, abnormality.name


def test_resources_hold_no_program() -> None:
    programs = [p.name for p in RESOURCES.rglob("*") if p.suffix in (".py", ".pkl", ".pt", ".pth", ".so", ".bin")]
    assert programs == []
