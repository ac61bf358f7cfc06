from typing import Any

import numpy as np
import pytest

from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.kinds.base import TunedKind
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.qa import LONGEST_ANSWER, AnswerSpan, ContextQuestion, best_span
from xlalign.evaluation.kinds.tagging import TaggedWords, parts
from xlalign.evaluation.options import FineTuning
from xlalign.evaluation.packed import labels_of, pack
from xlalign.evaluation.tasks import TASKS


def tuned(name: str) -> TunedKind[Any]:
    kind = KINDS.get(name)
    assert isinstance(kind, TunedKind)
    return kind


@pytest.fixture(scope="module")
def tokenizer(nano):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(nano)


def perfect(encoded: EncodedRows, classes: int) -> list[np.ndarray]:
    """Logits that say the labels."""
    return [np.eye(classes)[row] for row in encoded.labels]


def test_long_sentences_are_split_and_joined_again(tokenizer):
    words = ["dog", "xyzzyx", "tree", "house", "not", "red", "qqqq", "small"]
    tags = ["B-PER", "O", "B-LOC", "I-LOC", "O", "O", "B-ORG", "I-ORG"]
    examples = [TaggedWords("0", tuple(words), tuple(tags)), TaggedWords("1", tuple(words[:2]), tuple(tags[:2]))]
    kind, task = tuned("tagging"), TASKS.get("panx")
    encoded = kind.encode(examples, tokenizer, task.labels, FineTuning(max_length=7))
    assert max(map(len, encoded.ids)) <= 7
    assert len(encoded) > 3
    assert kind.decode(perfect(encoded, 7), encoded, examples, task.labels) == [tags, tags[:2]]


def test_a_word_is_marked_at_its_first_piece(tokenizer):
    kind, task = tuned("tagging"), TASKS.get("panx")
    example = TaggedWords("0", ("xyzzyx", "dog"), ("O", "B-PER"))
    encoded = kind.encode([example], tokenizer, task.labels, FineTuning())
    pieces = len(tokenizer("xyzzyx", add_special_tokens=False)["input_ids"])
    assert encoded.marks == [[1, 1 + pieces]]
    assert encoded.ids[0][0] == tokenizer.cls_token_id


