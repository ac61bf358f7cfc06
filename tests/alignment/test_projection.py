"""Tags and spans carried over links: the rules by hand, and against a search of all spans."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment.projection import LabelledSpan, bio, filled_tags, owners, project_spans, project_tags
from xlalign.types import Alignment

UNION = Alignment(((1, 2), (2, 1), (2, 6), (3, 5)), (0.9, 0.8, 0.3, 0.7))


def test_the_example_of_the_module():
    span = LabelledSpan("ORG", 1, 2)
    assert project_spans([span], UNION) == [LabelledSpan("ORG", 1, 2)]
    assert project_spans([span], UNION, gap=3) == [LabelledSpan("ORG", 1, 6)]
    assert bio(project_spans([span], UNION), 7) == ["O", "B-ORG", "I-ORG", "O", "O", "O", "O"]


def test_the_article_that_the_source_lacks_is_filled_in():
    links = Alignment(((0, 0), (1, 2)), (0.9, 0.9))  # "Bank Austria", "Bank der Austria"
    assert project_spans([LabelledSpan("ORG", 0, 1)], links) == [LabelledSpan("ORG", 0, 2)]
    assert project_spans([LabelledSpan("ORG", 0, 1)], links, gap=0) == [LabelledSpan("ORG", 0, 0)]


def test_words_belong_to_their_most_probable_source_word():
    links = Alignment(((0, 0), (1, 0), (1, 1)), (0.4, 0.6, 0.5))
    assert owners(links) == {0: (1, 0.6), 1: (1, 0.5)}
    assert project_tags(["DET", "NOUN"], links, 3) == ["NOUN", "NOUN", None]
    assert project_spans([LabelledSpan("PER", 0, 0)], links) == []


def test_of_two_spans_the_more_probable_one_has_the_words():
    links = Alignment(((0, 0), (0, 2), (1, 1)), (0.9, 0.9, 0.5))
    spans = [LabelledSpan("PER", 0, 0), LabelledSpan("LOC", 1, 1)]
    assert project_spans(spans, links) == [LabelledSpan("PER", 0, 2)]
    assert project_spans(spans, links, gap=0) == [LabelledSpan("PER", 0, 0), LabelledSpan("LOC", 1, 1)]


LENGTH = 5
links = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, LENGTH - 1)), st.sampled_from([0.25, 0.5, 0.75]), max_size=7
)


def searched(first, last, scores, gap):
    """The span by its definition: of all spans that begin and end in own words and hold no wider gap, the best piece.

    A piece cannot be made longer on either side.
    """
    owner = {}
    for j in range(LENGTH):
        cells = [(scores[i, j], -i) for i in range(4) if (i, j) in scores]
        if cells:
            score, i = max(cells)
            owner[j] = (-i, score)
    own = {j: score for j, (i, score) in owner.items() if first <= i <= last}

    def held(begin, end):
        places = [j for j in range(begin, end + 1) if j in own]
        return begin in own and end in own and all(b - a <= gap + 1 for a, b in pairwise(places))

    spans = [(a, b) for a, b in product(range(LENGTH), repeat=2) if a <= b and held(a, b)]
    whole = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    return max(sorted(whole), key=lambda s: sum(own.get(j, 0) for j in range(s[0], s[1] + 1)), default=None)


@given(links, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_span_against_a_search_of_all_spans(scores, one, other, gap):
    first, last = sorted((one, other))
    ordered = sorted(scores)
    alignment = Alignment(tuple(ordered), tuple(scores[link] for link in ordered))
    found = project_spans([LabelledSpan("X", first, last)], alignment, gap)
    expected = searched(first, last, scores, gap)
    assert [(span.first, span.last) for span in found] == ([expected] if expected else [])


@given(links, st.lists(st.sampled_from("ABC"), min_size=4, max_size=4))
def test_projected_spans_never_overlap_and_stay_inside(scores, labels):
    ordered = sorted(scores)
    alignment = Alignment(tuple(ordered), tuple(scores[link] for link in ordered))
    found = project_spans([LabelledSpan(label, i, i) for i, label in enumerate(labels)], alignment)
    places = [j for span in found for j in range(span.first, span.last + 1)]
    assert places == sorted(set(places))
    assert set(places) <= set(range(LENGTH))
    assert sum(tag.startswith("B-") for tag in bio(found, LENGTH)) == len(found)


def test_gaps_take_the_usual_tag_of_their_form():
    words = [["der", "Hund", "da"], ["der", "der", "neu"]]
    tags = [["DET", "NOUN", None], ["PRON", None, None]]
    assert filled_tags(tags, words, "X") == [["DET", "NOUN", "X"], ["PRON", "DET", "X"]]


def test_no_links_at_all():
    empty = Alignment((), ())
    assert project_spans([LabelledSpan("PER", 0, 1)], empty) == []
    assert project_tags(["X"], empty, 2) == [None, None]
    assert bio([], 2) == ["O", "O"]


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_identical_sentences_keep_their_spans(gap):
    links_ = Alignment(tuple((i, i) for i in range(6)), (1.0,) * 6)
    spans = [LabelledSpan("PER", 0, 1), LabelledSpan("LOC", 3, 5)]
    assert project_spans(spans, links_, gap) == spans
