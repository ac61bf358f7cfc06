import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment import aer, gold, pharaoh
from xlalign.errors import DataError

link_sets = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10)
corpora = st.lists(st.tuples(link_sets, link_sets, link_sets), max_size=5)

# A, S, P, A and P, A and S, then percent; the published outputs, reference page word-alignment.md section 4.
PUBLISHED = {
    "enfr": ((6038, 4038, 17438, 5813, 3853), (96.2736, 95.4185, 95.8442, 4.0691)),
    "roen": ((5014, 6198, 6198, 4443, 4443), (88.6119, 71.6844, 79.2544, 20.7456)),
    "jaen": ((10256, 13562, 13562, 7460, 7460), (72.7379, 55.0066, 62.6417, 37.3583)),
    "zhen": ((11385, 11238, 11416, 9868, 9743), (86.6755, 86.6969, 86.6862, 13.3139)),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts_give_the_published_scores(name):
    counts, percent = PUBLISHED[name]
    result = aer.from_counts(*counts)
    scores = (result.precision, result.recall, result.f1, result.aer)
    assert [round(100 * score, 4) for score in scores] == list(percent)


@pytest.mark.parametrize(("name", "without_base"), [("enfr", 43.7), ("jaen", 82.8)])
def test_published_outputs(wordalign, name, without_base):
    standard = gold.read(wordalign / f"{name}.src-tgt.xz")
    lines = (wordalign / f"{name}.awesome-align.out").read_text().removesuffix("\n").split("\n")
    output = [pharaoh.parse(line).sure for line in lines]
    result = standard.score(output)
    counts, percent = PUBLISHED[name]
    assert standard.base == 1
    assert tuple(result)[4:9] == counts
    assert round(100 * result.aer, 4) == percent[3]
    raw = aer.shift(standard.sure, 1), aer.shift(standard.possible, 1)
    assert round(100 * aer.score(output, *raw).aer, 1) == without_base
    assert "1-based" in aer.suspect_base(output, *raw)[0]
    with pytest.raises(DataError, match="outside their sentence pair"):
        gold.read(wordalign / f"{name}.src-tgt.xz", base=0)


@given(corpora)
def test_against_the_definition(corpus):
    hypotheses, sure, possible = ([row[side] for row in corpus] for side in range(3))
    result = aer.score(hypotheses, sure, possible)
    a = {(n, *link) for n, links in enumerate(hypotheses) for link in links}
    s = {(n, *link) for n, links in enumerate(sure) for link in links}
    p = s | {(n, *link) for n, links in enumerate(possible) for link in links}
    assert (result.predicted, result.sure, result.possible) == (len(a), len(s), len(p))
    if a and s:
        assert result.precision == len(a & p) / len(a)
        assert result.recall == len(a & s) / len(s)
        assert result.aer == pytest.approx(1 - (len(a & p) + len(a & s)) / (len(a) + len(s)))
    assert 0 <= result.aer <= 1


def test_empty_sides_do_not_divide_by_zero():
    assert aer.score([[]], [[]], [[]]).aer == 0.0
    assert aer.score([[]], [[(0, 0)]], [[]]).recall == 0.0


def test_lengths_must_agree():
    with pytest.raises(DataError, match="2 hypotheses, 1 sure"):
        aer.score([[], []], [[]], [[]])
