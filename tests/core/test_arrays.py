import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlalign.arrays import borders, owners, positions, ranges, starts

ROWS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=8)


def test_the_example_of_the_module():
    lengths = [3, 0, 2]
    assert borders(lengths).tolist() == [0, 3, 3, 5]
    assert starts(lengths).tolist() == [0, 3, 3]
    assert owners(lengths).tolist() == [0, 0, 0, 2, 2]
    assert positions(lengths).tolist() == [0, 1, 2, 0, 1]
    assert ranges([10, 20, 30], lengths).tolist() == [10, 11, 12, 30, 31]


@given(ROWS)
def test_all_agree_with_plain_loops(rows):
    first, lengths = [f for f, _ in rows], [n for _, n in rows]
    assert ranges(first, lengths).tolist() == [f + i for f, n in rows for i in range(n)]
    assert owners(lengths).tolist() == [row for row, n in enumerate(lengths) for _ in range(n)]
    assert positions(lengths).tolist() == [i for n in lengths for i in range(n)]
    assert borders(lengths).tolist() == [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    flat = np.arange(borders(lengths)[-1])
    assert [part.tolist() for part in np.split(flat, borders(lengths)[1:-1])][: len(rows)] == [
        list(range(start, start + n)) for start, n in zip(starts(lengths).tolist(), lengths, strict=True)
    ]
