"""Packed rows give what padded rows give, in every family; save and load keep head and tie."""

import numpy as np
import pytest
import torch
import transformers
from transformers import BertConfig, ModernBertConfig, XLMRobertaConfig

from xlalign.modeling import attention, encoder, loading, packing, scratch

SMALL = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2}
CONFIGS = {
    "bert": BertConfig(**SMALL, intermediate_size=24, max_position_embeddings=90),
    "xlm-roberta": XLMRobertaConfig(**SMALL, intermediate_size=24, max_position_embeddings=92, type_vocab_size=1),
    "modernbert": ModernBertConfig(
        **SMALL,
        intermediate_size=24,
        max_position_embeddings=90,
        local_attention=8,
        global_attn_every_n_layers=2,
        pad_token_id=0,
    ),
}
LENGTHS = np.array([5, 81, 3, 17, 80, 2, 64, 30])


def model(family: str) -> transformers.PreTrainedModel:
    torch.manual_seed(1)
    with loading.quiet():
        return transformers.AutoModelForMaskedLM.from_config(CONFIGS[family]).eval()


def rows(generator: torch.Generator) -> list[torch.Tensor]:
    return [torch.randint(5, 50, (int(n),), generator=generator) for n in LENGTHS]


def padded(net: transformers.PreTrainedModel, batch: list[torch.Tensor]) -> list[torch.Tensor]:
    """Hidden states of every layer, encoded one row at a time by the stock model."""
    outputs = [net.base_model(row[None], output_hidden_states=True).hidden_states for row in batch]
    return [torch.cat([output[layer][0] for output in outputs]) for layer in range(len(outputs[0]))]


@pytest.mark.parametrize("family", CONFIGS)
@pytest.mark.parametrize("budget", [60, 10_000])
def test_packed_equals_unpacked(family, budget):
    net = model(family)
    batch = rows(torch.Generator().manual_seed(0))
    expected = padded(net, batch)
    packed = encoder.Encoder(net)
    positions = torch.cat([torch.arange(len(row)) for row in batch])
    states = packed(torch.cat(batch), positions, torch.zeros_like(positions), packing.layout(LENGTHS, budget))
    for layer, want in enumerate(expected):
        assert torch.allclose(states.tokens(layer), want, atol=2e-6)
    pick = torch.tensor([0, 90, 7])
    assert torch.equal(states.tokens(-1, pick), states.tokens(-1)[pick])


@pytest.mark.parametrize("family", CONFIGS)
def test_logits_and_gradients_equal_the_stock_model(family):
    net = model(family)
    packed = encoder.Encoder(net)
    row = torch.arange(6, 16)
    states = packed(row, torch.arange(10), torch.zeros(10, dtype=torch.long), packing.layout(np.array([10])))
    logits = packed.logits(states.tokens(-1))
    logits.square().mean().backward()
    ours = {name: p.grad.clone() for name, p in net.named_parameters() if p.grad is not None}
    net.zero_grad()
    stock = net(row[None]).logits[0]
    stock.square().mean().backward()
    assert torch.allclose(logits, stock, atol=1e-5)
    assert ours.keys() == {name for name, p in net.named_parameters() if p.grad is not None}
    for name, p in net.named_parameters():
        assert p.grad is None or torch.allclose(ours[name], p.grad, atol=1e-6), name


@pytest.mark.parametrize("family", CONFIGS)
def test_padded_batches_of_other_code_still_work(family):
    net = model(family)
    ids = torch.randint(5, 50, (2, 12), generator=torch.Generator().manual_seed(3))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    before = net(ids, attention_mask=mask).logits
    encoder.Encoder(net)
    assert torch.allclose(net(ids, attention_mask=mask).logits[mask.bool()], before[mask.bool()], atol=1e-5)


def test_a_padded_row_does_not_depend_on_its_neighbours():
    packed = encoder.Encoder(model("bert"))
    row = torch.arange(6, 12)

    def encode(other: int) -> torch.Tensor:
        ids = torch.cat([row, torch.full((other,), 7)])
        positions = torch.cat([torch.arange(6), torch.arange(other)])
        states = packed(ids, positions, torch.zeros_like(ids), packing.layout(np.array([6, other])))
        return states.tokens(-1)[:6]

    assert torch.allclose(encode(3), encode(40), atol=1e-6)


