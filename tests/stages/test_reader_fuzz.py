"""Files of tasks, gold links and lexicons with mistakes: what is in them, or one error that names the file."""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mutation import read_many

from xlalign.alignment import gold, lexicon, pharaoh
from xlalign.bitext.readers.lines import lines
from xlalign.errors import DataError, shown
from xlalign.evaluation.data.mixing import read_lexicon
from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.tasks import TASKS

Reader = Callable[[Path], object]


def of_task(task: str) -> Reader:
    """A reader of the folder of task data in which the file lies."""

    def read(path: Path) -> object:
        for example in TaskSource(f"folder:{path.parents[1]}").load(TASKS.get(task), "de", "test"):
            json.dumps(TASKS.get(task).handler.to_json(example)).encode()
            [text.encode() for text in example.texts()]
        return None

    return read


def pharaoh_lines(path: Path) -> object:
    return [pharaoh.parse(line, 0, f"{path}:{number}") for number, line in enumerate(lines(path), 1)]


def beside(path: Path) -> object:
    """The links of two pairs, whatever stands there."""
    text = path.with_name("a.src-tgt")
    text.write_text("a b c ||| d e f\n" * 3)
    return gold.read(text)


def parquet(**columns: Sequence[object]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


CONLLU = b"""# text = zum Haus
1-2\tzum\t_\t_\t_\t_\t_\t_\t_\t_
1\tzu\tzu\tADP\t_\t_\t3\tcase\t_\t_
2\tdem\tder\tDET\t_\t_\t3\tdet\t_\t_
3\tHaus\tHaus\tNOUN\t_\t_\t0\troot\t_\t_
3.1\tleer\tleer\tVERB\t_\t_\t_\t_\t_\t_

"""
ANSWERS = [{"text": "Haus", "answer_start": 4}]
SQUAD = {
    "data": [{"paragraphs": [{"context": "das Haus", "qas": [{"id": "1", "question": "q?", "answers": ANSWERS}]}]}]
}
PAIR = {"source_words": [["a", "b"]] * 3, "target_words": [["c", "d"]] * 3}
GOLD = parquet(**PAIR, sure=[[[0, 0]]] * 3, possible=[[[0, 0], [1, 1]]] * 3)
LEXICON = b"source\ttarget\tcount\tp(t|s)\tp(s|t)\nhouse\tHaus\t3.5\t0.9\t1.0\ncat\tKatze\t1\t1\t1\n"

SEEDS: dict[str, tuple[bytes, Reader]] = {
    "ud/de_gsd-ud-test.conllu": (CONLLU * 3, of_task("udpos")),
    "ud/de_gsd-ud-test.conllu.xz": (lzma.compress(CONLLU * 30), of_task("udpos")),
    "xquad/xquad.de.json": (json.dumps(SQUAD).encode(), of_task("xquad")),
    "xnli/test-de.tsv": (b'Eins.\tZwei.\tneutral\n"a ""b"" c"\td\tcontradictory\n', of_task("xnli")),
    "panx/test-de.tsv": ("de:Anna\tB-PER\nschläft\tO\n\nBonn\tB-LOC\n".encode(), of_task("panx")),
    "sib200/deu_Latn.test.tsv": (b"index_id\ttext\tcategory\n1\tHallo\ttravel\n2\tHo\tsports\n", of_task("sib200")),
    "links.pharaoh": (b"0-0 1-2 2-1:0.5\n1-1 2p3 3?3\n\n", pharaoh_lines),
    "a.gold": (b"1-1 2-2\n1-2 2p3\n3-3\n", beside),
    "wpt/a.gold": (b"1 1 1 S\n1 2 2 P\n2 1 1\n3 3 3\n", beside),
    "gold.tsv": (b"a b c\td e f\t1-1 2-2\nx y\tz w\t1-1 2p2\n", gold.read),
    "gold.parquet": (GOLD, gold.read),
    "lexicon.tsv": (
        b"source\ttarget\tcount\tp(t|s)\tp(s|t)\nhouse\tHaus\t3.5\t0.9\t1.0\ncat\tKatze\t1\t1\t1\n",
        lexicon.read_any,
    ),
    "muse.txt": (b"house Haus\ncat\tKatze\nhouse Heim\n", lexicon.read_any),
    "mixing.tsv": (b"house\tHaus\ncat\tKatze\tx\n", read_lexicon),
}


def attempt(path: Path, read: Reader, data: bytes) -> None:
    path.write_bytes(data)
    said = f"gold links of {path}"
    try:
        read(path)
    except DataError as error:
        said = error.message
    # Whole files of gold links may be wrong; every other mistake has a place.
    assert str(path.parents[1]) in said or "gold links" in said, said
    assert shown(said) == said


def place(folder: Path, name: str) -> Path:
    path = folder / "files" / name
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("name", SEEDS)
def test_the_file_itself_is_read(tmp_path, name):
    path, (seed, read) = place(tmp_path, name), SEEDS[name]
    path.write_bytes(seed)
    read(path)


@pytest.mark.parametrize("name", SEEDS)
def test_mutated_files(tmp_path, name):
    path, (seed, read) = place(tmp_path, name), SEEDS[name]
    read_many(f"few {name}", seed, lambda data: attempt(path, read, data), count=40)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_many_mutated_files(tmp_path, name):
    path, (seed, read) = place(tmp_path, name), SEEDS[name]
    read_many(name, seed, lambda data: attempt(path, read, data))


BOMBS = {
    "ud/de_gsd-ud-test.conllu.xz": (lzma.compress(bytes(1 << 28), preset=0), "a line of more than"),
    "xquad/xquad.de.json": (b"[" * 100_000, "not JSON"),
    "panx/test-de.tsv": ("²\tO\n".encode() * 3, ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(tmp_path, name):
    data, message = BOMBS[name]
    path = place(tmp_path, name)
    path.write_bytes(data)
    if not message:
        SEEDS[name][1](path)
        return
    with pytest.raises(DataError, match=message):
        SEEDS[name][1](path)
