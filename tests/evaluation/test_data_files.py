import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrowing import each, present

from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.formats import unquote
from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.data.text import read_lines, read_table
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.tasks import TASKS, XTREME

SHARED = Path(__file__).parents[2].parent / "shared/data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data")

CONLLU = """\
# text = zum Haus
1-2	zum	_	_	_	_	_	_	_	_
1	zu	zu	ADP	_	_	3	case	_	_
2	dem	der	DET	_	_	3	det	_	_
3	Haus	Haus	NOUN	_	_	0	root	_	_
3.1	leer	leer	VERB	_	_	_	_	_	_

1	_	_	X	_	_	0	root	_	_

"""


def put(base: Path, name: str, text: str) -> Path:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(task: str, base: Path, lang: str, split: str) -> Any:
    return TaskSource(f"folder:{base}").load(TASKS.get(task), lang, split)


def test_sentence_pairs(tmp_path):
    put(tmp_path, "xnli/dev-de.tsv", 'Eins.\tZwei.\tneutral\n"a ""b"" c"\td\tcontradictory\n')
    one, two = load("xnli", tmp_path, "de", "dev")
    assert one == LabelledSentences("0", "Eins.", "Zwei.", label="neutral")
    assert (two.first, two.label) == ('a "b" c', "contradiction")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\tneutral\na\tb\tmaybe\n", r"dev-de.tsv:2: label `maybe`; wanted one of entailment"),
        ("a\tb\tneutral\na\n", r"dev-de.tsv:2: 1 tab-separated columns; wanted 3"),
        ("a\tb\n", r"dev-de.tsv:1: two columns and no label"),
    ],
)
def test_bad_sentence_pairs_name_the_line(tmp_path, text, message):
    put(tmp_path, "xnli/dev-de.tsv", text)
    with pytest.raises(DataError, match=message):
        load("xnli", tmp_path, "de", "dev")


def test_tokens_without_tags_are_explained(tmp_path):
    put(tmp_path, "panx/test-de.tsv", "Anna\nschläft\n")
    with pytest.raises(DataError, match=r"test-de.tsv:1: a token and no tag") as caught:
        load("panx", tmp_path, "de", "test")
    assert "strips the labels" in present(caught.value.hint)


def test_missing_gold_is_among_what_was_looked_for(tmp_path):
    with pytest.raises(DataError, match=r"de-en.test.de \+ bucc2018/de-en.test.en \+ bucc2018/de-en.test.gold, or"):
        load("bucc", tmp_path, "de", "test")


def test_missing_file_says_what_was_looked_for(tmp_path):
    with pytest.raises(DataError, match=r"looked for: xnli/test-sw.tsv"):
        load("xnli", tmp_path, "sw", "test")


def test_iob_with_and_without_language_prefix(tmp_path):
    put(tmp_path, "panx/test-de.tsv", "de:Anna\tB-PER\nschläft\tO\n\n\nBonn\tB-LOC\n")
    assert [example.words for example in load("panx", tmp_path, "de", "test")] == [("Anna", "schläft"), ("Bonn",)]


def test_conllu_fuses_words_and_drops_empty_text(tmp_path):
    put(tmp_path, "ud/de_gsd-ud-test.conllu", CONLLU)
    assert load("udpos", tmp_path, "de", "test") == [TaggedWords("0", ("zum", "Haus"), ("ADP", "NOUN"))]


def test_all_treebanks_of_a_language_but_no_other_language(tmp_path):
    for name in ("de_gsd", "de_pud", "dex_gsd"):
        put(tmp_path, f"ud/{name}-ud-test.conllu", CONLLU)
    assert len(load("udpos", tmp_path, "de", "test")) == 2


@pytest.mark.parametrize("span", ["1-10000000", "2-1", "a-b", "3-"])
def test_conllu_spans_lie_in_their_sentence(tmp_path, span):
    put(tmp_path, "ud/de_gsd-ud-test.conllu", CONLLU.replace("1-2\tzum", f"{span}\tzum"))
    with pytest.raises(DataError, match=rf"conllu:2: multi-word token `{span}`"):
        load("udpos", tmp_path, "de", "test")


def test_conllu_errors_name_the_line(tmp_path):
    put(tmp_path, "ud/de_gsd-ud-test.conllu", CONLLU.replace("ADP", "APD"))
    with pytest.raises(DataError, match=r"conllu:3: UPOS tag `APD`"):
        load("udpos", tmp_path, "de", "test")
    put(tmp_path, "ud/de_gsd-ud-test.conllu", "1\tzu\tADP\n")
    with pytest.raises(DataError, match=r"conllu:1: 3 columns; CoNLL-U has 10"):
        load("udpos", tmp_path, "de", "test")


def test_tatoeba_sides_must_be_parallel(tmp_path):
    put(tmp_path, "tatoeba/deu-eng.deu", "eins\nzwei\n")
    put(tmp_path, "tatoeba/deu-eng.eng", "one\n")
    with pytest.raises(DataError, match="wanted equally many"):
        load("tatoeba", tmp_path, "de", "test")


def test_bucc_gold_must_name_known_sentences(tmp_path):
    put(tmp_path, "bucc2018/de-en.dev.de", "de-1\teins\n")
    put(tmp_path, "bucc2018/de-en.dev.en", "en-1\tone\n")
    put(tmp_path, "bucc2018/de-en.dev.gold", "de-1\ten-2\n")
    with pytest.raises(DataError, match=r"gold:1: no sentence has the id `en-2`"):
        load("bucc", tmp_path, "de", "dev")


def test_a_line_ends_at_the_line_feed_only(tmp_path):
    assert read_lines(put(tmp_path, "a", "a\u2028b\r\nc")) == ["a\u2028b", "c"]


