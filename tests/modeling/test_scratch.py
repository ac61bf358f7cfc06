"""The scratch vocabulary: SentencePiece and the fast tokenizer cut alike; sampling; sizes; determinism."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

from xlalign.errors import DataError, UserError
from xlalign.modeling import loading, scratch

TEXTS = {
    "en": ["the old dog sleeps in the house", "two houses stood here 1990", "a dogged sleeper, houses!"] * 10,
    "ru": ["старая собака спит в доме", "два дома стояли здесь", "собаки спят"] * 10,
    "hi": ["बूढ़ा कुत्ता घर में सोता है", "दो घर यहाँ थे"] * 10,
}
LETTERS = [*sorted({c for texts in TEXTS.values() for t in texts for c in t}), "z", "语", "😀", "  ", "É"]


def trained(kind: str) -> tuple[SentencePieceProcessor, PreTrainedTokenizerFast]:
    normalizer = scratch._normalizer(lowercase=False)
    sentences = [normalizer.normalize_str(t) for texts in TEXTS.values() for t in texts]
    processor = scratch.train_sentencepiece(sentences, 150, kind)
    row = scratch.size("nano").model_copy(update={"vocabulary": kind})
    return processor, scratch.fast_tokenizer(processor, row, normalizer)


CUTTERS = {kind: trained(kind) for kind in ("bpe", "unigram")}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["bpe", "unigram"]), st.lists(st.sampled_from(LETTERS), max_size=25).map("".join))
def test_sentencepiece_and_fast_tokenizer_cut_alike(kind, text):
    processor, fast = CUTTERS[kind]
    normal = scratch._normalizer(lowercase=False).normalize_str(text)
    assert fast(text, add_special_tokens=False)["input_ids"] == processor.encode(normal)


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_corpus_text_is_cut_alike_and_comes_back(kind):
    processor, fast = CUTTERS[kind]
    for text in (text for texts in TEXTS.values() for text in texts):
        ids = fast(text, add_special_tokens=False)["input_ids"]
        assert ids == processor.encode(text)
        assert fast.decode(ids) == text


@pytest.mark.parametrize("size", ["nano", "small"], ids=["modernbert", "bert"])
def test_pair_encoding_and_reload(tmp_path, size):
    tokenizer = scratch.train_tokenizer(TEXTS, size)
    pair = tokenizer("the dog", "собака спит")
    first, second = tokenizer("the dog")["input_ids"], tokenizer("собака спит")["input_ids"]
    assert pair["input_ids"] == first + second[1:]
    types = [0] * len(first) + [1] * (len(second) - 1)
    assert pair.get("token_type_ids") == (types if scratch.size(size).architecture == "bert" else None)
    ids = [getattr(tokenizer, f"{n}_token_id") for n in ("pad", "unk", "cls", "sep", "mask")]
    assert ids == [0, 1, 2, 3, 4]
    loading.save(scratch.create(size, tokenizer, seed=1), tokenizer, tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again("the dog", "собака спит") == pair
    assert again.tokenize("the old dog") == tokenizer.tokenize("the old dog")
    with loading.quiet():
        assert AutoModel.from_pretrained(tmp_path).config.num_hidden_layers == scratch.size(size).layers


def test_same_seed_same_weights_whatever_the_global_generator():
    tokenizer = scratch.train_tokenizer(TEXTS, "nano")
    first = scratch.create("nano", tokenizer, seed=5).state_dict()
    torch.manual_seed(99)
    second = scratch.create("nano", tokenizer, seed=5).state_dict()
    third = scratch.create("nano", tokenizer, seed=6).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    name = "model.embeddings.tok_embeddings.weight"
    assert not torch.equal(first[name], third[name])


def test_lowercase_folds():
    tokenizer = scratch.train_tokenizer(TEXTS, "nano", lowercase=True)
    assert tokenizer.tokenize("The DOG") == tokenizer.tokenize("the dog")


def test_temperature_raises_small_languages():
    texts = {"big": ["b"] * 900, "small": ["s"] * 100}

    def share(temperature: float) -> float:
        drawn = list(scratch._sample(texts, temperature, 500))
        return drawn.count("s") / len(drawn)

    assert share(1.0) == pytest.approx(0.1, abs=0.01)
    assert share(0.5) == pytest.approx(0.25, abs=0.01)
    assert share(0.0) == pytest.approx(0.5, abs=0.01)


def test_no_text_and_unknown_size_are_errors():
    with pytest.raises(DataError, match="no text"):
        scratch.train_tokenizer({"en": []}, "nano")
    with pytest.raises(UserError, match="nano"):
        scratch.size("nanno")
