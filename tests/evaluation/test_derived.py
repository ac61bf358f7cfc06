"""Task data in languages derived from English."""

import pytest
from narrowing import each, present

from xlalign.bitext.sources.synthetic import transliterate
from xlalign.errors import UserError
from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.tasks import TASKS


def test_tags_move_with_their_words():
    task = TASKS.get("udpos")
    english = each(TaggedWords, TaskSource("micro:3").load(task, "en", "test", 5))
    derived = each(TaggedWords, TaskSource("synthetic:micro:3").load(task, "en_trans_inv", "test", 5))
    for before, after in zip(english, derived, strict=True):
        pairs = [(transliterate(w), t) for w, t in zip(before.words, before.tags, strict=True)]
        stop = len(pairs) - (before.words[-1] in ".!?")
        assert list(zip(after.words, after.tags, strict=True)) == pairs[:stop][::-1] + pairs[stop:]


def test_each_sentence_of_a_pair_is_reversed_on_its_own_and_the_label_stays():
    task = TASKS.get("xnli")
    english = each(LabelledSentences, TaskSource("micro:3").load(task, "en", "test", 5))
    derived = each(LabelledSentences, TaskSource("synthetic:micro:3").load(task, "en_inv", "test", 5))
    for before, after in zip(english, derived, strict=True):
        assert after.label == before.label
        assert present(after.second).split()[0] in present(before.second)
        assert after.first != before.first


def test_everything_derived_goes_by_the_name_of_english():
    task = TASKS.get("udpos")
    whole, named = TaskSource("synthetic:trans=micro:3"), TaskSource("synthetic:micro:3")
    assert whole.load(task, "en", "train", 4) == named.load(task, "en_trans", "train", 4)
    assert named.load(task, "en", "train", 4) == TaskSource("micro:3").load(task, "en", "train", 4)
    assert whole.scheme.languages(task, "test", ()) == ["en"]


@pytest.mark.parametrize(("uri", "task", "lang"), [("micro:3", "udpos", "de"), ("micro:3", "tatoeba", "en_trans")])
def test_what_cannot_be_derived_is_said(uri, task, lang):
    with pytest.raises(UserError):
        TaskSource(f"synthetic:{uri}").load(TASKS.get(task), lang, "test", 2)
