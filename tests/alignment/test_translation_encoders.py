"""The encoder of a translation model as aligner: each side is marked with its language (NLLB; TransAlign)."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import AlignerInputs, TrainableAligner
from xlalign.alignment.encoder.embed import Embedder, language_mark, side_frames
from xlalign.errors import UserError

TEXT = ["we do not believe that we should", "wir glauben nicht daß wir", "Москва far 東京 です nicht"] * 4
PAIRS = [(["we", "believe"], ["wir", "glauben", "nicht"]), (["Москва", "far"], ["東京", "です"]), ([], ["nicht"])]


@pytest.fixture(scope="module")
def nllb(tmp_path_factory):
    """A tiny random NLLB with a tokenizer of its own."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import M2M100Config, M2M100Model, NllbTokenizerFast

    folder = tmp_path_factory.mktemp("nllb")
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trained.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=300, special_tokens=specials, show_progress=False))
    found = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in found["merges"]]
    tokenizer = NllbTokenizerFast(vocab=found["vocab"], merges=merges, src_lang="eng_Latn")
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    size = {"d_model": 32, "encoder_layers": 3, "decoder_layers": 1, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_position_embeddings": 128}
    M2M100Model(M2M100Config(vocab_size=len(tokenizer), **size, **heads)).save_pretrained(folder)
    return folder


def test_each_side_has_the_mark_of_its_language(nllb):
    embedder = Embedder(nllb, 2, "cpu", languages="en-de")
    marks = embedder.tokenizer.convert_tokens_to_ids(["eng_Latn", "deu_Latn"])
    assert [frame.prefix for frame in embedder.frames] == [[mark] for mark in marks]
    assert side_frames(embedder.tokenizer, "")[0].prefix == marks[:1]


def test_states_are_those_of_the_stock_model(nllb):
    from transformers import AutoModel

    stock = AutoModel.from_pretrained(str(nllb)).eval().get_encoder()
    embedder = Embedder(nllb, 2, "cpu", languages="en-de")
    subwords = embedder.subwords([side for pair in PAIRS[:2] for side in pair])
    states = embedder.states(subwords).numpy()
    for number in range(4):
        own = slice(subwords.starts[number], subwords.starts[number + 1])
        prefix, suffix = embedder.frames[number % 2]
        ids = torch.tensor([[*prefix, *subwords.ids[own].tolist(), *suffix]])
        with torch.no_grad():
            whole = stock(input_ids=ids, output_hidden_states=True).hidden_states[2][0]
        np.testing.assert_allclose(states[own], whole[len(prefix) : -len(suffix)], atol=1e-5)


@pytest.mark.parametrize("kind", ["argmax", "hybrid"])
def test_the_languages_reach_the_encoder(nllb, kind):
    fast = {"ibm1_iterations": 2, "hmm_iterations": 1} if kind == "hybrid" else {}
    settings = ALIGNERS.get(kind).model_validate({"layer": 2, "device": "cpu", **fast})
    made = settings.make(AlignerInputs("en-de", nllb))
    aligner: Any = made.train(PAIRS) if isinstance(made, TrainableAligner) else made
    assert [bool(alignment.links) for alignment in aligner.align(PAIRS)] == [True, True, False]
    embedder = getattr(aligner, "similarity", aligner).embedder
    assert embedder.frames[0].prefix != embedder.frames[1].prefix


def test_a_language_that_the_tokenizer_does_not_know(nllb):
    with pytest.raises(UserError, match="has no mark for `qaa`"):
        Embedder(nllb, 2, "cpu", languages="en-qaa")


def test_marks_of_several_spellings():
    marks = ["</s>", "zho_Hans", "zho_Hant", "__de__", "fr_XX", "eng_Latn"]
    found = {lang: language_mark(lang, marks) for lang in ("zh", "zh_Hant", "de", "en")}
    assert found == {"zh": "zho_Hans", "zh_Hant": "zho_Hant", "de": "__de__", "en": "eng_Latn"}
