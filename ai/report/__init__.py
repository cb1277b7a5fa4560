"""A reading as files: JSON for programs, HTML for people, heatmaps for other viewers; and reports read as labels."""

from ai.report.analysis_file import write_analysis
from ai.report.comparison_file import write_comparison
from ai.report.draft_file import draft_text, write_draft
from ai.report.drafting import draft
from ai.report.errors import ReportError
from ai.report.field_file import write_field
from ai.report.html_report import write_report
from ai.report.labelling import label
from ai.report.mention import Mention, Side, Status
from ai.report.second_reader import check_report

__all__ = [
    "Mention",
    "ReportError",
    "Side",
    "Status",
    "check_report",
    "draft",
    "draft_text",
    "label",
    "write_analysis",
    "write_comparison",
    "write_draft",
    "write_field",
    "write_report",
]