def test_conditional_attention_leaks_nothing():
    """Change a hidden token and the logits that must not know it do not move at all."""
    packed = encoder.Encoder(model("bert"))
    ids = torch.arange(6, 18)
    side = (torch.arange(12) >= 6).long()
    masked = torch.zeros(12, dtype=torch.bool)
    masked[[2, 4, 8]] = True
    ids[masked] = 4
    rule = packing.Visible(side, masked)
    plan = packing.layout(np.array([12]), visible=rule)

    def masked_states(token: int, value: int) -> torch.Tensor:
        changed = ids.clone()
        changed[token] = value
        return packed(changed, torch.arange(12), side, plan).tokens(-1)[masked]

    same = masked_states(1, int(ids[1]))
    own_side = masked_states(1, 40)
    assert torch.equal(same[:2], own_side[:2])  # side 0 is predicted from side 1 alone
    assert not torch.allclose(same[2], own_side[2])  # and side 1 from side 0
    assert torch.equal(same[2], masked_states(10, 40)[2])


def test_layout_covers_every_token_once():
    plan = packing.layout(LENGTHS, 100)
    tokens = torch.cat([chunk.tokens for chunk in plan.chunks])
    assert sorted(tokens.tolist()) == list(range(LENGTHS.sum()))
    assert tokens[plan.inverse].tolist() == list(range(LENGTHS.sum()))
    assert all(len(chunk.tokens) <= 100 for chunk in plan.chunks)


def test_passes_shrink_towards_the_end():
    plan = packing.layout(np.full(100, 10), 200, least=40)
    assert [len(chunk.tokens) for chunk in plan.chunks] == [200, 200, 150, 110, 80, 60, 50, 40, 40, 40, 30]
    tokens = torch.cat([chunk.tokens for chunk in plan.chunks])
    assert tokens[plan.inverse].tolist() == list(range(1000))


@pytest.mark.parametrize("family", CONFIGS)
def test_save_and_load_keep_the_head_and_its_tie(tmp_path, family):
    net = model(family)
    tokenizer = scratch.train_tokenizer({"en": ["a small house"] * 20}, "nano")
    packed = encoder.Encoder(net)
    loading.save(packed.model, tokenizer, tmp_path)
    loaded, read = loading.load(tmp_path)
    assert read("a house") == tokenizer("a house")
    ids = torch.arange(5, 15)[None]
    assert torch.allclose(loaded.eval()(ids).logits, net(ids).logits, atol=1e-6)
    assert loaded.get_output_embeddings().weight is loaded.get_input_embeddings().weight
    assert "packed" not in (tmp_path / "config.json").read_text()


def by_rows(query, key, value, borders, other, longest, also, *, scale, window_size):
    """torch's variable-length attention (CUDA only) as its documentation says it, row by row."""
    assert torch.equal(borders, other)
    assert longest == also == int(borders.diff().max())
    parts = []
    for start, stop in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        q, k, v = (x[start:stop].transpose(0, 1) for x in (query, key, value))
        places = torch.arange(stop - start)
        apart = places[None, :] - places[:, None]
        seen = torch.ones_like(apart, dtype=torch.bool)
        if window_size != (-1, -1):
            seen = (-window_size[0] <= apart) & (apart <= window_size[1])
        scores = (q @ k.transpose(1, 2) * scale).masked_fill(~seen, -torch.inf)
        parts.append((scores.softmax(-1) @ v).transpose(0, 1))
    return torch.cat(parts)


@pytest.mark.parametrize("family", CONFIGS)
def test_the_cuda_path_hands_the_kernel_what_it_wants(family, monkeypatch):
    net = encoder.Encoder(model(family))
    ids = torch.cat(rows(torch.Generator().manual_seed(0)))
    positions = torch.cat([torch.arange(int(n)) for n in LENGTHS])
    inputs = (ids, positions, torch.zeros_like(ids), packing.layout(LENGTHS, 150))
    expected = net(*inputs).tokens(-1)
    monkeypatch.setattr(attention, "_varlen_can", lambda *_: True)
    monkeypatch.setattr("torch.nn.attention.varlen.varlen_attn", by_rows)
    assert torch.allclose(net(*inputs).tokens(-1), expected, atol=2e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The .grad attribute")  # of torch's own tracing
def test_the_compiled_encoder_gives_what_the_plain_one_gives():
    """Inductor takes a minute; what it must not do is look into attention over packed rows."""
    plain, compiled = (encoder.Encoder(model("bert")) for _ in range(2))
    compiled.compile_body()
    try:
        for lengths in ([5, 9, 3], [12, 7, 7, 20], [4, 4, 30, 2, 9]):
            sizes = np.array(lengths)
            ids = torch.randint(5, 50, (int(sizes.sum()),), generator=torch.Generator().manual_seed(2))
            positions = torch.cat([torch.arange(n) for n in lengths])
            inputs = (ids, positions, torch.zeros_like(ids), packing.layout(sizes))
            assert torch.allclose(plain(*inputs).tokens(-1), compiled(*inputs).tokens(-1), atol=1e-5)
    finally:
        attention.register()
