"""Text beside its spelling in Latin letters, and languages in another script."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlalign.bitext import corpus, languages
from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.sources import open_source
from xlalign.errors import UserError


@pytest.fixture
def uri(tmp_path: Path) -> str:
    (tmp_path / "wiki.ru.txt").write_text("Мама мыла раму\nКошка спит на окне\n", encoding="utf-8")
    return f"romanize:file:{tmp_path}/wiki.{{lang}}.txt"


def test_bitext_of_a_text_and_its_romanisation(uri: str, tmp_path: Path):
    settings = PrepareSettings.model_validate(
        {"pairs": ["rus-rus_Latn"], "sources": [uri], "mono": [uri], "dev_size": 0}
    )
    report = prepare(settings, tmp_path / "out")
    assert report.dropped == {}
    (first, _) = corpus.read_pairs(tmp_path / "out/train")
    assert first[1:] == ("Мама мыла раму", "Mama myla ramu", "ru", "ru_Latn", "romanized")
    assert list(corpus.read_mono(tmp_path / "out", "ru_Latn")) == ["Mama myla ramu", "Koshka spit na okne"]


def test_in_the_other_order(uri: str):
    (text,) = open_source(uri).bitexts([("ru_Latn", "ru"), ("en", "ru")])
    assert next(row[1:3] for row in text.rows()) == ("Mama myla ramu", "Мама мыла раму")
    assert [path.name for path in open_source(uri).inputs([("ru", "ru_Latn")])] == ["wiki.ru.txt"]


def test_other_pairs(uri: str):
    with pytest.raises(UserError, match="makes no requested pair"):
        list(open_source(uri).bitexts([("ru", "en")]))


@pytest.mark.parametrize(
    ("code", "scripts", "code_known"),
    [("ru_Latn", {"Latn"}, ""), ("ru_Cyrl", {"Cyrl"}, "ru"), ("zh_Hans", {"Hani"}, "zh"), ("zh_Latn", {"Latn"}, "")],
)
def test_scripts_of_variants(code: str, scripts: set[str], code_known: str):
    found = languages.get(code)
    assert (set(found.scripts), found.code) == (scripts, code_known)
    assert found.spaced == (scripts != {"Hani"})
