"""Small fast tokenizers of the three algorithms, trained on the spot."""

import json
from collections.abc import Sequence
from random import Random

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from xlalign.modeling import scratch

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NAMES = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIALS, strict=True))
LETTERS = {"en": "aeioubdgklmnrst", "ru": "аеиоубдгклмнрст"}
KINDS = ("unigram", "bytes", "gemma", "wordpiece")


def sentences(language: str, count: int, seed: int = 0) -> list[str]:
    """Sentences of words that recur, made of a few letters."""
    draw = Random(f"{language}{seed}")
    words = ["".join(draw.choices(LETTERS[language], k=draw.randint(1, 7))) for _ in range(120)]
    return [" ".join(draw.choices(words, range(120, 0, -1), k=draw.randint(1, 8))) for _ in range(count)]


def tokenizer(kind: str, texts: Sequence[str], size: int = 300) -> PreTrainedTokenizerFast:
    """A tokenizer: `unigram` as XLM-R, `bytes` as Llama 3 or Qwen, `gemma`, `wordpiece` as BERT."""
    if kind == "unigram":
        processor = scratch.train_sentencepiece(list(texts), size, "unigram")
        row = scratch.size("nano").model_copy(update={"vocabulary": "unigram"})
        return scratch.fast_tokenizer(processor, row, scratch._normalizer(False))
    backend = {"bytes": _bytes, "gemma": _gemma, "wordpiece": _wordpiece}[kind](texts, size)
    specials = [(token, backend.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    backend.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=specials)
    return PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=64, **NAMES)


def _bytes(texts: Sequence[str], size: int) -> Tokenizer:
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=size + 256, initial_alphabet=alphabet, show_progress=False)
    )
    backend.add_special_tokens(SPECIALS)  # above the pieces, as Llama 3 and Qwen have them
    return backend


def _gemma(texts: Sequence[str], size: int) -> Tokenizer:
    """Spaces become part of the pieces, and the model sees whole sentences."""
    trained = Tokenizer(models.BPE(unk_token="[UNK]"))
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    bytes_ = [f"<0x{value:02X}>" for value in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=size + 261, special_tokens=[*SPECIALS, *bytes_], show_progress=False)
    trained.train_from_iterator(texts, trainer)
    content = json.loads(trained.to_str())
    content["model"] |= {"byte_fallback": True, "fuse_unk": True}
    content["pre_tokenizer"] = None
    content["added_tokens"] = [token for token in content["added_tokens"] if token["content"] in SPECIALS]
    return Tokenizer.from_str(json.dumps(content))


def _wordpiece(texts: Sequence[str], size: int) -> Tokenizer:
    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIALS, show_progress=False)
    )
    return backend
