"""Trimming keeps what text needs and changes nothing for text whose pieces are kept."""

import itertools
from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tokenizers import KINDS, LETTERS, sentences, tokenizer

from xlalign.errors import DataError
from xlalign.modeling.vocabulary.merges import derivation, learn_merges
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.trim import KeepSettings, _covering, kept_ids
from xlalign.modeling.vocabulary.usage import compare, count, segmented


@cache
def table(kind: str) -> PieceTable:
    return PieceTable.of(tokenizer(kind, sentences("en", 300) + sentences("ru", 300)))


@cache
def trimmed(kind: str, minimum: int = 1, characters: bool = True) -> tuple[np.ndarray, PieceTable]:
    usage = count(table(kind), [("en", text) for text in sentences("en", 40, seed=1)])
    kept = kept_ids(table(kind), usage, KeepSettings(minimum_count=minimum, characters=characters))
    return kept, table(kind).restricted(kept.tolist())


def random_texts() -> st.SearchStrategy[str]:
    return st.text(LETTERS["en"] + LETTERS["ru"] + "  xü世", max_size=30)


@pytest.mark.parametrize("kind", KINDS)
@given(text=random_texts())
def test_text_of_kept_pieces_is_cut_as_before(kind, text):
    kept, after = trimmed(kind)
    before = segmented(table(kind).backend(), [text])[0]
    if set(before.tolist()) <= set(kept.tolist()) and not (kind == "wordpiece" and table(kind).unknown in before):
        np.testing.assert_array_equal(kept[segmented(after.backend(), [text])[0]], before)


@pytest.mark.parametrize("kind", KINDS)
def test_the_counted_text_is_cut_as_before_with_fewer_pieces(kind):
    kept, after = trimmed(kind)
    assert after.size < 0.9 * table(kind).size
    text = [("en", line) for line in sentences("en", 40, seed=1)]
    found = compare(table(kind), after, kept, text)["en"]
    assert found.changed == 0
    assert found.before.summary(None) == found.after.summary(None)


@pytest.mark.parametrize("kind", KINDS)
def test_rare_pieces_go_and_text_that_needs_them_is_spelled_with_others(kind):
    kept, after = trimmed(kind, minimum=20)
    text = [("en", line) for line in sentences("en", 40, seed=1)]
    found = compare(table(kind), after, kept, text)["en"]
    assert found.changed > 0
    assert found.after.unknown(after.unknown) == 0
    assert found.after.fertility() > found.before.fertility()


@pytest.mark.parametrize("kind", ["unigram", "wordpiece"])
def test_characters_that_the_text_lacks_are_kept_or_become_unknown(kind):
    text = [("ru", line) for line in sentences("ru", 20, seed=1)]
    for characters in (True, False):
        kept, after = trimmed(kind, characters=characters)
        unknown = compare(table(kind), after, kept, text)["ru"].after.unknown(after.unknown)
        assert (unknown == 0) == characters


@pytest.mark.parametrize("kind", ["bytes", "gemma"])
def test_bytes_stay_without_being_asked_for(kind):
    _, after = trimmed(kind, characters=False)
    text = "нет в тексте 世界 ☃"
    ids = segmented(after.backend(), [text])[0]
    assert after.unknown not in ids
    if kind == "bytes":
        assert after.backend().decode(ids.tolist()) == text


@pytest.mark.parametrize("kind", KINDS)
def test_special_tokens_and_limits_survive(kind, tmp_path):
    whole = tokenizer(kind, sentences("en", 300) + sentences("ru", 300))
    _, after = trimmed(kind)
    small = after.tokenizer(whole)
    assert len(small) == after.size
    assert small.special_tokens_map == whole.special_tokens_map
    assert (small.model_max_length, small.model_input_names) == (whole.model_max_length, whole.model_input_names)
    text = sentences("en", 40, seed=1)[3]
    assert small.convert_ids_to_tokens(small(text)["input_ids"]) == whole.convert_ids_to_tokens(
        whole(text)["input_ids"]
    )
    small.save_pretrained(tmp_path)
    from transformers import AutoTokenizer

    assert AutoTokenizer.from_pretrained(tmp_path)(text)["input_ids"] == small(text)["input_ids"]


