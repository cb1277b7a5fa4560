"""How heat is drawn: on or off, how opaque, from which share of its scale."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QToolButton, QWidget

from viewer.mpr.pane_state import PaneState
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.icon import icon

STEPS = 100


class OverlayBar(QWidget):
    """Two live sliders and a switch; they speak to both scans."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        linked = reading.linked
        self.switch = QToolButton()
        self.switch.setIcon(icon("heat"))
        self.switch.setCheckable(True)
        self.switch.setToolTip("Heatmaps on or off (G)")
        self.switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.switch.clicked.connect(linked.toggle_overlay)
        self.opacity = _slider("Opacity of the strongest heat ([ and ])")
        self.threshold = _slider("Share of the scale under which nothing is drawn")
        self.opacity.valueChanged.connect(lambda value: linked.use_opacity(value / STEPS))
        self.threshold.valueChanged.connect(lambda value: linked.use_threshold(value / STEPS))
        self._numbers = QLabel(), QLabel()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.addWidget(self.switch, 0, 0, 2, 1)
        for row, (name, slider) in enumerate((("Opacity", self.opacity), ("Threshold", self.threshold))):
            label = QLabel(name)
            label.setProperty("quiet", True)
            grid.addWidget(label, row, 1)
            grid.addWidget(slider, row, 2)
            self._numbers[row].setMinimumWidth(38)
            self._numbers[row].setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self._numbers[row], row, 3)
        for role in Role:
            reading.panes[role].changed.connect(self._changed)
        self._write(reading.panes[Role.CURRENT].value)

    def _changed(self, before: PaneState, after: PaneState) -> None:
        if before.overlay != after.overlay:
            self._write(after)

    def _write(self, state: PaneState) -> None:
        overlay = state.overlay
        self.switch.setChecked(overlay.heat_shown)
        for slider, number, value in zip(
            (self.opacity, self.threshold), self._numbers, (overlay.opacity, overlay.threshold), strict=True
        ):
            number.setText(f"{value:.0%}")
            if not slider.isSliderDown():
                slider.setValue(round(value * STEPS))


def _slider(tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, STEPS)
    slider.setToolTip(tip)
    slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return slider
