import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment import lexicon
from xlalign.errors import DataError
from xlalign.types import Alignment

PAIRS = [(["The", "cat"], ["die", "Katze"]), (["the", "dog"], ["der", "Hund"]), (["the"], ["die"])]
ALIGNED = [
    Alignment(((0, 0), (1, 1)), (1.0, 1.0)),
    Alignment(((0, 0), (1, 1)), (0.5, 1.0)),
    Alignment(((0, 0),), (1.0,)),
]


def test_counts_and_both_probabilities():
    found = {(e.source, e.target): e for e in lexicon.extract(PAIRS, ALIGNED)}
    assert found["the", "die"] == ("the", "die", 2.0, 2 / 2.5, 1.0)
    assert found["the", "der"].forward == 0.5 / 2.5
    assert [e.target for e in lexicon.extract(PAIRS, ALIGNED) if e.source == "the"] == ["die", "der"]


def test_filters_come_after_normalising():
    found = lexicon.extract(PAIRS, ALIGNED, min_count=2.0)
    assert [(e.source, e.target, e.forward) for e in found] == [("the", "die", 0.8)]
    assert all(e.forward >= 0.3 for e in lexicon.extract(PAIRS, ALIGNED, min_probability=0.3))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.floats(0.01, 1)), max_size=30))
def test_probabilities_are_distributions(links):
    pairs = [([s], [t]) for s, t, _ in links]
    found = lexicon.extract(pairs, [Alignment(((0, 0),), (score,)) for *_, score in links])
    for word in {e.source for e in found}:
        assert sum(e.forward for e in found if e.source == word) == pytest.approx(1)
    for word in {e.target for e in found}:
        assert sum(e.reverse for e in found if e.target == word) == pytest.approx(1)


def test_merging_in_pieces_changes_nothing(monkeypatch):
    whole = lexicon.extract(PAIRS * 5, ALIGNED * 5)
    monkeypatch.setattr(lexicon, "_PENDING", 2)
    assert lexicon.extract(PAIRS * 5, ALIGNED * 5) == whole


def test_written_and_read(tmp_path):
    found = lexicon.extract(PAIRS, ALIGNED)
    lexicon.write(tmp_path / "x" / "en-de.tsv", found)
    again = lexicon.read(tmp_path / "x" / "en-de.tsv")
    assert [e[:2] for e in again] == [e[:2] for e in found]
    assert [e.forward for e in again] == pytest.approx([e.forward for e in found], abs=1e-6)
    assert lexicon.probabilities(again)["cat", "katze"] == (1.0, 1.0)


def test_muse_dictionaries(tmp_path):
    found = lexicon.extract(PAIRS, ALIGNED)
    lexicon.write_muse(tmp_path / "en-de.txt", found)
    assert (tmp_path / "en-de.txt").read_text() == "cat katze\ndog hund\nthe die\n"
    (tmp_path / "gold.tsv").write_text("cat\tKatze\ncat\tKater\nThe\tder\nhorse\tPferd\n")
    gold = lexicon.read_muse(tmp_path / "gold.tsv")
    assert gold[0].forward == 0.5
    assert lexicon.precision_at_1(found, gold) == (0.5, 2 / 3, 2)
    assert lexicon.precision_at_1([], gold) == (0.0, 0.0, 0)


@pytest.mark.parametrize(("reader", "text"), [(lexicon.read_muse, "a b c\n"), (lexicon.read, "a\tb\tx\t1\t1\n")])
def test_malformed_rows(tmp_path, reader, text):
    (tmp_path / "file").write_text(text)
    with pytest.raises(DataError, match="file:1"):
        reader(tmp_path / "file")
