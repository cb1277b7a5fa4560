"""``changed`` is emitted only on real change, with before and after."""

from viewer.state.notices_model import NoticesModel, Said


def test_saying_the_same_again_is_no_news() -> None:
    board = NoticesModel()
    news: list[tuple[object, object]] = []
    board.changed.connect(lambda before, after: news.append((before, after)))
    board.say("A slice is missing.", grave=True, about="Current")
    board.say("A slice is missing.", grave=True, about="Current")
    said = Said("A slice is missing.", True, "Current")
    assert news == [((), (said,))]


def test_the_board_forgets_what_is_gone_and_keeps_the_rest() -> None:
    board = NoticesModel()
    board.say("one", about="Current")
    board.say("two", about="Prior")
    board.forget("Current")
    assert [s.text for s in board.value] == ["two"]
    board.dismiss(board.value[0])
    assert board.value == ()
