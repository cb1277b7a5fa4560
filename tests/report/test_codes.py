"""Every name of the vocabulary has a code, and comes back from it."""

from __future__ import annotations

from pydicom.sr.codedict import codes

from ai.organs import ORGANS
from ai.report.codes import OURS, abnormality_code, abnormality_of, location_of, site_of
from ai.vocabulary import abnormalities, locations


def test_abnormalities_come_back_from_their_codes() -> None:
    for kind in abnormalities():
        code = abnormality_code(kind)
        assert abnormality_of(code.value, code.scheme) is kind
    assert abnormality_of("1", "SCT") is None


def test_locations_come_back_from_their_codes() -> None:
    for name in {*ORGANS, *(name for names in locations().values() for name in names)}:
        site = site_of(name)
        side = "" if site.side is None else site.side.value
        assert location_of(site.structure.value, site.structure.scheme, side) == name


def test_codes_of_dicom_mean_what_dicom_says() -> None:
    for kind in abnormalities():
        code = abnormality_code(kind)
        if code.scheme == "DCM":
            known = {str(entry.value): entry.meaning for name in codes.DCM.dir() if (entry := getattr(codes.DCM, name))}
            assert known[code.value] == code.meaning


def test_ours_are_the_vocabularys_own_names() -> None:
    ours = [abnormality_code(kind) for kind in abnormalities() if abnormality_code(kind).scheme == OURS]
    assert {code.value for code in ours} <= {kind.name for kind in abnormalities()}
    assert len(ours) == 83 - 38