@pytest.mark.parametrize(
    ("lengths", "room", "expected"),
    [
        ([1, 1, 1], 3, [(0, 3)]),
        ([2, 2, 2], 4, [(0, 2), (2, 3)]),
        ([3], 3, [(0, 1)]),
        ([1, 3, 1], 3, [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_parts(lengths, room, expected):
    assert list(parts(lengths, room)) == expected


def question(context: str, answer: str) -> ContextQuestion:
    return ContextQuestion("q", context, "the dog likes a cat", (AnswerSpan(answer, context.index(answer)),))


def spans(encoded: EncodedRows) -> list[np.ndarray]:
    """Logits whose best span is the labelled one, weakly so where the window has no answer."""
    rows = []
    for ids, (start, end) in zip(encoded.ids, encoded.labels, strict=True):
        scores = np.zeros((len(ids), 2))
        scores[start, 0] = scores[end, 1] = 5.0
        rows.append(scores)
    return rows


@pytest.mark.parametrize("answer", ["red house", "not", "the small tree", "dog sees a"])
def test_an_answer_in_any_window_is_found(tokenizer, answer):
    context = "a big cat likes the small tree not a red house and the dog sees a"
    kind, task, example = tuned("qa"), TASKS.get("xquad"), question(context, answer)
    encoded = kind.encode([example], tokenizer, task.labels, FineTuning(max_length=22, stride=4))
    assert len(encoded) > 1
    assert all(len(ids) <= 22 for ids in encoded.ids)
    assert kind.decode(spans(encoded), encoded, [example], task.labels) == {"q": answer}


def test_every_piece_of_a_context_is_in_some_window(tokenizer):
    example = question("a big cat likes the small tree not a red house the dog sees a", "red")
    encoded = tuned("qa").encode([example], tokenizer, (), FineTuning(max_length=22, stride=4))
    covered = {offset for row in encoded.extra for offset in row if offset}
    whole = tuned("qa").encode([example], tokenizer, (), FineTuning(max_length=200))
    assert covered == {offset for offset in whole.extra[0] if offset}


def test_best_span_equals_trying_all():
    random = np.random.default_rng(0)
    spans = [(i, i + 1) for i in range(50)]
    offsets = [None, None, *spans, None]
    scores = random.normal(size=(len(offsets), 2))
    legal = [(i, j) for i in range(2, 52) for j in range(i, min(52, i + LONGEST_ANSWER))]
    i, j = max(legal, key=lambda span: scores[span[0], 0] + scores[span[1], 1])
    score, *found = best_span(scores, offsets)
    assert score == pytest.approx(scores[i, 0] + scores[j, 1])
    assert found == [spans[i - 2][0], spans[j - 2][1]]


def test_a_window_without_context_gives_nothing():
    assert best_span(np.zeros((2, 2)), [None, None])[1:] == (0, 0)


def test_pairs_are_cut_at_the_longer_side(tokenizer):
    example = LabelledSentences("0", "dog " * 30, "cat", label="neutral")
    encoded = tuned("classification").encode([example], tokenizer, TASKS.get("xnli").labels, FineTuning(max_length=16))
    assert len(encoded.ids[0]) == 16
    assert encoded.segments[0] == [-1, *[0] * 12, -1, 1, -1]
    assert encoded.labels == [1]


def test_packing_keeps_rows_apart():
    encoded = EncodedRows([[1, 2, 3], [4, 5]], [[0, 0, 1], [0, 0]], [[7, 8], [9]], [0, 1], marks=[[0, 2], [1]])
    packed = pack(encoded, [1, 0])
    assert packed.ids.tolist() == [4, 5, 1, 2, 3]
    assert packed.positions.tolist() == [0, 1, 0, 1, 2]
    assert packed.types.tolist() == [0, 0, 0, 0, 1]
    assert packed.starts.tolist() == [0, 2]
    assert packed.marks.tolist() == [1, 2, 4]
    assert labels_of(encoded, [1, 0]).tolist() == [9, 7, 8]
    assert packed.padded(packed.ids[:, None], -1)[:, :, 0].tolist() == [[4, 5, -1], [1, 2, 3]]


def sentence_mean(inputs, states, side):
    import torch

    rows = [[at for at, part in enumerate(inputs.sequence_ids(row)) if part == side] for row in range(len(states))]
    return torch.stack([states[row, at].mean(0) for row, at in enumerate(rows)])


def test_a_packed_model_equals_a_padded_one(nano, tokenizer):
    """Our logits are those of transformers' own model with the same output layer."""
    import torch
    from transformers import AutoModelForMaskedLM

    from xlalign.evaluation.finetune import predict
    from xlalign.evaluation.model import build, load
    from xlalign.evaluation.options import Regime

    kind, task, options = tuned("classification"), TASKS.get("xnli"), FineTuning(dropout=0.0)
    pairs = [("dog sees a cat", "cat"), ("the house", "not a big red tree"), ("dog", "small")]
    examples = [LabelledSentences("0", one, two, label="neutral") for one, two in pairs]
    for pooling in ("mean", "cls", "pair"):
        model = build(load(nano)[0], kind, task.labels, options, Regime(pooling=pooling), seed=1)
        ours = predict(model, kind, kind.encode(examples, tokenizer, task.labels, options))
        inputs = tokenizer(*map(list, zip(*pairs, strict=True)), padding=True, return_tensors="pt")
        with torch.no_grad():
            states = AutoModelForMaskedLM.from_pretrained(nano).base_model(**inputs).last_hidden_state
            mask = inputs["attention_mask"][..., None]
            if pooling == "pair":
                u, v = (sentence_mean(inputs, states, side) for side in (0, 1))
                vectors = torch.cat([u, v, (u - v).abs(), u * v], 1)
            else:
                vectors = states[:, 0] if pooling == "cls" else (states * mask).sum(1) / mask.sum(1)
            theirs = model.output(vectors).numpy()
        assert np.allclose(np.stack(ours), theirs, atol=1e-5)


def test_freezing_counts_from_the_embeddings(nano):
    from xlalign.errors import UserError
    from xlalign.evaluation.model import freeze, load
    from xlalign.modeling.layers import transformer_blocks

    encoder = load(nano)[0]
    blocks = transformer_blocks(encoder.model.base_model)

    def trained(module: Any) -> bool:
        return any(parameter.requires_grad for parameter in module.parameters())

    for layers in range(5):
        freeze(encoder, layers)
        assert encoder.embeddings.requires_grad == (layers == 0)
        assert [trained(block) for block in blocks] == [at + 1 >= layers for at in range(3)]
    with pytest.raises(UserError, match="frozen = 5: the encoder has embeddings and 3 blocks"):
        freeze(encoder, 5)
