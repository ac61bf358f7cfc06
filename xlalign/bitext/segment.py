"""Words, as every later stage counts and links them.

sacrebleu's `intl` tokenisation: punctuation and symbols are words of their own, numbers such as 3.14 stay whole.
In scripts without spaces every character (with its combining marks) is a word, because a word segmenter would be
one more dependency; word links there are character links. `morphemes` uses one for Japanese. We differ from `intl`
in a full stop after a final number, which is split off as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from xlalign.bitext import languages
from xlalign.errors import MissingExtraError


def words(text: str, lang: str) -> list[str]:
    """The words of a text.

    >>> words("It's 3.14, really.", "en")
    ['It', "'", 's', '3.14', ',', 'really', '.']
    >>> words("我爱GPT-4。", "zh")
    ['我', '爱', 'GPT', '-', '4', '。']
    """
    if not languages.get(lang).spaced:
        text = _characters()(text)
    return _intl()(text + " ").split()


def morphemes(text: str, lang: str) -> list[str]:
    """As `words`, but Japanese is cut by MeCab with the IPA dictionary (sacrebleu's `ja-mecab`).

    Raises:
        MissingExtraError: MeCab or its dictionary is not installed.
    """
    return _mecab()(text).split() if lang == "ja" else words(text, lang)


@cache
def _mecab() -> Callable[[str], str]:
    from sacrebleu.tokenizers.tokenizer_ja_mecab import TokenizerJaMecab

    try:
        tokenizer = TokenizerJaMecab()
    except RuntimeError:
        raise MissingExtraError('`words = "mecab"` needs MeCab and its dictionary', "pip install xlalign[ja]") from None
    return lambda text: TokenizerJaMecab.__call__.__wrapped__(tokenizer, text)


@cache
def _intl() -> Callable[[str], str]:
    from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International

    # The wrapped function without its cache of 65,536 lines, which would never hit on a corpus.
    tokenizer = TokenizerV14International()
    return lambda text: TokenizerV14International.__call__.__wrapped__(tokenizer, text)


@cache
def _characters() -> Callable[[str], str]:
    import regex  # type: ignore[import-untyped]

    scripts = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    pattern = regex.compile(rf"(?V1)([[{scripts}]&&\p{{L}}]\p{{M}}*)")
    return lambda text: pattern.sub(r" \1 ", text)
