"""The viewer's one door to ``resources/``: theme, colours, window presets, key sheet, icons. Plain values; no Qt."""

from viewer.assets.colours import Colours, colours
from viewer.assets.icons import icon_names, icon_svg
from viewer.assets.key_sheet import KeyGroup, KeyLine, key_sheet
from viewer.assets.theme import theme_qss
from viewer.assets.window_presets import WindowPreset, window_presets

__all__ = [
    "Colours",
    "KeyGroup",
    "KeyLine",
    "WindowPreset",
    "colours",
    "icon_names",
    "icon_svg",
    "key_sheet",
    "theme_qss",
    "window_presets",
]
