"""Which map of change a pane draws, on which scale, and what is said while there is none."""

from __future__ import annotations

from viewer.mpr.comparing import CompareLook
from viewer.mpr.pane_state import OverlayKind, OverlayLook
from viewer.rendering import ChangeScale, DrawnChange
from viewer.rendering.heat_scale import heat_top
from viewer.state.reading import Reading
from viewer.state.role import Role

DENSITY = ChangeScale(top=320.0, least=20.0, unit="HU · red denser, blue less")
"""The same for every pair, so that colours compare from patient to patient; within ±20 HU lies what noise does."""
HEAT_UNIT = "logit points · red more, blue less"


def drawn_change(reading: Reading, role: Role, overlay: OverlayLook) -> DrawnChange | None:
    """Return the map that is drawn over a scan; only the current one has any, for there the maps lie."""
    change = reading.change.value
    if role is not Role.CURRENT or overlay.change_shown is None:
        return None
    if overlay.change_shown is OverlayKind.DENSITY_CHANGE:
        return None if change.density is None else DrawnChange("Change of density", change.density, DENSITY)
    both = [reading.findings[each].value.finding(overlay.followed) for each in Role]
    if change.heat is None or change.heat.abnormality != overlay.followed:
        return None
    heatmaps = [finding.heatmap for finding in both if finding is not None]
    if not heatmaps:
        return None
    top = heat_top(*heatmaps)
    title = next(finding.abnormality.title for finding in both if finding is not None)
    return DrawnChange(
        f"{title}: change of heat", change.heat.map, ChangeScale(top, overlay.threshold * top, HEAT_UNIT)
    )


def said_of_change(reading: Reading, overlay: OverlayLook, compare: CompareLook) -> str:
    """Return what must be said of a change that is asked for: that it waits, why it fails, or that it is rigid only."""
    kind = overlay.change_shown
    if kind is None and not compare.on:
        return ""
    missing = []
    if kind is not None and drawn_change(reading, Role.CURRENT, overlay) is None:
        missing.append(kind.value.capitalize())
    if compare.on and reading.change.value.warped_prior is None:
        missing.append(compare.mode.value.capitalize())
    if not missing:
        return _by_what(reading)
    return f"{' and '.join(missing)}: {_reason(reading, overlay)}"


def _by_what(reading: Reading) -> str:
    registration = reading.comparison.value.registration
    if registration is None or registration.deformable:
        return ""
    return "By rigid registration only: breathing shows as change"


def _reason(reading: Reading, overlay: OverlayLook) -> str:
    compared = reading.comparison.value
    if compared.registration is None:
        return compared.sentence or "waits for the registration"
    if not compared.settled:
        return "only rigid so far, waits …"
    if reading.change.value.sentence:
        return reading.change.value.sentence
    if overlay.change_shown is OverlayKind.HEAT_CHANGE:
        if any(found.value.analysis is None for found in reading.findings.values()):
            return "waits for the analysis of both scans"
        if overlay.followed is None:
            return "select a finding"
    return "is being made …"
