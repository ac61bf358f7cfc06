import pytest

from xlalign.alignment import gold
from xlalign.errors import DataError


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_one_based_pharaoh_beside_the_text(tmp_path):
    write(tmp_path, x__src_tgt="", x__gold="1-1 2p2\n3-1\n")
    (tmp_path / "x.src-tgt").write_text("a b ||| c d\na b e ||| c\n")
    found = gold.read(tmp_path / "x.src-tgt")
    assert (found.base, found.sure, found.possible) == (1, [((0, 0),), ((2, 0),)], [((0, 0), (1, 1)), ((2, 0),)])
    assert found.pairs[0] == (["a", "b"], ["c", "d"])


def test_an_index_zero_means_zero_based(tmp_path):
    (tmp_path / "set.tsv").write_text("a b\tc d\t0-0 1-1\nx\ty\t\n")
    found = gold.read(tmp_path / "set.tsv")
    assert (found.base, found.sure) == (0, [((0, 0), (1, 1)), ()])


def test_wpt_ids_may_have_gaps(tmp_path):
    write(tmp_path, text="a b ||| c d\nx ||| y\n", links="3 1 1 S\n3 2 1 P\n9 1 1\n")
    found = gold.read(tmp_path / "text", tmp_path / "links")
    assert found.sure == [((0, 0),), ((0, 0),)]
    assert found.possible[0] == ((0, 0), (1, 0))


@pytest.mark.parametrize(
    ("text", "links", "message"),
    [
        ("a ||| b\n", "1-1\n1-1\n", "2 lines of links for 1 sentence pairs"),
        ("a b\n", "1-1\n", "text:1: not `source"),
        ("a ||| b\n", "1-5\n", "outside their sentence pair"),
        ("a ||| b\n", "1-1 x\n", "links:1: `x` is not a link"),
    ],
)
def test_errors(tmp_path, text, links, message):
    write(tmp_path, text=text, links=links)
    with pytest.raises(DataError, match=message):
        gold.read(tmp_path / "text", tmp_path / "links")


def test_no_links_anywhere(tmp_path):
    write(tmp_path, text="a ||| b\n")
    with pytest.raises(DataError, match="no gold links"):
        gold.read(tmp_path / "text")


def test_a_few_slips_are_noted_and_kept(tmp_path):
    rows = "".join("a b\tc d\t0-0 1-1\n" for _ in range(150)) + "a\tb\t0-0 5-0\n"
    (tmp_path / "set.tsv").write_text(rows)
    found = gold.read(tmp_path / "set.tsv")
    assert "1 of 302 gold links" in found.notes[0]
    assert found.sure[-1] == ((0, 0), (5, 0))


@pytest.mark.parametrize("lang", ["bg", "da", "it", "nl", "ru"])
def test_xlwa(wordalign, lang):
    found = gold.read(next(wordalign.glob(f"xlwa/en-{lang}.dev.tsv*")))
    assert found.base == 0
    assert len(found.pairs) in {90, 103, 105}
