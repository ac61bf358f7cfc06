import pytest
from narrowing import each, present

from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.mixing import mixed, read_lexicon
from xlalign.evaluation.data.sets import TestData, TrainingData
from xlalign.evaluation.data.source import store
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.options import Mixing
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks import TASKS

NLI = TASKS.get("xnli")
ENGLISH = [LabelledSentences(str(n), f"en {n}", f"EN {n}", label="neutral") for n in range(200)]
GERMAN = [LabelledSentences(str(n), f"de {n}", f"DE {n}", label="neutral") for n in range(200)]


def test_translations_are_added():
    assert mixed(ENGLISH, {"de": GERMAN}, Mixing(languages=("de",)), NLI) == ENGLISH + GERMAN


def test_each_sentence_changes_its_language_by_itself():
    found = each(
        LabelledSentences, mixed(ENGLISH, {"de": GERMAN}, Mixing(languages=("de",), code_switch="sentence"), NLI)
    )
    kinds = {(example.first[:2], present(example.second)[:2]) for example in found}
    assert kinds == {("en", "EN"), ("en", "DE"), ("de", "EN"), ("de", "DE")}
    assert all(example.first.split()[1] == str(n) for n, example in enumerate(found))
    assert found == mixed(ENGLISH, {"de": GERMAN}, Mixing(languages=("de",), code_switch="sentence"), NLI)


def test_words_are_replaced_at_the_rate(tmp_path):
    path = tmp_path / "de.tsv"
    path.write_text("dog\tHund\ndog\tKöter\ncat\tKatze\n")
    examples = [TaggedWords("0", ("Dog", "cat", "sees") * 200, ("NOUN", "NOUN", "VERB") * 200)]
    mixing = Mixing(code_switch="word", rate=0.3, lexicons={"de": str(path)})
    (found,) = each(TaggedWords, mixed(examples, {}, mixing, TASKS.get("udpos")))
    changed = sum(word in ("Hund", "Katze") for word in found.words)
    assert 80 < changed < 160
    assert found.tags == examples[0].tags
    assert "Köter" not in found.words


def test_sentences_of_a_tagging_task_cannot_be_exchanged():
    example = [TaggedWords("0", ("a",), ("X",))]
    with pytest.raises(UserError, match="needs sentence pairs; udpos is a tagging task"):
        mixed(example, {"de": example}, Mixing(languages=("de",), code_switch="sentence"), TASKS.get("udpos"))


def test_a_lexicon_needs_two_columns(tmp_path):
    (tmp_path / "x").write_text("a\tb\nc\n")
    with pytest.raises(DataError, match="x:2: wanted two columns"):
        read_lexicon(tmp_path / "x")


def test_dev_stays_english(data):
    settings = EvalSettings(tasks=("xnli",), data=f"folder:{data}", translate_train=("de",))
    english = TrainingData(present(settings.cells()[0].tuning).data).english()
    assert (len(english.train), len(english.dev)) == (400, 40)


def test_translations_must_be_as_many(data, tmp_path):
    import shutil

    shutil.copytree(data, tmp_path / "d")
    path = tmp_path / "d/xnli/train-de.tsv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    settings = EvalSettings(tasks=("xnli",), data=f"folder:{tmp_path / 'd'}", translate_train=("de",))
    with pytest.raises(DataError, match="199 training examples of xnli in 'de' for 200"):
        TrainingData(present(settings.cells()[0].tuning).data).english()


def test_what_was_trained_on_is_not_tested_on(data):
    settings = EvalSettings(
        tasks=("xnli",), data=f"folder:{data}", train_from={"xnli": "xnli:dev"}, test_split={"xnli": "dev"}
    )
    (cell, *_) = settings.cells()
    assert TestData(cell.test).languages() == ["de"]
    english = TrainingData(present(cell.tuning).data).english()
    assert english.held_out
    assert len(english.train) + len(english.dev) == 40
    assert 0 < len(english.dev) < 15


def test_stored_data_are_what_would_be_loaded(tmp_path):
    settings = EvalSettings(tasks=("xnli", "tatoeba", "bucc"), train_examples=30, dev_examples=10, test_examples=10)
    for cell in settings.model_copy(update={"seeds": (1,)}).cells():
        folder = tmp_path / cell.task
        store(TestData(cell.test, folder).parts(), folder)
        assert TestData(cell.test, folder).tested("de") == TestData(cell.test).tested("de")
        if cell.task == "xnli":
            wanted = present(cell.tuning).data
            store(TrainingData(wanted, folder).parts(), folder)
            assert TrainingData(wanted, folder).english() == TrainingData(wanted).english()


def test_switching_needs_what_it_switches_with():
    for code_switch, given in (("sentence", {}), ("word", {}), ("none", {"lexicons": {"de": "x"}})):
        with pytest.raises(ValueError, match=r"needs lexicons|needs translate_train|lexicons with"):
            EvalSettings(code_switch=code_switch, **given)
