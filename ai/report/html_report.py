"""report.html: one file that shows a reading to people."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from pathlib import Path

import jinja2

from ai.change import ChangeKind, Comparison
from ai.findings import Analysis, Composition, Finding, Lesion
from ai.geometry import PointMm
from ai.report.comparison_file import untold_by_lesions
from ai.report.errors import ReportError
from ai.report.plain import RESEARCH_ONLY
from ai.report.trend_plot import trend_plot
from ai.report.whole_file import write_whole
from ai.series import Notice, Scan
from ai.timeline import Timeline
from ai.vocabulary import RESOURCES

TEMPLATE = RESOURCES / "report" / "report.html.jinja"

_KIND_WORDS = {
    ChangeKind.NEW: "new",
    ChangeKind.GROWN: "larger",
    ChangeKind.STABLE: "in both",
    ChangeKind.SHRUNK: "smaller",
    ChangeKind.GONE: "gone",
    ChangeKind.MERGED: "merged",
    ChangeKind.SPLIT: "split",
}


_NOTABLE_SHARE = 0.01
"""Less of a lobe is not worth a word."""


def write_report(
    folder: Path,
    current: Scan,
    analysis: Analysis,
    pictures: Sequence[Path] = (),
    prior: Scan | None = None,
    comparison: Comparison | None = None,
    timeline: Timeline | None = None,
) -> Path:
    """Write ``report.html`` with its pictures (PNG) inside it, so that the file can be passed on alone; return it.

    Raises:
        ReportError: a picture cannot be read, or the file cannot be written.
    """
    page = _template().render(
        research_only=RESEARCH_ONLY,
        scan=current,
        prior=prior,
        analysis=analysis,
        comparison=comparison,
        other_changes=[] if comparison is None else untold_by_lesions(comparison),
        timeline=timeline,
        lines=[(line, trend_plot(line, timeline.studies)) for line in timeline.lines] if timeline else [],
        notices=_said(current, analysis, prior, comparison),
        pictures=[(_title(path), _embedded(path)) for path in pictures],
    )
    return write_whole(folder / "report.html", page)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    environment.filters["where"] = _where
    environment.filters["size"] = _size
    environment.filters["made_of"] = _made_of
    environment.filters["place"] = _place
    environment.filters["kind"] = _KIND_WORDS.__getitem__
    environment.filters["growth"] = lambda change: "" if change is None else f"{change:+.0%}"
    environment.filters["signed"] = _signed
    environment.filters["days"] = lambda days: "" if days is None or not math.isfinite(days) else f"{days:.0f} days"
    return environment.get_template(TEMPLATE.name)


def _said(current: Scan, analysis: Analysis, prior: Scan | None, comparison: Comparison | None) -> list[Notice]:
    said = [*current.notices, *analysis.notices]
    mild = [Notice(doubt.sentence) for doubt in analysis.doubts if not doubt.grave]
    said += [notice for notice in mild if notice not in said]
    if prior is not None:
        said += [Notice(f"Prior: {notice.text}", notice.grave) for notice in prior.notices]
    if comparison is not None:
        said += comparison.notices
    return said


def _embedded(path: Path) -> str:
    try:
        return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as cause:
        raise ReportError(f"The picture {path} could not be read for the report.") from cause


def _title(path: Path) -> str:
    return path.stem.replace("-", " ").replace("_", " ").capitalize()


def _where(finding: Finding) -> str:
    """Say where a finding is: its lesions' locations, how much of the lungs it covers, or its strongest place."""
    if finding.lesions:
        names = dict.fromkeys(lesion.location.replace("_", " ") for lesion in finding.lesions)
        return ", ".join(names)
    covered = [(name, share) for name, share in finding.extent if share >= _NOTABLE_SHARE]
    if finding.present and covered:
        return ", ".join(f"{share:.0%} of {name.replace('_', ' ')}" for name, share in covered)
    return _place(finding.peaks[0].position) if finding.present and finding.peaks else ""


def _signed(value: float | None, decimals: int = 0) -> str:
    """Write a change with its sign; a dash where there is none to tell."""
    return "–" if value is None else f"{value:+.{decimals}f}".replace("-", "−")


def _size(lesion: Lesion) -> str:
    long_mm, short_mm = lesion.diameters_mm
    return f"{long_mm:.1f} × {short_mm:.1f} mm, {lesion.volume_mm3 / 1000:.2f} ml"


def _made_of(lesion: Lesion) -> str:
    """Say what a nodule is made of, with the size of the solid part."""
    if lesion.composition is Composition.PART_SOLID:
        return f"{lesion.composition} (solid part {lesion.solid_mm:.1f} mm)"
    return str(lesion.composition or "")


def _place(point: PointMm) -> str:
    """Say a place as the panes do: letters instead of signs."""
    axes = ((point.left, "L", "R"), (point.posterior, "P", "A"), (point.superior, "S", "I"))
    return " ".join(f"{plus if value >= 0 else minus} {abs(value):.0f}" for value, plus, minus in axes) + " mm"