def test_a_truncated_archive_is_reported(tmp_path):
    path = tmp_path / "a.xz"
    path.write_bytes(lzma.compress(b"text" * 1000)[:-20])
    with pytest.raises(DataError, match=r"damaged or incomplete \.xz file"):
        read_lines(path)


@given(st.text(alphabet='ab"\t ', max_size=8))
def test_unquote_undoes_a_csv_writer(text):
    quoted = '"' + text.replace('"', '""') + '"'
    assert unquote(quoted) == text


@needs_data
@pytest.mark.parametrize(
    ("task", "lang", "split", "count"),
    [
        ("xnli", "zh", "test", 5010),
        ("xnli", "en", "dev", 2490),
        ("pawsx", "de", "test", 2000),
        ("udpos", "de", "test", 977 + 1000),
        ("panx", "en", "train", 20000),
        ("panx", "ar", "dev", 10000),
        ("xquad", "ru", "test", 1190),
        ("mlqa", "de", "dev", 512),
        ("tydiqa", "en", "train", 3696),
        ("tatoeba", "zh", "test", 1000),
        ("bucc", "zh", "dev", 1),
        ("sib200", "de", "test", 204),
        ("sib200", "zh", "train", 701),
        ("xcopa", "zh", "test", 500),
        ("xcopa", "en", "train", 400),
        ("sick", "en", "train", 4500),
    ],
)
def test_real_files(task, lang, split, count):
    assert len(load(task, SHARED, lang, split)) == count


@needs_data
def test_what_a_folder_holds():
    source = TaskSource(f"folder:{SHARED}")
    assert source.scheme.languages(TASKS.get("tatoeba"), "test", ()) == ["ar", "de", "fr", "ru", "zh"]
    assert source.scheme.languages(TASKS.get("tatoeba"), "test", ("en", "zh")) == ["zh"]
    with pytest.raises(DataError, match="no test data of tatoeba in sw; found: ar, de"):
        source.scheme.languages(TASKS.get("tatoeba"), "test", ("sw",))
    assert "data.bucc.zh-en.dev.gold" in dict(source.scheme.pins(TASKS.get("bucc"), "zh", "dev"))


def test_a_source_needs_a_known_scheme():
    with pytest.raises(UserError, match="unknown data source `down`"):
        TaskSource("down").load(TASKS.get("xnli"), "en", "test")


def test_every_task_is_complete():
    for name in XTREME:
        task = TASKS.get(name)
        assert task.name == name
        assert task.license
        assert task.citation
        assert list(task.languages) == sorted(task.languages)
        assert task.hub is None or len(task.hub.revision) == 40


@needs_data
def test_pairs_without_a_majority_label_are_left_out():
    labels = {example.label for example in load("ocnli", SHARED, "zh", "test")}
    assert labels == {"entailment", "neutral", "contradiction"}


def test_tables_say_what_is_missing(tmp_path):
    put(tmp_path, "sib200/deu_Latn.test.tsv", "index_id\ttext\n1\tHallo\n")
    with pytest.raises(DataError, match=r"tsv:2: no column category; found: index_id, text"):
        load("sib200", tmp_path, "de", "test")
    put(tmp_path, "sib200/deu_Latn.test.tsv", "category\ttext\ntravel\n")
    with pytest.raises(DataError, match=r"tsv:2: 1 fields; the header has 2"):
        load("sib200", tmp_path, "de", "test")
    put(tmp_path, "xcopa/test.zh.jsonl", '{"premise": "a"\n')
    with pytest.raises(DataError, match=r"jsonl:1: not JSON"):
        load("xcopa", tmp_path, "zh", "test")


def test_tokens_separated_by_a_blank(tmp_path):
    put(tmp_path, "masakhaner/swa/test.txt", "Rais O\nKenyatta B-PER\n\nleo B-DATE\n")
    assert [example.tags for example in load("masakhaner", tmp_path, "swa", "test")] == [("O", "B-PER"), ("B-DATE",)]


def test_a_part_is_spread_evenly(tmp_path):
    put(tmp_path, "xnli/test-de.tsv", "".join(f"{n}\tb\tneutral\n" for n in range(10)))
    found = each(LabelledSentences, TaskSource(f"folder:{tmp_path}").load(TASKS.get("xnli"), "de", "test", 4))
    assert [example.first for example in found] == ["0", "2", "5", "7"]
    assert len(TaskSource(f"folder:{tmp_path}").load(TASKS.get("xnli"), "de", "test", 40)) == 10


def test_a_table_from_a_spreadsheet(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('\ufefftext,label\n"two\nlines",1\n\n"b, c",2\n', encoding="utf-8")
    assert [(number, row) for _, number, row in read_table(path)] == [
        (3, {"text": "two\nlines", "label": "1"}),
        (5, {"text": "b, c", "label": "2"}),
    ]
    path.write_text('text,label\n"two\nlines",1\nb\n')
    with pytest.raises(DataError, match=r"a.csv:4: 1 fields; the header has 2: text, label"):
        list(read_table(path))


def test_answers_that_were_stripped_are_not_scored(tmp_path):
    answers = [{"text": "", "answer_start": 0}]
    paragraph = {"context": "c", "qas": [{"id": "1", "question": "q", "answers": answers}]}
    put(tmp_path, "xquad/xquad.de.json", json.dumps({"data": [{"paragraphs": [paragraph]}]}))
    with pytest.raises(DataError, match=r"xquad.de.json: all 1 gold answers are empty") as caught:
        load("xquad", tmp_path, "de", "test")
    assert "labels" in present(caught.value.hint)
