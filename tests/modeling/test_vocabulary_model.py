"""A model with another vocabulary: the same hidden states and scores for kept pieces, whatever its class and heads."""

import json
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from small_tokenizers import sentences, tokenizer
from transformers import AutoTokenizer, PreTrainedModel

from xlalign.errors import DataError, UserError
from xlalign.modeling.vocabulary import rows
from xlalign.modeling.vocabulary.adapt import extend_model, trim_model
from xlalign.modeling.vocabulary.extend import AddSettings
from xlalign.modeling.vocabulary.initialisation.mean import MeanOfPieces
from xlalign.modeling.vocabulary.text import TextSources
from xlalign.modeling.vocabulary.trim import KeepSettings

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 20}
TINY = {**SMALL, "max_position_embeddings": 40}
DECODER = {**TINY, "num_key_value_heads": 1, "head_dim": 8}
CLASSES = {
    "BertModel": ("unigram", TINY),
    "BertForMaskedLM": ("wordpiece", TINY),
    "XLMRobertaForMaskedLM": ("unigram", TINY),
    "ModernBertForMaskedLM": ("bytes", TINY | {"global_attn_every_n_layers": 1}),
    "DistilBertForMaskedLM": ("wordpiece", {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 20}),
    "BertForSequenceClassification": ("wordpiece", TINY),
    "Qwen3ForCausalLM": ("bytes", DECODER | {"tie_word_embeddings": False}),
    "LlamaForCausalLM": ("bytes", DECODER | {"tie_word_embeddings": True}),
    "Gemma3ForCausalLM": ("gemma", DECODER),
}
TEXT = sentences("en", 60, seed=1)
NEW = sentences("ru", 100, seed=1)


