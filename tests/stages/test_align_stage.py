"""What can be told to be wrong with an align-words stage before it runs."""

import pytest

from xlalign.stages import align_words
from xlalign.stages.align_words import AlignStage
from xlalign.stages.base import Checked
from xlalign.stages.prepare import PrepareStage


def faults(languages, **settings):
    bitext = PrepareStage.model_validate({"languages": languages, "sources": ["micro:0"]})
    stages = {"prepare": {"prepare": bitext}}
    return list(align_words.faults(Checked("align-words", "align-words", AlignStage(**settings), stages)))


@pytest.mark.parametrize(
    ("languages", "words", "installed", "wrong"),
    [
        (["en", "ja", "th"], "icu", False, True),
        (["en", "ja", "th"], "icu", True, False),
        (["en", "ja", "th"], "segment", False, False),
        (["en", "de"], "icu", False, False),
    ],
)
def test_words_that_nothing_here_finds(monkeypatch, languages, words, installed, wrong):
    monkeypatch.setattr(align_words, "find_spec", lambda _: "found" if installed else None)
    found = faults(languages, words=words)
    assert [fault.place for fault in found] == ["align-words.words"] * wrong
    assert not wrong or "the words of ja, th" in found[0].message
