import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment import pharaoh
from xlalign.errors import DataError

link_sets = st.sets(st.tuples(st.integers(0, 30), st.integers(0, 30)))


@given(link_sets, link_sets, st.sampled_from([0, 1]))
def test_format_then_parse_gives_the_links_back(sure, possible, base):
    parsed = pharaoh.parse(pharaoh.format(sure, possible, base=base), base)
    assert parsed.sure == tuple(sorted(sure))
    assert parsed.possible == tuple(sorted(sure | possible))


@given(st.dictionaries(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.floats(0, 1)))
def test_scores_survive_with_three_decimals(scored):
    parsed = pharaoh.parse(pharaoh.format(list(scored), scores=list(scored.values())))
    assert dict(zip(parsed.possible, parsed.scores, strict=True)) == pytest.approx(scored, abs=5e-4)


@given(st.text(alphabet="0123456789-p?: .x\u2028", max_size=20))
def test_anything_parses_or_is_a_data_error(line):
    try:
        parsed = pharaoh.parse(line)
    except DataError:
        return
    assert set(parsed.sure) <= set(parsed.possible)
    assert list(parsed.possible) == sorted(set(parsed.possible))


def test_possible_links_by_either_mark():
    assert pharaoh.parse("1-1 2p3 3?3", base=1).possible == ((0, 0), (1, 2), (2, 2))
    assert pharaoh.parse("1-1 2p3 3?3", base=1).sure == ((0, 0),)


@pytest.mark.parametrize(("line", "base"), [("1:2", 0), ("0-1", 1), ("a-b", 0), ("1-2:x", 0)])
def test_errors_say_where(line, base):
    with pytest.raises(DataError, match=r"gold\.txt:7"):
        pharaoh.parse(line, base, "gold.txt:7")
