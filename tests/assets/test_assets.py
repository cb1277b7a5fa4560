"""The program's own files are there, whole and in order."""

import re
from xml.etree import ElementTree

import pytest

from viewer.assets import Colours, colours, icon_names, icon_svg, key_sheet, theme_qss, window_presets
from viewer.assets.resource import ResourceError, resource_table, resource_text


def test_the_presets_are_those_radiologists_expect() -> None:
    presets = {p.key: (p.name, p.width_hu, p.level_hu) for p in window_presets()}
    assert presets == {
        "1": ("Lung", 1500, -600),
        "2": ("Mediastinum", 400, 40),
        "3": ("Bone", 2000, 350),
        "4": ("Liver", 150, 90),
        "5": ("Brain", 80, 40),
        "6": ("Angio", 600, 300),
    }


def test_every_colour_is_a_colour_and_the_theme_uses_no_other() -> None:
    values = list(vars(colours()).values())
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in values)
    sheet = theme_qss()
    assert "@" not in sheet
    assert set(re.findall(r"#[0-9a-f]{6}", sheet)) <= set(values)
    assert sheet.count("{") == sheet.count("}") > 20


def test_the_background_is_near_black_and_text_stands_out() -> None:
    assert luminance(colours().background) < 0.01
    for text in (colours().text, colours().quiet, colours().warning, colours().grave):
        assert contrast(text, colours().panel) >= 4.5


def test_the_planes_have_their_customary_colours() -> None:
    red, yellow, green = (channels(colours().plane(title)) for title in ("Axial", "Sagittal", "Coronal"))
    assert red[0] > 2 * max(red[1:])
    assert min(yellow[:2]) > 2 * yellow[2]
    assert green[1] > 1.5 * max(green[0], green[2])


def test_every_icon_is_a_drawing_in_the_colour_asked_for() -> None:
    assert {"eye", "eye-off", "open", "link", "unlink", "heat", "maximise"} <= set(icon_names())
    for name in icon_names():
        drawing = icon_svg(name, "#123456")
        root = ElementTree.fromstring(drawing.decode())
        assert root.attrib["viewBox"] == "0 0 24 24"
        assert len(root) >= 1
        assert b"#123456" in drawing
        assert b"currentColor" not in drawing


def test_the_key_sheet_names_every_preset_and_no_key_twice() -> None:
    lines = [line for group in key_sheet() for line in group.lines]
    assert {p.key for p in window_presets()} <= {line.keys for line in lines}
    assert len({line.keys for line in lines}) == len(lines)
    assert all(line.does for line in lines)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ResourceError, match=r"resources/icons/no-such\.svg"):
        icon_svg("no-such")
    with pytest.raises(ResourceError, match="damaged"):
        resource_table("theme/dark.qss")
    assert resource_text("windows.toml")


def channels(colour: str) -> tuple[float, float, float]:
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_is_a_plain_value() -> None:
    assert colours() == Colours(**vars(colours()))
