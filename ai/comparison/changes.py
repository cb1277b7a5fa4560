"""Two analysed scans and how they map onto each other: what changed."""

from __future__ import annotations

from ai.advice import NOTHING_TOLD, Told
from ai.change import Comparison, Registration
from ai.comparison.advising import advised, advised_together
from ai.comparison.diffuse import diffuse_change
from ai.comparison.finding_changes import finding_changes
from ai.comparison.guidelines import Circumstances, circumstances_of
from ai.comparison.lesion_changes import lesion_changes
from ai.comparison.registration import DOUBTFUL_QUALITY
from ai.comparison.seen import Seen
from ai.findings import Analysis
from ai.progress import QUIET, Part, Progress
from ai.series import Notice, Scan

_KERNELS = (
    "One scan has a sharp kernel and the other a smooth one: volumes and densities of small lesions may differ by that "
    "alone, so no doubling time is told."
)


def compare(
    prior: Scan,
    prior_analysis: Analysis,
    current: Scan,
    current_analysis: Analysis,
    registration: Registration,
    progress: Progress = QUIET,
    told: Told = NOTHING_TOLD,
) -> Comparison:
    """Match lesions through the registration and tell what became of each.

    What seems new or gone is looked for again, pairs are measured by one rule in both scans (so a volume may differ a
    little from the analysis's own), and guidelines are asked, with what is ``told`` of the patient. Up to a second a
    lesion.
    """
    progress.report(0.0, "Matching lesions")
    known = circumstances_of(current, prior, told)
    then, now = Seen.of(prior.volume, prior_analysis), Seen.of(current.volume, current_analysis)
    lesions, uncovered = lesion_changes(then, now, registration, known, Part(progress, 0.0, 0.6))
    progress.report(0.6, "Comparing findings")
    findings = finding_changes(prior_analysis, current_analysis, lesions, by_volume=not known.volumes_untold())
    notices = _cautions(registration, known, prior_analysis, current_analysis) + uncovered
    diffuse = diffuse_change(
        (prior, prior_analysis), (current, current_analysis), registration, Part(progress, 0.6, 1.0)
    )
    progress.report(1.0, "Compared")
    advice, together = tuple(advised(lesions, known)), advised_together(lesions, known)
    return Comparison(registration, advice, findings, known.days, tuple(notices), together, diffuse)


def _cautions(found: Registration, known: Circumstances, prior: Analysis, current: Analysis) -> list[Notice]:
    notices = []
    if found.quality < DOUBTFUL_QUALITY:
        text = f"The scans fit each other poorly (likeness {found.quality:.2f} of 1): check that they show one patient."
        notices.append(Notice(text, grave=True))
    if known.days is None:
        notices.append(Notice("A study date is missing, so no doubling time can be told."))
    elif known.days <= 0:
        text = "The prior was not taken before the current scan, so no doubling time can be told; are they swapped?"
        notices.append(Notice(text, grave=known.days < 0))
    if known.volumes_untold():
        notices.append(Notice(known.volumes_untold()))
    if known.kernels_differ:
        notices.append(Notice(_KERNELS))
    if prior.card.sha256 != current.card.sha256:
        notices.append(Notice("The two scans were analysed by different models; changes may be theirs.", grave=True))
    return notices
