import io

import pytest
from rich.console import Console

from xlalign.alignment import view
from xlalign.errors import UserError
from xlalign.types import Alignment

PAIR = (["the", "old", "cat"], ["小さい", "猫"])
ALIGNMENT = Alignment(((1, 0), (2, 1)), (0.4, 0.99))


def shown(*args, width=80):
    console = Console(file=(shown := io.StringIO()), width=width, no_color=True)
    console.print(view.matrix(*args))
    return shown.getvalue()


def test_rows_are_source_words_and_columns_target_numbers():
    lines = shown(PAIR, ALIGNMENT).split("\n")
    assert [line.split() for line in lines[:4]] == [
        ["0", "1"], ["the", "0", "·", "·"], ["old", "1", "■", "·"], ["cat", "2", "·", "■"],
    ]  # fmt: skip
    assert "0 小さい  1 猫" in shown(PAIR, ALIGNMENT)
    assert "cat–猫 0.99" in shown(PAIR, ALIGNMENT)


def test_missed_gold_links_are_hollow():
    assert "□" in shown(PAIR, ALIGNMENT, {(0, 0), (2, 1)})


def test_thirty_words_a_side_fit_in_eighty_columns():
    words = [f"w{n}" for n in range(24)]
    text = shown((words, words), Alignment(tuple((n, n) for n in range(24)), (1.0,) * 24))
    assert text.split("\n")[0].split() == [str(n) for n in range(24)]


def test_plain_lines():
    assert view.plain(PAIR, ALIGNMENT)[0] == "1-0\told\t小さい\t0.4000"


@pytest.mark.parametrize("text", ["a b", "a ||| ", "||| b"])
def test_text_without_two_sides(text):
    with pytest.raises(UserError, match="not a sentence pair"):
        view.parse_pair(text)


def test_parse_pair():
    assert view.parse_pair("a b ||| c") == (["a", "b"], ["c"])
