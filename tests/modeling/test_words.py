"""Words by offsets: the pieces of a word are those that it has inside its sentence, whatever the tokenizer."""

import unicodedata
from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.kinds.base import TunedKind
from xlalign.evaluation.options import FineTuning
from xlalign.evaluation.tasks import TASKS
from xlalign.modeling.words import encode_words, frame_of, word_pieces

SENTENCES = {
    "en": "the dog doesn't see 11 old houses near the river , but the cat does .",
    "de": "der Hund sieht die 11 alten Häuser am Fluss nicht , aber die Katze schläft .",
    "ru": "собака не видит 11 старых домов у реки , но кошка их видит .",
    "ar": "لا يرى الكلب البيوت القديمة قرب النهر ، لكن القطة تراها .",
    "hi": "कुत्ता नदी के पास 11 पुराने घर नहीं देखता , लेकिन बिल्ली देखती है ।",
    "zh": "那 只 狗 看不见 河边 的 11 座 老房子 ， 但是 猫 看得见 。",
    "ja": "犬 は 川 の そば の 古い 家 が 見えません が 、 猫 は 見えます 。",
    "th": "สุนัข มองไม่เห็น บ้าน เก่า 11 หลัง ใกล้ แม่น้ำ แต่ แมว มองเห็น",
}
WORDS = {lang: text.split() for lang, text in SENTENCES.items()}
GPT = r"'s|'t|[^\r\n\p{L}\p{N}]?\p{L}[\p{L}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+"
SCHEMES = ("wordpiece", "unigram", "metaspace", "byte-level", "gemma", "llama", "qwen")


def scheme(name):
    """A small tokenizer of a kind, trained on the sentences."""
    specials = ["<pad>", "<unk>", "<s>", "</s>"]
    spaced = pre_tokenizers.Metaspace(prepend_scheme="always")
    if name == "wordpiece":
        own = Tokenizer(models.WordPiece(unk_token="<unk>"))
        own.normalizer = normalizers.BertNormalizer(lowercase=False)
        own.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer: Any = trainers.WordPieceTrainer(vocab_size=420, special_tokens=specials, show_progress=False)
        own.decoder = decoders.WordPiece()
    elif name in ("unigram", "metaspace"):
        own = Tokenizer(models.Unigram())
        own.normalizer = normalizers.NFKC()
        split: Any = pre_tokenizers.WhitespaceSplit()
        own.pre_tokenizer = pre_tokenizers.Sequence([split, spaced]) if name == "unigram" else spaced
        trainer = trainers.UnigramTrainer(
            vocab_size=420, special_tokens=specials, unk_token="<unk>", show_progress=False
        )
        own.decoder = decoders.Metaspace()
    elif name == "gemma":
        own = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
        own.normalizer = normalizers.Replace(" ", "▁")
        own.pre_tokenizer = pre_tokenizers.Split(Regex("(?=▁)"), "isolated")  # as merges never cross a blank
        trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=specials, show_progress=False)
        own.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    else:
        own = Tokenizer(models.BPE())
        trim = {"byte-level": True, "llama": False, "qwen": False}[name]
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "byte-level", trim_offsets=trim)
        split = pre_tokenizers.Split(Regex(GPT), "isolated")
        own.pre_tokenizer = level if name == "byte-level" else pre_tokenizers.Sequence([split, level])
        if name == "qwen":
            own.normalizer = normalizers.NFC()
        trainer = trainers.BpeTrainer(
            vocab_size=700,
            special_tokens=specials,
            show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        )
        own.decoder = decoders.ByteLevel()
        own.post_processor = processors.ByteLevel(trim_offsets=trim)
    own.train_from_iterator(list(SENTENCES.values()) * 20, trainer)
    if name not in ("qwen", "byte-level", "llama"):
        start = "<s> $A" if name == "gemma" else "<s> $A </s>"
        pair = f"{start} $B </s>"
        own.post_processor = processors.TemplateProcessing(
            single=start, pair=pair, special_tokens=[("<s>", 2), ("</s>", 3)]
        )
    return PreTrainedTokenizerFast(tokenizer_object=own, unk_token="<unk>", pad_token="<pad>", bos_token="<s>")


