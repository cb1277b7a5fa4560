"""The parts of reading: lengths, spelling, sentences, phrases, and that the term lists agree with each other."""

from __future__ import annotations

from collections import defaultdict

import pytest

from ai.report.reading.lexicon import lexicon
from ai.report.reading.patterns import phrases
from ai.report.reading.sentences import Section, sentences
from ai.report.reading.sizes import lengths_in
from ai.report.reading.spelling import Speller, distance
from ai.report.reading.words import stem, words_of
from ai.vocabulary import abnormalities, report_terms


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a 5 mm nodule", [5.0]),
        ("1.2 x 0.8 cm", [12.0, 8.0]),
        ("1,2 cm", [12.0]),
        ("3, 5 and 7 mm", [3.0, 5.0, 7.0]),
        ("12mm×8mm", [12.0, 8.0]),
        ("约4.5厘米", [45.0]),
        ("20x15x10 mm", [20.0, 15.0, 10.0]),
        ("a 4-mm nodule", [4.0]),
        ("from 8 mm to 11 mm, it has grown", [11.0]),
        ("ranging from 3 to 6 mm", [3.0, 6.0]),
        ("6 mm, previously 4 mm", [6.0]),
        ("slice thickness 5 mm", []),
        ("image 45", []),
        ("on 12.03.2020", []),
        ("3 mm3", []),
        ("9 centimeters", [90.0]),
    ],
)
def test_lengths(text: str, sizes: list[float]) -> None:
    assert [value for lengths in lengths_in(text) for value in lengths.values_mm] == sizes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("atelectassis", "atelectasis"),
        ("pneumothroax", "pneumothorax"),
        ("effussion", "effusion"),
        ("infusion", "infusion"),
        ("hypodense", "hypodense"),
        ("perfusion", "perfusion"),
        ("subclavian", "subclavian"),
        ("mass", "mass"),
        ("nodal", "nodal"),
    ],
)
def test_spelling_is_mended_only_where_that_is_safe(written: str, meant: str) -> None:
    known = ["atelectasis", "pneumothorax", "effusion", "hyperdense", "supraclavian", "masses", "nodule"]
    assert Speller(known).right(written) == meant


def test_a_word_between_two_known_ones_is_left() -> None:
    assert Speller(["bronchiolar", "bronchiolas"]).right("bronchiolaz") == "bronchiolaz"


@pytest.mark.parametrize(("one", "other", "steps"), [("", "abc", 3), ("thorax", "throax", 1), ("kitten", "sitting", 3)])
def test_distance(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Nodules", "nodule"),
        ("OPACITIES", "opacity"),
        ("masses", "mass"),
        ("oedema", "edema"),
        ("Haemothorax", "hemothorax"),
        ("apices", "apex"),
        ("pelvis", "pelvis"),
        ("effusıon", "effusion"),
    ],
)
def test_words_have_one_form(written: str, form: str) -> None:
    assert stem(written) == form


def test_hyphens_part_words_and_chinese_is_read_by_the_character() -> None:
    assert words_of("ground-glass 5 mm，右肺") == ["ground", "glass", "5", "mm", "，", "右", "肺"]


def test_phrases_write_out_choices() -> None:
    assert sorted(phrases("(left|right|) upper (lobe|zone)")) == sorted(
        ["left upper lobe", "left upper zone", "right upper lobe", "right upper zone", "upper lobe", "upper zone"]
    )


def test_sentences_know_their_section() -> None:
    report = "INDICATION: Cough.\nTECHNIQUE: 1.5 mm slices.\nFINDINGS: Clear lungs. No mass.\nHISTORY: Asthma."
    found = [(s.text.strip(), s.section) for s in sentences(report)]
    assert found == [
        ("Cough.", Section.UNREAD),
        ("1.5 mm slices.", Section.UNREAD),
        ("FINDINGS: Clear lungs.", Section.READ),
        ("No mass.", Section.READ),
        ("Asthma.", Section.HISTORY),
    ]


@pytest.mark.parametrize(
    ("report", "count"),
    [
        ("A nodule of 4.5 mm. No mass.", 2),
        ("Lesion (cyst?) in the liver.", 1),
        ("Pneumonia? Edema?", 2),
        ("Seen by Dr. Smith in the clinic.", 1),
        ("detected.There is", 2),
        ("右肺结节。左肺清晰。", 2),
        ("- One\n- Two\n- Three", 3),
        ("1. One\n2. Two", 2),
    ],
)
def test_where_sentences_end(report: str, count: int) -> None:
    assert len(list(sentences(report))) == count


def test_every_character_but_headings_lies_in_its_sentence() -> None:
    report = "FINDINGS: No mass.\n\nThe lungs\nare clear; 右肺结节。IMPRESSION: Normal"
    for sentence in sentences(report):
        assert report[sentence.start : sentence.start + len(sentence.text)] == sentence.text


def test_the_tables_name_only_what_there_is() -> None:
    findings, places = report_terms("findings"), report_terms("places")["place"]
    names = set(findings["finding"])
    for entry in findings["head"].values():
        assert set(entry.get("in", {})) <= set(places)
        assert {name for name in (*entry.get("in", {}).values(), entry.get("default", "")) if name} <= names
    assert all(entry["within"] in places for entry in places.values() if "within" in entry)
    assert {label for entry in findings["finding"].values() for label in entry["labels"]} | {"nodulegr1cm"} == {
        a.name for a in abnormalities()
    }
    for rule in report_terms("ctrate18")["label"]:
        assert set(rule["findings"]) | set(rule.get("explained_by", ())) <= names
    assert set(report_terms("ctrate18")["elsewhere"]) <= set(places)


def test_no_phrase_stands_in_two_lists() -> None:
    stood: dict[str, set[str]] = defaultdict(set)
    for table in ("findings", "places", "cues"):
        for kind in report_terms(table).values():
            for name, entry in kind.items():
                written = entry if isinstance(entry, list) else [*entry.get("en", ()), *entry.get("zh", ())]
                for pattern in written if table != "cues" or name not in ("heart", "heart_size") else ():
                    for phrase in phrases(pattern):
                        stood[" ".join(stem(word) for word in words_of(phrase))].add(f"{table}.{name}")
    twice = {phrase: lists for phrase, lists in stood.items() if len(lists) > 1}
    assert not twice
    assert len(stood) > 5000


def test_the_lexicon_is_read_once() -> None:
    assert lexicon() is lexicon()
