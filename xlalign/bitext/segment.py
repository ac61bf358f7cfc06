"""Words, as every later stage counts and links them.

sacrebleu's `intl` tokenisation: punctuation and symbols are words of their own, numbers such as 3.14 stay whole.
In scripts without spaces every character (with its combining marks) is a word to `words`; `dictionary_words` finds the
words of Chinese, Japanese, Thai, Lao, Khmer and Burmese with ICU, and `morphemes` those of Japanese with MeCab. We
differ from `intl` in a full stop after a final number, which is split off as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


def dictionary_words(text: str, lang: str) -> list[str]:
    """As `words`, but languages without spaces are cut by ICU: by its dictionaries, and its model for Burmese.

    Raises:
        MissingExtraError: ICU is not installed.
    """
    if not languages.get(lang).spaced:
        text = " ".join(_icu()(text, languages.get(lang).code))
    return _intl()(text + " ").split()


def morphemes(text: str, lang: str) -> list[str]:
    """As `words`, but Japanese is cut by MeCab with the IPA dictionary (sacrebleu's `ja-mecab`).

    Raises:
        MissingExtraError: MeCab or its dictionary is not installed.
    """
    return _mecab()(text).split() if lang == "ja" else words(text, lang)


def spots(found: Sequence[str], text: str) -> list[tuple[int, int]]:
    """The characters of each word in the text that it was cut from, as first and behind the last.

    >>> spots(["It", "'", "s", "3.14"], "It's 3.14")
    [(0, 2), (2, 3), (3, 4), (5, 9)]

    Raises:
        ValueError: a word does not follow the one before it in the text.
    """
    places: list[tuple[int, int]] = []
    end = 0
    for word in found:
        start = text.index(word, end)
        end = start + len(word)
        places.append((start, end))
    return places


@cache
def _icu() -> Callable[[str, str], Iterable[str]]:
    try:
        from icu4py.breakers import WordBreaker  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise MissingExtraError(
            "the words of languages without spaces are found by ICU, which is not installed",
            'pip install "xlalign[icu]", or set words = "segment" to take single characters',
        ) from None
    return lambda text, lang: iter(WordBreaker(text, lang))


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
