"""The order of findings, the walk through them, and the reader's verdicts."""

from tests.support.readings import analysis_of, grid_of
from viewer.state.findings_model import FindingsModel, Verdict


def model() -> FindingsModel:
    """Return findings: two present, one not."""
    found = FindingsModel()
    found.show(analysis_of(grid_of(), nodule=1.0, emphysema=-3.0, mass=4.0))
    return found


def names(found: FindingsModel) -> list[str]:
    """Return the abnormality names in the order shown."""
    return [f.abnormality.name for f in found.value.ordered()]


def test_present_first_most_probable_first() -> None:
    assert names(model()) == ["mass", "nodule", "emphysema"]


def test_next_and_previous_go_round_what_is_present() -> None:
    found = model()
    walked = []
    for _ in range(3):
        finding = found.neighbour(+1)
        assert finding is not None
        found.select(finding.abnormality.name)
        walked.append(finding.abnormality.name)
    assert walked == ["mass", "nodule", "mass"]


def test_a_rejected_finding_is_not_visited_nor_reported() -> None:
    found = model()
    found.judge("mass", Verdict.REJECTED)
    finding = found.neighbour(+1)
    assert finding is not None
    assert finding.abnormality.name == "nodule"
    assert found.value.rejected() == {"mass"}
    assert names(found) == ["mass", "nodule", "emphysema"]


def test_judging_the_same_again_is_no_news() -> None:
    found = model()
    found.judge("mass", Verdict.ACCEPTED)
    news: list[object] = []
    found.changed.connect(lambda before, after: news.append(after))
    found.judge("mass", Verdict.ACCEPTED)
    found.select(None)
    assert news == []


def test_without_findings_there_is_no_neighbour() -> None:
    assert FindingsModel().neighbour(1) is None