@pytest.fixture(params=list(CLASSES))
def folder(request, tmp_path):
    """A random model of each class, with spare rows as published models have them."""
    kind, options = CLASSES[request.param]
    cut = tokenizer(kind, sentences("en", 200) + sentences("ru", 200))
    factory = getattr(transformers, request.param)
    specials = {f"{name}_token_id": getattr(cut, f"{name}_token_id") for name in ("pad", "cls", "sep", "mask")}
    specials |= {"bos_token_id": cut.cls_token_id, "eos_token_id": cut.sep_token_id}
    config = factory.config_class(**options, vocab_size=len(cut) + 3, **specials)
    torch.manual_seed(0)
    model = factory(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(tmp_path / "whole")
    cut.save_pretrained(tmp_path / "whole")
    (tmp_path / "whole" / "modules.json").write_text("[]")
    return tmp_path / "whole"


@pytest.fixture
def text(tmp_path):
    files = {"en": TEXT, "ru": NEW}
    for language, lines in files.items():
        (tmp_path / f"{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return TextSources(files={language: [tmp_path / f"{language}.txt"] for language in files})


def loaded(folder) -> tuple[PreTrainedModel, Any]:
    name = json.loads((folder / "config.json").read_text())["architectures"][0]
    model, report = getattr(transformers, name).from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["mismatched_keys"]
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def output(model, cut, lines):
    batch = cut(lines, padding=True, return_tensors="pt")
    with torch.no_grad():
        found = model(**batch, output_hidden_states=True)
    return batch["input_ids"], batch["attention_mask"].bool(), found


def test_a_trimmed_model_answers_as_the_whole_one(folder, text, tmp_path):
    english = TextSources(files=text.files, languages=("en",))
    report = trim_model(folder, english, KeepSettings(), tmp_path / "small")
    (whole, cut), (small, cut_small) = loaded(folder), loaded(tmp_path / "small")
    ids, mask, before = output(whole, cut, TEXT[:8])
    new, mask_small, after = output(small, cut_small, TEXT[:8])
    assert torch.equal(mask, mask_small)
    for one, other in zip(before.hidden_states, after.hidden_states, strict=True):
        torch.testing.assert_close(other[mask], one[mask], atol=1e-5, rtol=1e-5)
    tokens = [cut.convert_tokens_to_ids(t) for t in cut_small.convert_ids_to_tokens(range(len(cut_small)))]
    if "logits" in after and after.logits.shape[-1] == len(tokens):
        torch.testing.assert_close(after.logits[mask], before.logits[mask][:, tokens], atol=1e-4, rtol=1e-5)
        assert torch.equal(torch.tensor(tokens)[new], ids)
    elif "logits" in after:
        torch.testing.assert_close(after.logits, before.logits)
    assert report["pieces"] == {"before": len(cut), "after": len(cut_small)}
    assert report["parameters"]["after"] == sum(p.numel() for p in small.parameters())
    assert report["languages"]["en"]["changed"] == 0


def test_rows_bias_and_special_ids_fit_the_tokenizer(folder, text, tmp_path):
    english = TextSources(files=text.files, languages=("en",))
    trim_model(folder, english, KeepSettings(), tmp_path / "small")
    small, cut = loaded(tmp_path / "small")
    assert len(cut) == small.config.vocab_size == len(small.get_input_embeddings().weight)
    head = small.get_output_embeddings()
    if head is not None:
        assert len(head.weight) == len(cut)
        assert (head.weight is small.get_input_embeddings().weight) == bool(small.config.tie_word_embeddings)
        assert getattr(head, "bias", None) is None or len(head.bias) == len(cut)
    for name in ("pad", "cls", "sep", "mask"):
        assert getattr(small.config, f"{name}_token_id", None) in (None, getattr(cut, f"{name}_token_id"))
    assert small.get_input_embeddings().weight.requires_grad
    assert (tmp_path / "small" / "modules.json").exists()
    assert small.dtype == torch.float32


def test_an_extended_model_answers_as_before_on_old_text(folder, text, tmp_path):
    report = extend_model(folder, text, ("ru",), AddSettings(pieces=60), MeanOfPieces(), tmp_path / "large")
    (whole, cut), (large, cut_large) = loaded(folder), loaded(tmp_path / "large")
    assert len(cut) < len(cut_large) == large.config.vocab_size
    ids, mask, before = output(whole, cut, TEXT[:8])
    new, _, after = output(large, cut_large, TEXT[:8])
    assert torch.equal(ids, new)
    for one, other in zip(before.hidden_states, after.hidden_states, strict=True):
        torch.testing.assert_close(other[mask], one[mask], atol=1e-5, rtol=1e-5)
    languages = report["languages"]
    assert languages["ru"]["after"]["pieces_per_word"] < languages["ru"]["before"]["pieces_per_word"]
    assert report["drawn_at_random"] == 0
    row = large.get_input_embeddings().weight[len(cut)]
    piece = cut_large.convert_ids_to_tokens(len(cut))
    from xlalign.modeling.vocabulary.initialisation.mean import spelling
    from xlalign.modeling.vocabulary.table import PieceTable

    table = PieceTable.of(cut)
    spelled = spelling(table, table.backend(), piece)
    torch.testing.assert_close(row, whole.get_input_embeddings().weight[spelled].mean(0))


def test_weights_that_a_folder_lacks_are_not_made_up(text, tmp_path):
    cut = tokenizer("unigram", sentences("en", 200) + sentences("ru", 200))
    model = transformers.BertModel(transformers.BertConfig(**TINY, vocab_size=len(cut)), add_pooling_layer=False)
    model.save_pretrained(tmp_path / "whole")
    cut.save_pretrained(tmp_path / "whole")
    for name in ("one", "two"):
        trim_model(tmp_path / "whole", text, KeepSettings(), tmp_path / name)
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two")]
    assert weights[0] == weights[1]
    assert b"pooler" not in weights[0]


def test_padding_keeps_its_place_where_positions_are_counted_from_it():
    config = transformers.XLMRobertaConfig(**TINY, vocab_size=10)
    assert rows.first_position_follows_padding(transformers.XLMRobertaModel(config))
    assert not rows.first_position_follows_padding(transformers.BertModel(transformers.BertConfig(**TINY)))


def test_a_model_with_fewer_rows_than_pieces_is_refused(tmp_path):
    cut = tokenizer("unigram", sentences("en", 100))
    config = transformers.BertConfig(**TINY, vocab_size=len(cut) - 1)
    transformers.BertModel(config).save_pretrained(tmp_path)
    cut.save_pretrained(tmp_path)
    with pytest.raises(DataError, match="rows for the"):
        rows.load(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"]}))
    tokenizer("unigram", sentences("en", 100)).save_pretrained(tmp_path)
    with pytest.raises(UserError, match="does not load"):
        rows.load(tmp_path)


def test_text_is_read_by_language(text):
    assert {language for language, _ in text.sentences()} == {"en", "ru"}
    only = TextSources(files=text.files, languages=("ru",))
    assert [line for _, line in only.sentences()] == NEW
    np.testing.assert_equal(list(only.pairs()), [])
