"""One loader: what is sound is loaded as it was saved, everything else is refused with the next step."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny import model

from xlalign.errors import UserError
from xlalign.modeling import inspection, loading, scratch
from xlalign.modeling.encoder import Encoder


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": ["a small house"] * 20}, "nano")


@pytest.fixture
def folder(tmp_path, tokenizer):
    loading.save(model("bert"), tokenizer, tmp_path)
    return tmp_path


def messages(folder, **options):
    return [f"{fault.message} | {fault.hint}" for fault in inspection.faults_of_folder(folder, **options)]


def refused(folder, word, **options):
    """Both at plan time, without torch, and by the loader; in one message with a hint."""
    (message,) = messages(folder, **options)
    assert word in message
    with pytest.raises(UserError) as caught:
        loading.load(folder, **options)
    assert word in f"{caught.value} | {caught.value.hint}"
    assert caught.value.hint


def test_a_sound_folder_has_no_faults(folder):
    assert messages(folder, needs_head=True) == []
    net, _ = loading.load(folder, needs_head=True)
    assert Encoder(net).headed
    body, _ = loading.load_body(folder)
    assert body.pooler is None  # the checkpoint has none, so none is made up


def test_an_encoder_without_head_is_loaded_where_none_is_needed(folder, tokenizer):
    loading.save(model("bert", headed=False), tokenizer, folder)
    net, _ = loading.load(folder)
    assert not Encoder(net).headed
    assert net.pooler is not None
    with pytest.raises(UserError, match="no head"):
        Encoder(net).logits(torch.zeros(1, 24))
    refused(folder, "head", needs_head=True)


def test_a_new_head_is_tied_and_the_pooler_is_kept(folder, tokenizer, tmp_path):
    before = model("bert", headed=False)
    loading.save(before, tokenizer, folder)
    net, _ = loading.load(folder, needs_head=True, new_head=True)
    assert net.get_output_embeddings().weight is net.get_input_embeddings().weight
    assert torch.equal(net.bert.pooler.dense.weight, before.pooler.dense.weight)
    loading.save(net, tokenizer, tmp_path / "next")
    again, _ = loading.load(tmp_path / "next", needs_head=True, new_head=True)
    assert torch.equal(again.bert.pooler.dense.weight, before.pooler.dense.weight)
    assert torch.equal(again.cls.predictions.transform.dense.weight, net.cls.predictions.transform.dense.weight)


def test_a_body_with_a_missing_weight_is_refused_even_with_a_new_head(folder, tokenizer):
    loading.save(model("bert", headed=False), tokenizer, folder)
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(UserError, match=r"lacks weights .*encoder\.layer\.1"):
        loading.load(folder, needs_head=True, new_head=True)


def test_missing_infinite_and_misshapen_weights_are_refused(folder):
    path = folder / "model.safetensors"
    sound = load_file(path)
    broken = dict(sound)
    del broken["bert.encoder.layer.0.output.dense.weight"]
    save_file(broken, path, {"format": "pt"})
    with pytest.raises(UserError, match="lacks weights"):
        loading.load(folder)
    name = "bert.encoder.layer.0.output.dense.bias"
    save_file(sound | {name: torch.full_like(sound[name], torch.nan)}, path, {"format": "pt"})
    with pytest.raises(UserError, match="not finite"):
        loading.load(folder)
    save_file(sound | {name: torch.zeros(7)}, path, {"format": "pt"})
    with pytest.raises(UserError, match="not an encoder that can be loaded"):
        loading.load(folder)


def test_damaged_and_pickled_weights_are_refused_at_plan_time(folder):
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    refused(folder, "damaged")
    path.write_bytes(b"not weights at all, but longer than eight bytes")
    refused(folder, "damaged")
    path.unlink()
    refused(folder, "no weights")
    (folder / "pytorch_model.bin").write_bytes(b"")
    refused(folder, "convert it once")


def test_a_table_of_another_vocabulary_is_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 61}))
    refused(folder, "vocab_size 61")


def test_foreign_code_is_never_run_and_nobody_is_asked(folder, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("a prompt"))
    code = "raise SystemExit('foreign code ran')"
    (folder / "modeling_own.py").write_text(code)
    config = json.loads((folder / "config.json").read_text())
    own = {"auto_map": {"AutoModel": "modeling_own.Own", "AutoConfig": "modeling_own.Config"}}
    (folder / "config.json").write_text(json.dumps(config | own | {"model_type": "new"}))
    refused(folder, "gte-multilingual-base")
    (folder / "config.json").write_text(json.dumps(config | own | {"model_type": "own"}))
    refused(folder, "which is not run")
    (folder / "config.json").write_text(json.dumps(config | own))
    assert loading.load(folder)  # a known model_type: the class of transformers
    (folder / "config.json").write_text("{")
    refused(folder, "config.json")
    assert capsys.readouterr().out == ""


def test_half_precision_weights_are_trained_in_full(folder, tokenizer):
    loading.save(model("bert").bfloat16(), tokenizer, folder)
    net, _ = loading.load(folder)
    assert {p.dtype for p in net.parameters()} == {torch.float32}


def test_shards_are_looked_at_too(tmp_path, tokenizer):
    with loading.quiet():
        model("bert").save_pretrained(tmp_path, max_shard_size="20KB")
    tokenizer.save_pretrained(tmp_path)
    assert len(inspection.weight_files(tmp_path)) > 1
    loading.load(tmp_path)
    inspection.weight_files(tmp_path)[1].unlink()
    refused(tmp_path, "damaged")


@pytest.mark.parametrize("kind", ["qwen3", "mt5", "m2m_100", "deberta-v2", "eurobert"])
def test_other_families_come_back_as_they_were(kind, tmp_path, tokenizer):
    net = model(kind)
    loading.save(net, tokenizer, tmp_path)
    again, _ = loading.load(tmp_path)
    assert type(again) is type(net)
    assert transformers.AutoModel.from_pretrained(tmp_path) is not None
    theirs = again.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in net.state_dict().items())
