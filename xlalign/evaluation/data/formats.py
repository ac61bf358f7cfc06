"""File formats of task data -> the fields of each example and where they stand; errors name the line.

A reader takes the files of each role (most formats have one role), the language and the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlalign.errors import DataError, shown
from xlalign.evaluation.data.conllu import read_conllu
from xlalign.evaluation.data.text import read_json, read_lines, read_table
from xlalign.evaluation.kinds.base import RawExample

if TYPE_CHECKING:
    from xlalign.evaluation.tasks.base import Task

Roles = Sequence[Sequence[Path]]
_STRIPPED = "XTREME strips the labels of test files: put labelled files there, or use data = 'hub:'"

FileReader = Callable[[Roles, str, "Task"], Iterator[RawExample]]


def read_files(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """The fields of every example in the files of a task, one list of files a role.

    Raises:
        DataError: a line is malformed.
    """
    return FORMATS[task.reader or task.handler.format](roles, lang, task)


def pairs(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """`sentence1<TAB>sentence2<TAB>label` without a header (XNLI, PAWS-X)."""
    for path, number, fields in _rows(roles[0]):
        if len(fields) == 2:
            raise DataError(f"{path}:{number}: two columns and no label", _STRIPPED)
        _columns(path, number, fields, 3, "sentence1, sentence2, label")
        first, second = (unquote(field) for field in fields[:2])
        yield RawExample(f"{path}:{number}", {"first": first, "second": second, "label": fields[2]})


def iob(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """`token<TAB>tag` (or `index<TAB>token<TAB>tag`), blank line between sentences (PAN-X, WikiNEuRal).

    Universal NER has two more columns behind the tag and comments `# name = value`.
    """
    sentence: list[tuple[str, str]] = []
    for place, token in _token_rows(roles[0], lang, task):
        if token is not None:
            sentence.append(token)
        elif sentence:
            words, tags = zip(*sentence, strict=True)
            yield RawExample(place, {"words": words, "tags": tags})
            sentence = []


def conllu(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """CoNLL-U files, all treebanks of the language one after the other."""
    for path in roles[0]:
        for words, tags in read_conllu(path, lang, task.labels):
            yield RawExample(str(path), {"words": words, "tags": tags})


def pos(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """CoNLL-U, or XTREME's `token<TAB>tag` files made from it."""
    is_conllu = ".conllu" in roles[0][0].name
    return (conllu if is_conllu else iob)(roles, lang, task)


def squad(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """SQuAD v1.1 JSON; a file without any text in its answers has lost them."""
    for path in roles[0]:
        questions = list(_questions(path))
        if questions and not any(text.strip() for one in questions for text in one.fields["answers"]["text"]):
            raise DataError(f"{path}: all {len(questions)} gold answers are empty", _STRIPPED)
        yield from questions


def parallel(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """Two line-parallel files: foreign, English (Tatoeba)."""
    source, target = (read_lines(role[0]) for role in roles)
    if len(source) != len(target):
        raise DataError(f"{roles[0][0]} has {len(source)} lines and {roles[1][0]} {len(target)}; wanted equally many")
    for number, (one, other) in enumerate(zip(source, target, strict=True), 1):
        yield RawExample(f"{roles[0][0]}:{number}", {"source": one.strip(), "target": other.strip()})


def mining(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """`id<TAB>sentence` on both sides and `source id<TAB>target id` gold pairs (BUCC): one example in all."""
    source, target, gold = ([_two(*row) for row in _rows(role)] for role in roles)
    known = {key for key, _ in source} | {key for key, _ in target}
    for path, number, fields in _rows(roles[2]):
        if missing := [key for key in fields if key not in known]:
            raise DataError(f"{path}:{number}: no sentence has the id `{shown(missing[0])}`")
    yield RawExample(str(roles[2][0]), {"source": source, "target": target, "gold": gold})


def table(roles: Roles, lang: str, task: Task) -> Iterator[RawExample]:
    """Tables with a header (CSV, TSV) or JSON lines; `task.columns` says which column is which of our fields."""
    for path, number, row in chain.from_iterable(map(read_table, roles[0])):
        if missing := [column for column in task.columns.values() if row.get(column) is None]:
            raise DataError(
                f"{path}:{number}: no column {', '.join(missing)}; found: {shown(', '.join(map(str, row)))[:300]}"
            )
        yield RawExample(f"{path}:{number}", {ours: row[theirs] for ours, theirs in task.columns.items()})


def unquote(field: str) -> str:
    """Undo a CSV writer's quoting, which XTREME's preparation leaves in its files."""
    inner = field[1:-1]
    quoted = len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else field


def _rows(paths: Iterable[Path]) -> Iterator[tuple[Path, int, list[str]]]:
    for path in paths:
        for number, line in enumerate(read_lines(path), 1):
            yield path, number, line.split("\t")


def _two(path: Path, number: int, fields: list[str]) -> tuple[str, str]:
    _columns(path, number, fields, 2, "id and text")
    return fields[0], fields[1]


def _columns(path: Path, number: int, fields: Sequence[str], wanted: int, names: str) -> None:
    if len(fields) != wanted:
        raise DataError(f"{path}:{number}: {len(fields)} tab-separated columns; wanted {wanted}: {names}")


def _token_rows(paths: Iterable[Path], lang: str, task: Task) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """(place, (token, tag)) per token and (place, None) at the end of a sentence."""
    place = ""
    for path, number, fields in _rows(paths):
        place = f"{path}:{number}"
        if not "".join(fields).strip():
            yield place, None
            continue
        if len(fields) == 1 and fields[0].startswith("# ") and " = " in fields[0]:
            continue
        columns = fields if len(fields) > 1 else fields[0].split()
        columns = columns[1:3] if len(columns) in (3, 5) and columns[0].isdigit() else columns
        if len(columns) == 1 and columns[0] not in task.labels:
            raise DataError(f"{place}: a token and no tag", _STRIPPED)
        _columns(path, number, columns, 2, "token, tag")
        yield place, (columns[0].removeprefix(f"{lang}:"), task.label_set.check(place, columns[1].strip()))
    yield place, None


def _questions(path: Path) -> Iterator[RawExample]:
    document = read_json(path)
    try:
        articles = document["data"] if isinstance(document, dict) else document
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield RawExample(str(path), _question(paragraph["context"], question))
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not a SQuAD v1.1 file: {shown(repr(error))}") from error


def _question(context: str, question: dict[str, Any]) -> dict[str, Any]:
    """A question with its answers in columns, as the hub has them."""
    answers = {name: [answer[name] for answer in question["answers"]] for name in ("text", "answer_start")}
    texts = [question["id"], context, question["question"], *answers["text"]]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("id, context, question and text of an answer are texts")
    if not all(type(start) is int and start >= 0 for start in answers["answer_start"]):
        raise TypeError("answer_start counts characters from 0")
    return {"id": question["id"], "context": context, "question": question["question"], "answers": answers}


FORMATS: dict[str, FileReader] = {
    "pairs": pairs,
    "iob": iob,
    "pos": pos,
    "squad": squad,
    "parallel": parallel,
    "mining": mining,
    "table": table,
}
