"""Annotation carried into translations: tagging and question answering, from the function to the command."""

import json

import pytest
from narrowing import each, present
from typer.testing import CliRunner

import xlalign
from xlalign.alignment.projection import LinkedWords
from xlalign.cli.main import app
from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.projecting import LanguageCodes, project, projection_scores
from xlalign.evaluation.data.sets import TrainingData
from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.kinds.qa import AnswerSpan, ContextQuestion
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks import TASKS
from xlalign.types import Alignment

POS, NER, QA = (TASKS.get(name) for name in ("udpos", "panx", "xquad"))
MICRO = TaskSource("micro:0")


def test_chunks_go_as_spans_and_tags_word_by_word():
    source = TaggedWords("0", ("in", "New", "York"), ("O", "B-LOC", "I-LOC"))
    target = TaggedWords("0", ("à", "New", "-", "York"), ("O",) * 4)
    linked = LinkedWords(([*source.words], [*target.words]), Alignment(((0, 0), (1, 1), (2, 3)), (1.0,) * 3))
    (found,) = each(TaggedWords, NER.handler.projected([source], [target], [linked]))
    assert found.tags == ("O", "B-LOC", "I-LOC", "I-LOC")
    tagged = TaggedWords("0", source.words, ("ADP", "PROPN", "PROPN"))
    (found,) = each(TaggedWords, POS.handler.projected([tagged], [target], [linked]))
    assert found.tags == ("ADP", "PROPN", "PROPN", "PROPN")  # of "-" nothing is known: the commonest tag


def test_an_answer_goes_with_its_words():
    source = ContextQuestion("q", "He lives in New York.", "Where?", (AnswerSpan("New York", 12),))
    target = ContextQuestion("q", "Er wohnt in der Stadt New York.", "Wo?", (AnswerSpan("", 0),))
    words = [QA.handler.linkable(example, lang) for example, lang in ((source, "en"), (target, "de"))]
    linked = LinkedWords((words[0], words[1]), Alignment(((2, 2), (3, 5), (4, 6)), (1.0,) * 3))
    (found,) = each(ContextQuestion, QA.handler.projected([source], [target], [linked]))
    assert found.answers == (AnswerSpan("New York", 22),)
    assert QA.handler.projected([source], [target], [linked._replace(alignment=Alignment((), ()))]) == [None]


@pytest.mark.parametrize(("name", "least"), [("udpos", 80), ("panx", 80), ("xquad", 70)])
@pytest.mark.parametrize("lang", ["de", *(pytest.param(lang, marks=pytest.mark.slow) for lang in ("es", "ru"))])
def test_the_micro_world_against_its_gold(name, lang, least):
    task = TASKS.get(name)
    sources, targets = (MICRO.load(task, code, "train", 300) for code in ("en", lang))
    found = project(task, sources, targets, LanguageCodes("en", lang))
    assert projection_scores(task, targets, found, lang)["f1"] > least


def test_translations_must_be_as_many():
    example = TaggedWords("0", ("a",), ("X",))
    with pytest.raises(DataError, match="1 examples in de for 2 in en"):
        project(POS, [example] * 2, [example], LanguageCodes("en", "de"))


def test_only_what_annotates_words():
    examples = MICRO.load(TASKS.get("xnli"), "en", "dev", 2)
    with pytest.raises(UserError, match="annotates no words"):
        project(TASKS.get("xnli"), examples, examples, LanguageCodes("en", "de"))
    tagged = MICRO.load(POS, "en", "dev", 2)
    with pytest.raises(UserError, match="`hybrid` needs an encoder"):
        project(POS, tagged, tagged, LanguageCodes("en", "de"), "hybrid")


def test_training_on_projected_labels():
    options = {"tasks": ("udpos",), "seeds": (1,), "translate_train": ("de",), "train_examples": 200, "dev_examples": 5}
    own, carried = (EvalSettings(**options, projection=aligner) for aligner in ("", "hmm"))
    data = [present(settings.cells()[0].tuning).data for settings in (own, carried)]
    labelled, projected = (each(TaggedWords, TrainingData(wanted).english().train) for wanted in data)
    assert [example.words for example in projected] == [example.words for example in labelled]
    assert projected[:200] == labelled[:200]
    assert projected != labelled
    assert present(data[1].mixing).setting == "translate-train (de) by projection (hmm)"
    assert "projection" not in str(own.cells()[0].tuning and data[0].model_dump(exclude_defaults=True))


@pytest.mark.parametrize("aligner", ["", "hmm"])
def test_every_language_trains_with_its_own_translations(aligner):
    langs = ("de", "es", "ru")
    options = {"tasks": ("udpos",), "seeds": (1,), "train_examples": 20, "dev_examples": 5}
    settings = EvalSettings(**options, translate_train=langs, projection=aligner)
    train = each(TaggedWords, TrainingData(present(settings.cells()[0].tuning).data).english().train)
    expected = [each(TaggedWords, MICRO.load(POS, lang, "train", 20)) for lang in ("en", *langs)]
    assert [example.words for example in train] == [example.words for part in expected for example in part]


def test_an_aligner_that_needs_an_encoder_is_refused_in_eval():
    with pytest.raises(ValueError, match="needs an encoder: label the files before"):
        EvalSettings(translate_train=("de",), projection="hybrid")
    with pytest.raises(ValueError, match="`projection` needs translate_train"):
        EvalSettings(projection="hmm")
    with pytest.raises(ValueError, match="unknown aligner `hm`"):
        EvalSettings(translate_train=("de",), projection="hm")


@pytest.fixture
def files(tmp_path):
    for lang in ("en", "de"):
        examples = MICRO.load(NER, lang, "train", 200)
        (tmp_path / f"{lang}.tsv").write_text(NER.handler.file_text(examples), encoding="utf-8")
        questions = MICRO.load(QA, lang, "train", 40)
        (tmp_path / f"{lang}.json").write_text(QA.handler.file_text(questions), encoding="utf-8")
    return tmp_path


def test_the_command(files):
    arguments = ["--languages", "en-de", "--source", str(files / "en.tsv"), "--target", str(files / "de.tsv")]
    out = files / "train-de.tsv"
    result = CliRunner().invoke(app, ["project", "panx", *arguments, "--score", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "against the annotation of de.tsv: f1" in result.output
    own = [line.split("\t")[0] for line in (files / "de.tsv").read_text(encoding="utf-8").splitlines()]
    assert [line.split("\t")[0] for line in out.read_text(encoding="utf-8").splitlines()] == own
    arguments = ["--languages", "en-de", "-s", str(files / "en.json"), "-t", str(files / "de.json")]
    result = CliRunner().invoke(app, ["project", "xquad", *arguments])
    assert result.exit_code == 0, result.output
    (article,) = json.loads(result.stdout)["data"]
    assert all(
        paragraph["context"][answer["answer_start"] :].startswith(answer["text"]) and answer["text"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
        for answer in question["answers"]
    )


def test_the_function(files):
    made = xlalign.project_file("panx", files / "en.tsv", files / "de.tsv", ("en", "de"))
    assert (len(made.examples), made.lost) == (200, 0)
    assert made.scores["f1"] > 70
    with pytest.raises(DataError, match="no file"):
        xlalign.project_file("panx", files / "none", files / "de.tsv", ("en", "de"))
