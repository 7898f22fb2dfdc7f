"""The rows of the talk: what is seen, wherever one has moved to, and however long it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.tui.state import Said
from companion.tui.talk import Talk
from companion.tui.wrap import wrapped


def final(n: int, text: str | None = None) -> Said:
    text = text or f"sentence {n}"
    return Said("me" if n % 2 else "them", float(n), text, len(text))


def talk(count: int, width: int = 20, height: int = 4) -> Talk:
    out = Talk()
    out.fit(width, height)
    out.add([final(n) for n in range(count)], ())
    return out


def texts(of: Talk) -> list[str]:
    return [row.text for row in of.seen()]


def test_the_newest_words_are_seen_until_one_moves_away_and_again_when_one_is_back() -> None:
    t = talk(10)
    assert texts(t) == ["sentence 6", "sentence 7", "sentence 8", "sentence 9"]
    t.move(-2)
    assert not t.following
    t.add([final(10)], ())
    assert texts(t) == ["sentence 4", "sentence 5", "sentence 6", "sentence 7"]
    t.move(3)
    assert t.following
    assert texts(t)[-1] == "sentence 10"


def test_the_first_words_and_no_further() -> None:
    t = talk(10)
    t.begin()
    t.move(-5)
    assert texts(t)[0] == "sentence 0"
    t.follow()
    assert texts(t)[-1] == "sentence 9"


def test_nothing_said_is_nothing_seen_and_moving_does_nothing() -> None:
    t = talk(0)
    t.move(-3)
    t.move(3)
    t.begin()
    assert texts(t) == []
    assert t.following


def test_what_is_being_said_comes_last_in_the_order_of_its_beginning_firm_as_far_as_it_is() -> None:
    t = talk(1)
    t.add([], [Said("me", 9.0, "second", 0), Said("them", 5.0, "first one", 5)])
    rows = t.seen()
    assert [r.text for r in rows] == ["sentence 0", "first one", "second"]
    assert [r.firm for r in rows] == [10, 5, 0]


def test_only_the_first_row_of_an_utterance_says_whose_it_is_and_firm_letters_run_on() -> None:
    t = Talk()
    t.fit(10, 5)
    t.add([], [Said("them", 0.0, "one two three four five", 15)])
    rows = t.seen()
    assert [r.first for r in rows] == [True, False, False]
    assert "".join(r.text[: r.firm] for r in rows) == "one twothree f"


def test_other_widths_keep_the_words_at_the_top() -> None:
    t = Talk()
    t.fit(12, 3)
    t.add([final(n, f"number {n} is a longer sentence than a row") for n in range(30)], ())
    t.begin()
    t.move(42)
    top = t.seen()[0].text
    t.fit(60, 3)
    assert top in t.seen()[0].text


def test_words_that_become_fewer_rows_under_the_top_are_no_trouble() -> None:
    t = Talk()
    t.fit(10, 2)
    t.add([], [Said("them", 0.0, "one two three four five six", 0), Said("me", 1.0, "and another one of some rows", 0)])
    t.begin()
    t.move(2)
    t.add([], [Said("them", 0.0, "one", 0), Said("me", 1.0, "and another one of some rows", 0)])
    t.fit(12, 2)
    assert texts(t)[0] == "one"


def test_text_is_shown_as_data() -> None:
    t = Talk()
    t.fit(40, 3)
    t.add([final(0, "a\x1b[31mred\x07 [b]word[/b]")], ())
    (row,) = t.seen()
    assert "\x1b" not in row.text and "\x07" not in row.text
    assert "[b]word[/b]" in row.text


@given(
    st.lists(st.text("ab ", min_size=1, max_size=40).map(lambda s: f"x{s}".strip()), min_size=1, max_size=12),
    st.lists(st.integers(-7, 7), max_size=8),
    st.integers(1, 12),
    st.integers(1, 6),
)
def test_moving_is_moving_by_rows_in_all_the_rows_there_are(
    said: list[str], moves: list[int], width: int, height: int
) -> None:
    t = Talk()
    t.fit(width, height)
    t.add([final(n, text) for n, text in enumerate(said)], ())
    every = [text[a:b] for text in said for a, b in wrapped(text, width)]
    newest = max(0, len(every) - height)
    top = newest
    for rows in moves:
        t.move(rows)
        top = min(max(0, top + rows), newest)
        assert texts(t) == every[top : top + height]
        assert t.following == (top == newest)
