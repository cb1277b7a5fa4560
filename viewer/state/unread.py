"""What the reader has not read yet: it is counted in the window and stands in no draft."""

from __future__ import annotations

from ai.change import ChangeKind
from viewer.state.change_key import key_of
from viewer.state.comparison_model import ComparisonOnScreen
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.verdict import Verdict


def unread_findings(findings: FindingsOnScreen) -> int:
    """Return how many findings are present and neither accepted nor rejected."""
    said = () if findings.analysis is None else findings.analysis.findings
    return sum(f.present and findings.verdict(f.abnormality.name) is Verdict.OPEN for f in said)


def unread_changes(comparison: ComparisonOnScreen, rejected: frozenset[str]) -> int:
    """Return how many lesions' changes are neither accepted nor rejected; what is unchanged does not count.

    ``rejected`` names findings that the reader rejected: their changes are read.
    """
    lesions = () if comparison.comparison is None else comparison.comparison.lesions
    return sum(
        change.kind is not ChangeKind.STABLE
        and change.abnormality.name not in rejected
        and comparison.verdict(key_of(change)) is Verdict.OPEN
        for change in lesions
    )


def unread_words(findings: FindingsOnScreen, comparison: ComparisonOnScreen) -> str:
    """Say what is unread; empty where all is read."""
    counts = (
        (unread_findings(findings), "finding"),
        (unread_changes(comparison, findings.rejected()), "change"),
    )
    words = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    if not words:
        return ""
    return f"Unread and not in the draft: {' and '.join(words)}."
