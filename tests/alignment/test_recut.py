"""Links between texts that are cut in two ways."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment.recut import meetings, recut, relinked
from xlalign.types import Alignment


def cuts(text, places):
    bounds = sorted({0, len(text), *(place % len(text) for place in places)})
    return [text[a:b] for a, b in pairwise(bounds)]


places = st.lists(st.integers(0, 8), max_size=5)
TEXT = "abcdefgh"


@given(places, places)
def test_words_meet_where_they_share_a_character(one, other):
    own, given_words = cuts(TEXT, one), cuts(TEXT, other)
    shared = [[n for n, word in enumerate(given_words) if set(word) & set(mine)] for mine in own]
    assert meetings(own, given_words) == shared


def test_the_example_of_the_module():
    links = Alignment(((0, 0), (0, 1)), (0.9, 0.4))
    found = relinked(links, (["Tokyo"], ["東京都", "に"]), (["Tokyo"], ["東京", "都", "に"]))
    assert found == Alignment(((0, 0), (0, 1), (0, 2)), (0.9, 0.9, 0.4))
    back = relinked(found, (["Tokyo"], ["東京", "都", "に"]), (["Tokyo"], ["東京都", "に"]))
    assert back == links


@given(places)
def test_the_same_words_have_the_same_links(one):
    pair = (cuts(TEXT, one), ["x", "y"])
    links = Alignment(tuple((i, 0) for i in range(len(pair[0]))), (0.5,) * len(pair[0]))
    assert relinked(links, pair, pair) == links


def test_only_languages_without_spaces_are_cut_anew():
    found = recut((["don't", "go"], ["東京", "都"]), ("en", "ja"), lambda text, lang: [lang, *text])
    assert found == (["don't", "go"], ["ja", "東", "京", "都"])
