"""Words and languages."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.bitext import languages, segment
from xlalign.bitext.segment import dictionary_words, morphemes, spots, words
from xlalign.errors import MissingExtraError, UserError


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "It cost 1,000.50 in 2020.", "It cost 1,000.50 in 2020 ."),
        ("en", "well-known (e.g. ©)", "well - known ( e . g . © )"),
        ("de", "„Fräulein“, sagte er", "„ Fräulein “ , sagte er"),
        ("hi", "वह घर जाता है।", "वह घर जाता है ।"),
        ("ru", "Привет, мир!", "Привет , мир !"),
        ("zh", "我有3.5个苹果。", "我 有 3.5 个 苹 果 。"),
        ("ja", "データを保存する", "デ ー タ を 保 存 す る"),
        ("th", "ที่นี่", "ที่ นี่"),
        ("ko", "나는 집에 간다.", "나는 집에 간다 ."),
        ("en", "  ", ""),
    ],
)
def test_words(lang: str, text: str, expected: str):
    assert words(text, lang) == expected.split()


@given(st.text(), st.sampled_from(["en", "zh", "th", "ja"]))
def test_words_keep_every_character_that_is_not_space(text: str, lang: str):
    assert "".join(words(text, lang)) == "".join(text.split())


def test_languages():
    assert languages.get("pt_BR").name == "Portuguese"
    assert languages.normalise("deu") == "de"
    assert languages.normalise("cmn_Hans") == "zh_Hans"
    assert languages.alpha3("ru") == "rus"
    assert languages.get("qaa").scripts == frozenset()
    assert [code for code, language in languages.table().items() if not language.spaced] == [
        "bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh",
    ]  # fmt: skip
    assert all(near in languages.table() for language in languages.table().values() for near in language.near)


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("de", "de"), ("DE", "de"), ("deu", "de"), ("deu_Latn", "de"), ("de-Latn", "de"), ("pt-BR", "pt_BR"),
        ("pt-br", "pt_BR"), ("por_Latn", "pt"), ("zh-Hans", "zh_Hans"), ("zho_Hant", "zh_Hant"),
        ("cmn_hans", "zh_Hans"),
        ("arb_Arab", "ar"), ("ru_Latn", "ru_Latn"), ("rus_Cyrl", "ru"), ("hin_Deva", "hi"),
        ("en_trans_inv", "en_trans_inv"),
        ("ceb_Latn", "ceb"), ("qaa", "qaa"), ("sr-Latn-RS", "sr_Latn_RS"), ("en-US", "en_US"),
    ],
)  # fmt: skip
def test_codes_of_other_systems(code: str, ours: str):
    assert languages.normalise(code) == ours
    assert languages.normalise(ours) == ours
    assert all(languages.get(languages.normalise(other)) for other in languages.spellings(ours))


def test_every_spelling_leads_back():
    for code in [*languages.table(), "pt_BR", "zh_Hans"]:
        assert {languages.normalise(other) for other in languages.spellings(code)} == {languages.normalise(code)}


@pytest.mark.parametrize("code", ["xx", "EN", "en-de", "", "english"])
def test_unknown_language(code: str):
    with pytest.raises(UserError, match="unknown language code"):
        languages.get(code)


def test_japanese_in_morphemes():
    pytest.importorskip("MeCab")
    assert morphemes("私は東京に行きます。", "ja") == ["私", "は", "東京", "に", "行き", "ます", "。"]
    assert morphemes("It's far.", "en") == words("It's far.", "en")


def test_mecab_is_an_extra(monkeypatch):
    from sacrebleu.tokenizers import tokenizer_ja_mecab

    monkeypatch.setattr(tokenizer_ja_mecab, "MeCab", None)
    segment._mecab.cache_clear()
    with pytest.raises(MissingExtraError, match="needs MeCab"):
        morphemes("東京", "ja")


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("ja", "私は東京に行きます。", ["私", "は", "東京", "に", "行き", "ます", "。"]),
        ("zh", "我爱北京GPT-4。", ["我", "爱", "北京", "GPT", "-", "4", "。"]),
        ("th", "ฉันรักประเทศไทยมาก", ["ฉัน", "รัก", "ประเทศไทย", "มาก"]),
        ("km", "ខ្ញុំស្រឡាញ់ប្រទេសកម្ពុជា", ["ខ្ញុំ", "ស្រឡាញ់", "ប្រទេស", "កម្ពុជា"]),
        ("lo", "ຂ້ອຍຮັກປະເທດລາວ", ["ຂ້ອຍ", "ຮັກ", "ປະເທດ", "ລາວ"]),
        ("my", "ကျွန်တော်မြန်မာနိုင်ငံကိုချစ်သည်", ["ကျွန်တော်", "မြန်မာနိုင်ငံ", "ကို", "ချစ်သည်"]),
    ],
)
def test_words_by_dictionary(lang: str, text: str, expected: list[str]):
    pytest.importorskip("icu4py", reason="extra `icu`")
    assert dictionary_words(text, lang) == expected
    assert "".join(expected) == text
    assert [text[a:b] for a, b in spots(expected, text)] == expected


def test_languages_with_spaces_need_no_dictionary(monkeypatch):
    monkeypatch.setitem(sys.modules, "icu4py.breakers", None)
    segment._icu.cache_clear()
    assert dictionary_words("It's 3.14, really.", "en") == words("It's 3.14, really.", "en")
    with pytest.raises(MissingExtraError, match="found by ICU, which is not installed"):
        dictionary_words("東京", "ja")
    segment._icu.cache_clear()


def test_a_word_out_of_place():
    with pytest.raises(ValueError, match="substring not found"):
        spots(["b", "a"], "a b")
