"""The order of findings, the walk through them, and the reader's verdicts."""

from dataclasses import replace

from ai.findings import Doubt, Setting
from tests.support.readings import analysis_of, grid_of, with_settings
from viewer.state.findings_model import FindingsModel, Stage
from viewer.state.verdict import Verdict


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


def switching() -> FindingsModel:
    """Return findings of three thresholds (0.2, 0.5, 0.8): a mass of .98, a nodule of .73, an effusion of .27."""
    found = FindingsModel()
    found.show(with_settings(analysis_of(grid_of(), nodule=1.0, mass=4.0, pleural_effusion=-1.0, cyst=-4.0)))
    return found


def listed(found: FindingsModel) -> list[str]:
    """Return the names of what is not folded away."""
    return [f.abnormality.name for f in found.value.ordered() if found.value.listed(f)]


def test_another_setting_calls_more_or_less_present_and_keeps_all_else() -> None:
    found = switching()
    found.select("nodule")
    found.judge("mass", Verdict.REJECTED)
    heat = {f.abnormality.name: f.heatmap for f in found.value.ordered()}
    seen = {}
    for setting in Setting:
        found.use_setting(setting)
        seen[setting] = listed(found)
    assert seen == {
        Setting.SENSITIVE: ["mass", "nodule", "pleural_effusion"],
        Setting.BALANCED: ["mass", "nodule"],
        Setting.SPECIFIC: ["mass"],
    }
    assert (found.value.selected, found.value.stage) == ("nodule", Stage.DONE)
    assert found.value.rejected() == {"mass"}
    assert {f.abnormality.name: f.heatmap for f in found.value.ordered()} == heat


def test_what_the_reader_accepted_keeps_its_place_below_the_threshold() -> None:
    found = switching()
    found.judge("nodule", Verdict.ACCEPTED)
    found.judge("cyst", Verdict.ACCEPTED)
    found.use_setting(Setting.SPECIFIC)
    assert listed(found) == ["mass", "nodule", "cyst"]
    found.judge("nodule", Verdict.OPEN)
    assert listed(found) == ["mass", "cyst"]


def test_the_setting_is_remembered_for_the_next_scan_and_is_no_news_twice() -> None:
    found = switching()
    found.use_setting(Setting.SENSITIVE)
    found.clear()
    found.run()
    found.show(with_settings(analysis_of(grid_of(), nodule=-1.0)))
    assert listed(found) == ["nodule"]
    news: list[object] = []
    found.changed.connect(lambda before, after: news.append(after))
    found.use_setting(Setting.SENSITIVE)
    assert news == []


def test_the_list_follows_the_regions_of_a_report() -> None:
    found = FindingsModel()
    found.show(analysis_of(grid_of(), chest_tube=5.0, fracture=2.0, pleural_effusion=4.0, nodule=1.0, cyst=-1.0))
    assert names(found) == ["nodule", "pleural_effusion", "fracture", "chest_tube", "cyst"]


def test_the_walk_begins_at_the_strongest_which_is_no_device() -> None:
    found = FindingsModel()
    found.show(analysis_of(grid_of(), chest_tube=5.0, fracture=2.0, nodule=1.0))
    first = found.neighbour(1)
    assert first is not None
    assert first.abnormality.name == "fracture"
    found.select("fracture")
    second = found.neighbour(1)
    assert second is not None
    assert second.abnormality.name == "chest_tube"


def test_a_grave_doubt_withholds_findings_and_says_why() -> None:
    found = FindingsModel()
    doubts = (Doubt("This is a head.", True), Doubt("A slice is missing."))
    found.show(replace(analysis_of(grid_of()), doubts=doubts))
    assert (found.value.stage, found.value.sentence) == (Stage.WITHHELD, "This is a head.")
