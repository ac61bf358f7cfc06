import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.errors import DataError, UserError
from xlalign.evaluation.kinds.mining import mining_f1
from xlalign.evaluation.metrics.answers import mlqa, qa_scores, squad
from xlalign.evaluation.metrics.scoring import accuracy
from xlalign.evaluation.metrics.tags import chunk_f1, chunks, token_accuracy
from xlalign.evaluation.tasks.languages import codes

POS = codes("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X")
NER = codes("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC E-LOC S-PER")


def corpora(tags: list[str]) -> st.SearchStrategy[list[list[tuple[str, str]]]]:
    sentence = st.lists(st.tuples(st.sampled_from(tags), st.sampled_from(tags)), min_size=1, max_size=8)
    return st.lists(sentence, min_size=1, max_size=4)


@pytest.mark.parametrize("tags", [POS, NER], ids=["pos", "ner"])
def test_current_rule_equals_seqeval(tags):
    seqeval = pytest.importorskip("seqeval.metrics")

    @given(corpora(tags))
    def check(corpus: list[list[tuple[str, str]]]) -> None:
        gold = [[g for g, _ in sentence] for sentence in corpus]
        predicted = [[p for _, p in sentence] for sentence in corpus]
        ours = chunk_f1(gold, predicted, "current")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = [
                100 * f(gold, predicted) for f in (seqeval.f1_score, seqeval.precision_score, seqeval.recall_score)
            ]
        assert [ours["f1"], ours["precision"], ours["recall"]] == pytest.approx(theirs, abs=1e-9)

    check()


def test_the_two_rules_differ_on_conjunctions():
    gold, predicted = [["CCONJ", "NOUN"]], [["SCONJ", "NOUN"]]
    assert chunk_f1(gold, predicted, "current")["f1"] == 100.0
    assert chunk_f1(gold, predicted, "legacy")["f1"] == 50.0
    assert token_accuracy(gold, predicted) == {"accuracy": 50.0}


def test_equal_neighbours_without_prefix_are_one_chunk():
    assert chunks([["NOUN", "NOUN", "VERB"]], "legacy") == {("NOUN", 0, 1), ("VERB", 2, 2)}


@pytest.mark.parametrize("rule", ["legacy", "current"])
def test_lenient_entity_starts(rule):
    assert chunk_f1([["B-PER", "I-PER"]], [["I-PER", "I-PER"]], rule)["f1"] == 100.0
    assert chunk_f1([["B-PER", "B-LOC"]], [["B-PER", "I-LOC"]], rule)["f1"] == 100.0


@pytest.mark.parametrize("rule", ["legacy", "current"])
def test_nothing_found_scores_zero(rule):
    assert chunk_f1([["O", "O"]], [["O", "O"]], rule) == {"f1": 0.0, "precision": 0.0, "recall": 0.0}


def test_a_chunk_ends_with_its_sentence():
    assert chunks([["B-PER"], ["I-PER"]], "current") == {("PER", 0, 0), ("PER", 2, 2)}


def test_tags_of_other_lengths_are_refused():
    with pytest.raises(DataError, match="sentence 2: 1 predicted tags for 2 words"):
        chunk_f1([["O"], ["O", "O"]], [["O"], ["O"]])


def test_accuracy():
    assert accuracy(["1", "0"], ["1", "1"]) == {"accuracy": 50.0}
    with pytest.raises(DataError, match="nothing to score"):
        accuracy([], [])


def test_mined_duplicates_count_once_and_nothing_mined_is_zero():
    gold = [("a", "b"), ("c", "d")]
    assert mining_f1(gold, [("a", "b"), ("a", "b")])["precision"] == 100.0
    assert mining_f1(gold, [])["f1"] == 0.0


def test_an_article_as_gold_and_an_empty_answer():
    assert qa_scores({"q": ["the"]}, {"q": ""}, squad) == {"exact_match": 100.0, "f1": 0.0}


def test_unanswered_questions_score_zero():
    assert qa_scores({"q": ["Rome"], "r": ["Rome"]}, {"q": "rome."}, squad) == {"exact_match": 50.0, "f1": 50.0}


def test_chinese_is_compared_by_character_in_mlqa_only():
    gold, predicted = {"q": ["北京"]}, {"q": "北京市"}
    assert qa_scores(gold, predicted, squad)["f1"] == 0.0
    assert qa_scores(gold, predicted, mlqa("zh"))["f1"] == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [("de", "Der Hund", "hund"), ("es", "los perros", "Perros"), ("vi", "những con", "con"), ("ar", "البيت", "بيت")],
)
def test_articles_of_the_language_do_not_count(lang, one, other):
    assert mlqa(lang)(one) == mlqa(lang)(other)


def test_mlqa_knows_seven_languages():
    with pytest.raises(UserError, match="no answer normalisation for `ru`"):
        mlqa("ru")


def test_the_best_gold_answer_counts():
    assert qa_scores({"q": ["in Rome", "Rome"]}, {"q": "Rome"}, squad)["exact_match"] == 100.0
