"""Encoders from scratch: a vocabulary trained on the corpus and an encoder of a named size with random weights."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from xlalign.config import Settings
from xlalign.errors import DataError, unknown_name

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""Ids 0 to 4 of every scratch vocabulary."""


class Size(Settings):
    """One row of sizes.toml: layers x hidden units, attention heads, longest input, dropout, pieces a language."""

    architecture: Literal["bert", "modernbert"]
    layers: int
    hidden: int
    heads: int
    feed_forward: int
    positions: int
    dropout: float
    initializer_range: float
    pieces: int
    vocabulary: Literal["bpe", "unigram"]


@cache
def sizes() -> dict[str, Size]:
    """The table of sizes."""
    text = files("xlalign.modeling").joinpath("sizes.toml").read_text(encoding="utf-8")
    return {name: Size(**row) for name, row in tomllib.loads(text).items()}


def size(name: str) -> Size:
    """The size called `name`.

    Raises:
        UserError: there is none.
    """
    if name not in sizes():
        raise unknown_name("encoder size", name, sizes())
    return sizes()[name]


def create(name: str, tokenizer: PreTrainedTokenizerFast, seed: int) -> PreTrainedModel:
    """An encoder with masked-language head of the named size; its weights are a function of the seed."""
    import torch

    row = size(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _bert(row, tokenizer) if row.architecture == "bert" else _modernbert(row, tokenizer)


def _bert(row: Size, tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    from transformers import BertConfig, BertForMaskedLM

    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=row.hidden,
        num_hidden_layers=row.layers,
        num_attention_heads=row.heads,
        intermediate_size=row.feed_forward,
        max_position_embeddings=row.positions,
        hidden_dropout_prob=row.dropout,
        attention_probs_dropout_prob=row.dropout,
        initializer_range=row.initializer_range,
        type_vocab_size=2,
        pad_token_id=tokenizer.pad_token_id,
    )
    return BertForMaskedLM(config)


def _modernbert(row: Size, tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    """Pre-norm, rotary positions, gated feed-forward; every layer attends to the whole input."""
    from transformers import ModernBertConfig, ModernBertForMaskedLM

    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=row.hidden,
        num_hidden_layers=row.layers,
        num_attention_heads=row.heads,
        intermediate_size=row.feed_forward,
        max_position_embeddings=row.positions,
        embedding_dropout=row.dropout,
        attention_dropout=row.dropout,
        mlp_dropout=row.dropout,
        initializer_range=row.initializer_range,
        global_attn_every_n_layers=1,
        pad_token_id=tokenizer.pad_token_id,
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
    )
    return ModernBertForMaskedLM(config)


def train_tokenizer(
    texts: Mapping[str, Sequence[str]],
    name: str,
    *,
    lowercase: bool = False,
    temperature: float = 0.5,
    budget: int = 100_000,
) -> PreTrainedTokenizerFast:
    """Train a SentencePiece vocabulary over several languages and give it as a fast tokenizer.

    Args:
        texts: sentences of each language.
        name: encoder size; it fixes pieces a language and the vocabulary's algorithm.
        lowercase: fold case before anything else.
        temperature: exponent of language sampling, p_l proportional to n_l ** temperature (1 = as is, 0 = equal).
        budget: sentences used for training, over all languages.

    Raises:
        DataError: there is no text.
    """
    if not any(texts.values()):
        raise DataError("no text to train a vocabulary on", "run `xlalign prepare` first")
    row = size(name)
    normalizer = _normalizer(lowercase)
    sentences = (normalizer.normalize_str(text) for text in _sample(texts, temperature, budget))
    wanted = row.pieces * len(texts) + len(SPECIALS)
    processor = train_sentencepiece([s for s in sentences if s], wanted, row.vocabulary)
    return fast_tokenizer(processor, row, normalizer)


def _sample(texts: Mapping[str, Sequence[str]], temperature: float, budget: int) -> Iterator[str]:
    """Evenly spaced sentences, as many of each language as its sampling probability gives."""
    mass = {lang: len(rows) ** temperature for lang, rows in texts.items() if rows}
    # The largest language is used once at the most.
    scale = min(budget / sum(mass.values()), max(len(texts[lang]) / mass[lang] for lang in mass))
    for lang, weight in sorted(mass.items()):
        rows = texts[lang]
        count = max(1, round(scale * weight))
        for k in range(count):
            # More than there are repeats the text, which is what raises a small language's weight.
            yield rows[(k * len(rows) // count) if count <= len(rows) else k % len(rows)]


def train_sentencepiece(sentences: list[str], vocab_size: int, kind: str) -> SentencePieceProcessor:
    """A SentencePiece vocabulary, SPECIALS first, of at most `vocab_size` pieces (fewer when there is little text).

    Raises:
        DataError: none can be trained.
    """
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

    pad, unk, cls, sep, mask = SPECIALS
    options: dict[str, Any] = {
        "model_type": kind,
        "character_coverage": 1.0,
        "normalization_rule_name": "identity",
        "num_threads": 1,
        "minloglevel": 2,
        "hard_vocab_limit": kind != "unigram",
        "max_sentence_length": 100_000,
        "pad_id": 0,
        "unk_id": 1,
        "bos_id": 2,
        "eos_id": 3,
        "control_symbols": [mask],
        "pad_piece": pad,
        "unk_piece": unk,
        "bos_piece": cls,
        "eos_piece": sep,
        "unk_surface": unk,
    }
    with TemporaryDirectory() as folder:
        prefix = f"{folder}/vocabulary"
        while True:
            try:
                SentencePieceTrainer.train(
                    sentence_iterator=iter(sentences), model_prefix=prefix, vocab_size=vocab_size, **options
                )
                break
            except RuntimeError as error:
                # Little text has few pieces; SentencePiece says how many.
                most = re.search(r"<= ?(\d+)", str(error))
                if most is None or int(most[1]) >= vocab_size:
                    raise DataError(f"no vocabulary could be trained: {error}") from error
                vocab_size = int(most[1])
        return SentencePieceProcessor(model_file=f"{prefix}.model")


def _normalizer(lowercase: bool) -> Any:
    from tokenizers import Regex, normalizers

    parts = [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    return normalizers.Sequence([normalizers.Lowercase(), *parts] if lowercase else parts)


def fast_tokenizer(processor: SentencePieceProcessor, row: Size, normalizer: Any) -> PreTrainedTokenizerFast:
    """The SentencePiece vocabulary as a transformers tokenizer with BERT's pair encoding.

    Shapes: "[CLS] a [SEP]" and "[CLS] a [SEP] b [SEP]", with token types 0 and 1 where the architecture has them.
    """
    from tokenizers import Tokenizer, decoders, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(_model(processor, row.vocabulary))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIALS, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=row.positions,
        model_input_names=["input_ids", *(["token_type_ids"] if row.architecture == "bert" else []), "attention_mask"],
        **names,
    )


def _model(processor: SentencePieceProcessor, kind: str) -> Any:
    from tokenizers import models

    pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
    if kind == "unigram":
        return models.Unigram([(p, processor.get_score(i)) for i, p in enumerate(pieces)], unk_id=1)
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    return models.BPE(vocabulary, list(_merges(pieces, vocabulary)), unk_token="[UNK]", fuse_unk=True)


def _merges(pieces: list[str], vocabulary: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Every way to join two pieces into a third, in the order in which the third was learned.

    SentencePiece ranks a join by the score of its result alone, whatever the two parts are.
    """
    for piece in pieces[len(SPECIALS) :]:
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in vocabulary and right in vocabulary:
                yield left, right
