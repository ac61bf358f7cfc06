import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment import pharaoh
from xlalign.alignment.symmetrize import HEURISTICS, symmetrize
from xlalign.errors import UserError

link_sets = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14)


@pytest.mark.parametrize("heuristic", HEURISTICS)
@pytest.mark.parametrize("name", ["enfr", "jaen"])
def test_equal_to_atools_on_real_links(wordalign, name, heuristic):
    def read(kind):
        text = (wordalign / f"symmetrize/{name}.fast_align.{kind}").read_text()
        return [pharaoh.parse(line).sure for line in text.removesuffix("\n").split("\n")]

    forward, reverse, expected = read("forward"), read("reverse"), read(heuristic)
    assert [symmetrize(f, r, heuristic) for f, r in zip(forward, reverse, strict=True)] == expected


@given(link_sets, link_sets)
def test_heuristics_are_nested(forward, reverse):
    found = {heuristic: set(symmetrize(forward, reverse, heuristic)) for heuristic in HEURISTICS}
    assert found["intersect"] == forward & reverse
    assert found["union"] == forward | reverse
    assert found["intersect"] <= found["grow-diag"] <= found["grow-diag-final-and"]
    assert found["grow-diag"] <= found["grow-diag-final"] <= found["union"]


@given(link_sets, link_sets)
def test_grow_diag_reaches_a_fixed_point(forward, reverse):
    links = set(symmetrize(forward, reverse, "grow-diag"))
    rows, columns = {i for i, _ in links}, {j for _, j in links}
    for i, j in (forward | reverse) - links:
        touches = any(max(abs(i - a), abs(j - b)) == 1 for a, b in links)
        assert not (touches and (i not in rows or j not in columns))


@given(link_sets, link_sets)
def test_final_links_every_word_of_the_union(forward, reverse):
    links = symmetrize(forward, reverse, "grow-diag-final")
    assert {i for i, _ in links} == {i for i, _ in forward | reverse}
    assert {j for _, j in links} == {j for _, j in forward | reverse}


def test_unknown_heuristic():
    with pytest.raises(UserError, match="grow-diag-final-and"):
        symmetrize([(0, 0)], [], "grow-dia")  # type: ignore[arg-type]  # what a user may type
