"""A cohort built from a hospital: nothing is lost, nothing names a patient, and it goes on where it was stopped."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ai.model.preparation import prepare
from ai.scan import find_series, read
from ai.training.cohort import Cohort, CohortError, Said
from ai.training.cohort.building import Wish, build
from ai.training.cohort.index import Index
from ai.training.cohort.rejection import Reason
from ai.training.cohort.words import CohortScan


def wish(hospital: Path, out: Path) -> Wish:
    """Return what to build of a hospital, in this process."""
    return Wish(hospital / "scans", hospital / "reports", out / "store", workers=0)


@pytest.fixture(scope="module")
def built(hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the hospital's cohort lies."""
    out = tmp_path_factory.mktemp("cohort")
    result = build(wish(hospital, out))
    assert result.kept == result.new == len(list((hospital / "reports").iterdir()))
    assert not result.rejected
    assert result.unpaired == 0
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file's bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def keys_of(out: Path) -> dict[str, str]:
    """Return accession number → key, from the private side."""
    rows = (out / "store-private" / "scans.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {row.split(",")[1].removeprefix("report "): row.split(",")[0] for row in rows}


def test_labels_are_what_is_truly_there(hospital: Path, built: Path) -> None:
    cohort, keys = Cohort.open(built / "store"), keys_of(built)
    right = wrong = 0
    for path in sorted((hospital / "truth").glob("*.json")):
        truth, scan = json.loads(path.read_text(encoding="utf-8")), cohort.scan(keys[path.stem])
        unsaid = {*truth["omitted"], *truth["hedged"]}
        for label in set(truth["labels"]) - unsaid:
            right += scan.label(label).said is Said.PRESENT
            wrong += scan.label(label).said is not Said.PRESENT
        assert not [label for label in truth["omitted"] if scan.label(label).said is Said.PRESENT]
    assert right > 10
    assert wrong <= 0.1 * right


def test_visits_of_a_patient_belong_together_in_their_order(hospital: Path, built: Path) -> None:
    visits = sorted(len(list(patient.iterdir())) for patient in (hospital / "scans").iterdir())
    patients = Cohort.open(built / "store").patients.values()
    assert sorted(len(scans) for scans in patients) == visits
    for scans in patients:
        days = [scan.days for scan in scans]
        assert days[0] == 0
        assert days == sorted(set(days))


def test_voxels_are_those_the_network_is_given(hospital: Path, built: Path) -> None:
    cohort, keys = Cohort.open(built / "store"), keys_of(built)
    series = find_series(hospital / "scans")[0]
    key = keys[series.study.accession]
    prepared = prepare(read(series).volume, 2.0)
    s, r, c = prepared.grid.shape
    assert np.abs(cohort.read(key) - prepared.hu[0, 0, :s, :r, :c].numpy().clip(-1024, 3071)).max() <= 0.5
    assert np.array_equal(cohort.lungs(key), prepared.lungs.sides)
    assert cohort.grid(key) == prepared.grid


def test_finer_voxels_show_the_same_chest(hospital: Path, built: Path, tmp_path: Path) -> None:
    one = next((hospital / "scans").iterdir())
    folder = next(one.iterdir())
    accession = find_series(folder)[0].study.accession
    build(replace(wish(hospital, tmp_path), scans=folder, spacing_mm=1.5))
    fine, coarse = Cohort.open(tmp_path / "store"), Cohort.open(built / "store")
    key, old = keys_of(tmp_path)[accession], keys_of(built)[accession]
    assert np.allclose(fine.grid(key).corners_mm(), coarse.grid(old).corners_mm(), atol=5.0)
    litres = [np.count_nonzero(c.lungs(k)) * c.grid(k).voxel_mm3 for c, k in ((fine, key), (coarse, old))]
    assert litres[0] == pytest.approx(litres[1], rel=0.01)
    assert fine.read(key).mean() == pytest.approx(coarse.read(old).mean(), abs=10)
    path = next((tmp_path / "store" / "voxels").rglob("*.h5"))
    assert path.stat().st_size < 15_000_000


def test_nothing_in_the_store_names_a_patient(hospital: Path, built: Path) -> None:
    kept = b"\n".join([*contents(built / "store").values(), *map(str.encode, contents(built / "store"))])
    telling: set[str] = set()
    for series in find_series(hospital / "scans"):
        study, patient = series.study, series.study.patient
        assert study.taken_on is not None
        assert patient.birth_date is not None
        telling |= {study.uid, series.uid, study.accession, patient.identifier, patient.name, study.institution}
        for day in (study.taken_on, patient.birth_date):
            telling |= {day.isoformat(), day.strftime("%Y%m%d")}
    texts = [path.read_text(encoding="utf-8") for path in (hospital / "reports").iterdir()]
    telling |= {sentence for text in texts for sentence in re.split(r"[.\n]", text) if len(sentence) > 20}
    telling |= {str(hospital), "patient-0", "Phantom^"}
    assert len(telling) > 30
    assert not [words for words in telling if words.encode() in kept]


def test_a_second_run_does_nothing(hospital: Path, built: Path) -> None:
    before = contents(built / "store")
    again = build(wish(hospital, built))
    assert (again.new, again.relabelled) == (0, 0)
    assert contents(built / "store") == before


def test_a_stopped_run_is_gone_on_with(
    hospital: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built / "store-private", tmp_path / "store-private")
    put = Index.put

    def stops(self: Index, scan: CohortScan, said: str = "") -> None:
        if self.known():
            raise KeyboardInterrupt
        put(self, scan, said)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Index, "put", stops)
        build(wish(hospital, tmp_path))
    assert len(Cohort.open(tmp_path / "store").scans) == 1
    draft = next((tmp_path / "store" / "voxels").iterdir()) / ".half.h5.1.part"
    draft.write_bytes(b"half")
    build(wish(hospital, tmp_path))
    assert not draft.exists()
    whole, gone_on = Cohort.open(built / "store"), Cohort.open(tmp_path / "store")
    assert gone_on.scans == whole.scans
    for scan in whole.scans:
        assert np.array_equal(gone_on.read(scan.key), whole.read(scan.key))


