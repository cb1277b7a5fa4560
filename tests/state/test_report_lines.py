"""A draft written anew, and the reader's own words in it."""

from __future__ import annotations

from ai.draft import Draft, DraftSection, DraftSentence, Language
from viewer.state.report_lines import ReportLine, lines_of, read_lines, renewed, text_of
from viewer.state.report_model import ReportModel


def draft(**sentences: str) -> Draft:
    """Return a draft: key → sentence among the lungs; what begins with "i_" stands in the impression."""
    said = {
        key: DraftSentence(text, "impression" if key.startswith("i_") else "lungs", key)
        for key, text in sentences.items()
    }
    sections = tuple(
        DraftSection(region, title, tuple(s for s in said.values() if s.region == region))
        for region, title in (("lungs", "Lungs"), ("pleura", "Pleura"), ("impression", "Impression"))
    )
    return Draft(Language.ENGLISH, "CT", sections, "Research only.")


def typed(lines: tuple[ReportLine, ...], **texts: str) -> list[tuple[str, str]]:
    """Return what the editor holds once the lines of these keys were rewritten."""
    return [(line.key, texts.get(line.key, line.text)) for line in lines]


def sentences(lines: tuple[ReportLine, ...]) -> list[str]:
    return [line.text for line in lines if not line.heading]


def test_untouched_sentences_follow_the_draft() -> None:
    before, after = draft(a="A.", b="B."), draft(a="A, larger.", c="C.")
    assert sentences(renewed(lines_of(before), before, after)) == ["A, larger.", "C."]


def test_what_the_reader_rewrote_stays_and_is_marked() -> None:
    before = draft(a="A.", b="B.")
    lines = read_lines(before, typed(lines_of(before), a="A, I think."))
    assert [line.by_reader for line in lines if not line.heading] == [True, False]
    kept = renewed(lines, before, draft(a="A, larger.", b="B, smaller."))
    assert sentences(kept) == ["A, I think.", "B, smaller."]


def test_a_sentence_put_back_to_the_drafts_words_is_the_drafts_again() -> None:
    before = draft(a="A.")
    lines = read_lines(before, typed(lines_of(before), a="Mine."))
    assert not any(line.by_reader for line in read_lines(before, typed(lines, a="A.")))


def test_what_the_reader_struck_out_stays_away_until_it_is_accepted_anew() -> None:
    first = draft(a="A.", b="B.")
    lines = read_lines(first, [pair for pair in typed(lines_of(first)) if pair[0] != "a"])
    second = draft(a="A.", b="B.", c="C.")
    lines = renewed(lines, first, second)
    assert sentences(lines) == ["B.", "C."]
    third = draft(b="B.", c="C.")
    lines = renewed(lines, second, third)
    assert sentences(renewed(lines, third, second)) == ["A.", "B.", "C."]


def test_the_readers_own_lines_stay_where_they_stand() -> None:
    before = draft(a="A.", b="B.")
    pairs = typed(lines_of(before))
    place = pairs.index(("a", "A.")) + 1
    lines = read_lines(before, [*pairs[:place], ("a", "My own."), ("a", "And more."), *pairs[place:]])
    assert [line.key for line in lines if line.text in ("My own.", "And more.")] == ["", ""]
    kept = renewed(lines, before, draft(a="A, larger.", b="B.", c="C."))
    assert sentences(kept) == ["A, larger.", "My own.", "And more.", "B.", "C."]


def test_a_rewritten_sentence_outlives_its_finding_and_says_so() -> None:
    before = draft(a="A.", b="B.")
    lines = read_lines(before, typed(lines_of(before), b="B, I think."))
    lines = renewed(lines, before, draft(a="A."))
    assert [(line.text, line.left_behind) for line in lines if not line.heading] == [
        ("A.", False),
        ("B, I think.", True),
    ]
    again = renewed(lines, draft(a="A."), before)
    assert [(line.text, line.left_behind) for line in again if not line.heading] == [
        ("A.", False),
        ("B, I think.", False),
    ]


def test_the_text_leaves_out_empty_sections_and_counts_the_impression() -> None:
    said = draft(a="A.", i_a="A.", i_b="B.")
    assert text_of(said, lines_of(said)) == "CT\n\nLungs:\nA.\n\nImpression:\n1. A.\n2. B.\n\nResearch only.\n"


def test_the_model_tells_only_real_changes() -> None:
    model, told = ReportModel(), []
    model.changed.connect(lambda before, after: told.append(after))
    model.show(draft(a="A."))
    model.show(draft(a="A."))
    model.write(typed(model.value.lines))
    assert len(told) == 1
    model.write(typed(model.value.lines, a="Mine."))
    model.show(draft(a="A.", b="B."))
    assert sentences(model.value.lines) == ["Mine.", "B."]
    model.clear()
    assert model.value.text() == ""


def test_another_session_goes_on_where_the_reader_left_the_report() -> None:
    model = ReportModel()
    model.show(draft(a="A.", b="B."))
    assert model.value.written() is None
    model.write([pair for pair in typed(model.value.lines, a="Mine.") if pair[0] != "b"])
    written = model.value.written()
    assert written is not None
    again = ReportModel()
    again.take_up(written)
    assert again.value.written() == written
    again.show(draft(a="A.", b="B.", c="C."))
    assert sentences(again.value.lines) == ["Mine.", "C."]
    assert [line.by_reader for line in again.value.lines if not line.heading] == [True, False]


def test_words_of_this_session_are_not_replaced_by_those_of_an_earlier_one() -> None:
    first, model = ReportModel(), ReportModel()
    for each, words in ((first, "Then."), (model, "Now.")):
        each.show(draft(a="A."))
        each.write(typed(each.value.lines, a=words))
    written = first.value.written()
    assert written is not None
    model.take_up(written)
    assert sentences(model.value.lines) == ["Now."]