@pytest.fixture(scope="module", params=SCHEMES)
def tokenizer(request):
    return scheme(request.param)


def plain(text):
    """Without blanks, which WordPiece puts between signs, and as NFKC has it, which Unigram does."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("lang", SENTENCES)
def test_pieces_are_those_of_the_sentence_and_spell_their_words(tokenizer, lang):
    (pieces,) = word_pieces([WORDS[lang]], tokenizer)
    flat = [token for word in pieces for token in word]
    assert flat == tokenizer(SENTENCES[lang], add_special_tokens=False)["input_ids"]
    for word, own in zip(WORDS[lang], pieces, strict=True):
        assert "<unk>" in tokenizer.convert_ids_to_tokens(own) or plain(tokenizer.decode(own)) == plain(word)


def test_many_sentences_at_once_are_each_alone(tokenizer):
    sentences = [*WORDS.values(), [], ["dog"]]
    ids, lengths, words = encode_words(sentences, tokenizer)
    assert len(lengths) == len(sentences)
    start = 0
    for sentence, length in zip(sentences, lengths.tolist(), strict=True):
        own = words[start : start + length]
        assert sorted(set(own.tolist())) == list(range(len(sentence)))
        assert (np.diff(own) >= 0).all()
        start += length
    assert start == len(ids)


@pytest.mark.parametrize("name", ["gemma", "llama", "qwen"])
def test_a_word_alone_is_another_piece_than_in_a_sentence(name):
    """What tokenising word by word would feed the encoder."""
    own = scheme(name)
    alone = [own(word, add_special_tokens=False)["input_ids"] for word in WORDS["en"]]
    assert alone != word_pieces([WORDS["en"]], own)[0]


def test_a_word_that_vanishes_has_no_piece(tokenizer):
    ((first, _, last),) = word_pieces([["dog", "\u200b", "house"]], tokenizer)
    assert first
    assert last


@pytest.mark.parametrize("name", SCHEMES)
def test_the_frame_is_read_off_a_sentence(name):
    wanted: dict[str, tuple[list[int], list[int]]] = {
        "gemma": ([2], []),
        "qwen": ([], []),
        "llama": ([], []),
        "byte-level": ([], []),
    }
    assert tuple(frame_of(scheme(name))) == wanted.get(name, ([2], [3]))


def test_a_tag_is_at_the_first_piece_of_its_word_and_long_sentences_are_cut(tokenizer):
    kind, task = KINDS.get("tagging"), TASKS.get("udpos")
    assert isinstance(kind, TunedKind)
    example = kind.example("0", tuple(WORDS["en"]), ("NOUN",) * len(WORDS["en"]))
    (pieces,) = word_pieces([WORDS["en"]], tokenizer)
    room = max(map(len, pieces)) + frame_of(tokenizer).size + 6
    encoded = kind.encode([example], tokenizer, task.labels, FineTuning(max_length=room))
    assert len(encoded) > 1
    assert max(map(len, encoded.ids)) <= room
    marked = [ids[mark] for ids, marks in zip(encoded.ids, encoded.marks, strict=True) for mark in marks]
    assert marked == [own[0] for own in pieces]


def test_two_words_in_one_piece_still_have_a_place_each():
    """Without a split at blanks BPE may merge over them."""
    own = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, " ": 2, "a ": 3, "a b": 4}, merges=[("a", " "), ("a ", "b")]))
    fast = PreTrainedTokenizerFast(tokenizer_object=own)
    ids, _, words = encode_words([["a", "b"]], fast)
    assert ids.tolist() == [4]
    assert words.tolist() == [0]