def test_coverage_takes_the_fewest_pieces():
    counts = np.array([5, 0, 3, 2])
    assert _covering(counts, 0.8).tolist() == [0, 2]
    assert _covering(counts, 0.81).tolist() == [0, 2, 3]
    assert _covering(counts, 1.0).tolist() == [0, 2, 3]


def test_a_limit_keeps_the_most_frequent():
    usage = count(table("unigram"), [("en", text) for text in sentences("en", 40)])
    few = kept_ids(table("unigram"), usage, KeepSettings(pieces=10))
    everything = usage["en"].counts
    tenth = np.sort(everything)[-10]
    assert set(np.flatnonzero(everything > tenth)) <= set(few)
    assert len(few) < len(kept_ids(table("unigram"), usage, KeepSettings(pieces=60)))


@pytest.mark.parametrize("kind", KINDS)
def test_all_pieces_of_a_script_are_kept_on_demand(kind):
    usage = count(table(kind), [("en", text) for text in sentences("en", 10)])
    kept = kept_ids(table(kind), usage, KeepSettings(scripts=("Cyrillic",)))
    after = table(kind).restricted(kept.tolist())
    assert len(kept) < table(kind).size
    found = compare(table(kind), after, kept, [("ru", text) for text in sentences("ru", 100)])
    assert found["ru"].changed == 0


def test_an_unknown_script_is_refused():
    usage = count(table("unigram"), [("en", text) for text in sentences("en", 10)])
    with pytest.raises(DataError, match="names no script"):
        kept_ids(table("unigram"), usage, KeepSettings(scripts=("Klingonese",)))


def test_the_cost_of_unknown_text_does_not_change():
    _, after = trimmed("unigram", minimum=20)
    assert min(after.scores.values()) == min(table("unigram").scores.values())


def test_without_text_nothing_is_trimmed():
    with pytest.raises(DataError, match="no text"):
        kept_ids(table("unigram"), {}, KeepSettings())


def test_a_derivation_has_every_step():
    ranks = {("t", "h"): 0, ("th", "e"): 1, ("h", "e"): 2}
    assert derivation("the", ranks) == {"t", "h", "e", "th", "the"}
    assert derivation("xhe", ranks) == {"x", "h", "e", "he", "xhe"}


@given(st.lists(st.text("ab", min_size=1, max_size=8), min_size=1, max_size=8), st.integers(1, 3))
def test_learned_merges_are_those_of_counting_anew_each_time(words, minimum):
    counts = Counter(tuple(word) for word in words)
    assert learn_merges(counts, 5, minimum) == _recount(counts, 5, minimum)


def _recount(words, count, minimum):
    """Byte-pair encoding as it is defined: count all pairs, join the most frequent, begin again."""
    learned: list[tuple[tuple[str, str], str]] = []
    words = [(list(word), times) for word, times in words.items()]
    while len(learned) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words:
            for pair in itertools.pairwise(word):
                pairs[pair] += times
        if not pairs or max(pairs.values()) < minimum:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learned.append((best, "".join(best)))
        for word, _ in words:
            place = 0
            while place < len(word) - 1:
                if (word[place], word[place + 1]) == best:
                    word[place : place + 2] = ["".join(best)]
                place += 1
    return learned


def test_a_vocabulary_of_whole_words_is_refused():
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    with pytest.raises(DataError, match="WordLevel"):
        PieceTable.of(PreTrainedTokenizerFast(tokenizer_object=backend))


@pytest.mark.parametrize("kind", ["BertProcessing", "RobertaProcessing"])
def test_processors_of_bert_and_roberta_name_the_new_ids(kind):
    sep, cls = (table("bytes").added[token] for token in ("[SEP]", "[CLS]"))
    processor = {"type": kind, "sep": ["[SEP]", sep], "cls": ["[CLS]", cls]}
    processor |= {"trim_offsets": True, "add_prefix_space": False} if kind == "RobertaProcessing" else {}
    named = PieceTable(table("bytes").content | {"post_processor": {"type": "Sequence", "processors": [processor]}})
    kept, _ = trimmed("bytes")
    after = named.restricted(kept.tolist())
    assert after.added["[SEP]"] < sep
    assert after.backend().encode("aa").tokens[0] == "[CLS]"
    assert after.backend().encode("aa").ids[-1] == after.added["[SEP]"]