def test_a_report_that_changed_is_labelled_anew(hospital: Path, built: Path, tmp_path: Path) -> None:
    for name in ("store", "store-private"):
        shutil.copytree(built / name, tmp_path / name)
    shutil.copytree(hospital / "reports", tmp_path / "reports")
    report = next((tmp_path / "reports").iterdir())
    report.write_text("FINDINGS: There is a hiatal hernia.", encoding="utf-8")
    again = build(replace(wish(hospital, tmp_path), reports=tmp_path / "reports"))
    assert (again.new, again.relabelled) == (0, 1)
    scan = Cohort.open(tmp_path / "store").scan(keys_of(tmp_path)[report.stem])
    assert {name for name, value in scan.labels.items() if value.said is Said.PRESENT} == {"hernia"}


def test_faults_are_listed_and_end_nothing(hospital: Path, tmp_path: Path) -> None:
    scans, reports = tmp_path / "scans", tmp_path / "reports"
    visits = sorted(v for p in (hospital / "scans").iterdir() for v in p.iterdir())
    accessions = [find_series(visit)[0].study.accession for visit in visits]
    shutil.copytree(visits[0], scans / "unreported")
    shutil.copytree(visits[1], scans / "few")
    for path in sorted((scans / "few").iterdir())[12:]:
        path.unlink()
    shutil.copytree(visits[2], scans / "ruined")
    for path in (scans / "ruined").iterdir():
        path.write_bytes(path.read_bytes()[:-3000])
    (scans / "letters").mkdir()
    (scans / "letters" / "note.txt").write_text("no scan")
    reports.mkdir()
    for accession in accessions[1:3]:
        shutil.copy(hospital / "reports" / f"{accession}.txt", reports)
    (reports / "lonely.txt").write_text("There is a nodule.")
    result = build(Wish(scans, reports, tmp_path / "store", workers=0))
    assert result.kept == 0
    assert result.rejected == {Reason.NO_REPORT: 1, Reason.NO_CHEST_SERIES: 1, Reason.UNREADABLE: 1}
    assert (result.unpaired, result.unread) == (1, 1)
    told = (tmp_path / "store-private" / "faults.csv").read_text(encoding="utf-8")
    assert "ruined" in told
    assert "letters" in told
    page = (tmp_path / "store" / "report.html").read_text(encoding="utf-8")
    assert Reason.UNREADABLE.sentence in page
    assert "ruined" not in page
    before = told
    assert build(Wish(scans, reports, tmp_path / "store", workers=0)).rejected == result.rejected
    assert (tmp_path / "store-private" / "faults.csv").read_text(encoding="utf-8") == before


def test_what_is_private_may_not_lie_in_the_store(hospital: Path, tmp_path: Path) -> None:
    inside = replace(wish(hospital, tmp_path), private=tmp_path / "store" / "private")
    with pytest.raises(CohortError, match="inside the store"):
        build(inside)
