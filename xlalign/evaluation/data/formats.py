"""File formats of task data -> plain example dicts; every line is checked and errors name it.

A reader takes the files of each role (most formats have one role), the language and the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from xlalign.errors import DataError
from xlalign.evaluation.data.conllu import read_conllu
from xlalign.evaluation.data.text import read_json, read_lines, read_table
from xlalign.evaluation.tasks.base import Example, Task

Roles = Sequence[Sequence[Path]]
_STRIPPED = "XTREME strips the labels of test files: put labelled files there, or use data = 'hub:'"

Reader = Callable[[Roles, str, Task], list[Example]]


def pairs(roles: Roles, lang: str, task: Task) -> list[Example]:
    """`sentence1<TAB>sentence2<TAB>label` without a header (XNLI, PAWS-X)."""
    rows: list[Example] = []
    for path, number, fields in _rows(roles[0]):
        if len(fields) == 2:
            raise DataError(f"{path}:{number}: two columns and no label", _STRIPPED)
        _columns(path, number, fields, 3, "sentence1, sentence2, label")
        label = _label(path, number, fields[2], task)
        first, second = (unquote(field) for field in fields[:2])
        rows.append({"id": str(len(rows)), "first": first, "second": second, "label": label})
    return rows


def iob(roles: Roles, lang: str, task: Task) -> list[Example]:
    """`token<TAB>tag` (or `index<TAB>token<TAB>tag`), blank line between sentences (PAN-X, WikiNEuRal)."""
    return _sentences(_token_rows(roles[0], lang, task))


def conllu(roles: Roles, lang: str, task: Task) -> list[Example]:
    """CoNLL-U files, all treebanks of the language one after the other."""
    sentences = (sentence for path in roles[0] for sentence in read_conllu(path, lang, task.labels))
    return [{"id": str(number), **sentence} for number, sentence in enumerate(sentences)]


def pos(roles: Roles, lang: str, task: Task) -> list[Example]:
    """CoNLL-U, or XTREME's `token<TAB>tag` files made from it."""
    is_conllu = ".conllu" in roles[0][0].name
    return (conllu if is_conllu else iob)(roles, lang, task)


def squad(roles: Roles, lang: str, task: Task) -> list[Example]:
    """SQuAD v1.1 JSON."""
    return [example for path in roles[0] for example in _answered(path)]


def parallel(roles: Roles, lang: str, task: Task) -> list[Example]:
    """Two line-parallel files: foreign, English (Tatoeba)."""
    source, target = (read_lines(role[0]) for role in roles)
    if len(source) != len(target):
        raise DataError(f"{roles[0][0]} has {len(source)} lines and {roles[1][0]} {len(target)}; wanted equally many")
    return [
        {"id": str(row), "source": one.strip(), "target": other.strip()}
        for row, (one, other) in enumerate(zip(source, target, strict=True))
    ]


def mining(roles: Roles, lang: str, task: Task) -> list[Example]:
    """`id<TAB>sentence` on both sides and `source id<TAB>target id` gold pairs (BUCC)."""
    source, target, gold = ([_two(*row) for row in _rows(role)] for role in roles)
    known = {key for key, _ in source} | {key for key, _ in target}
    for path, number, fields in _rows(roles[2]):
        if missing := [key for key in fields if key not in known]:
            raise DataError(f"{path}:{number}: no sentence has the id `{missing[0]}`")
    return [{"source": source, "target": target, "gold": gold}]


def table(roles: Roles, lang: str, task: Task) -> list[Example]:
    """Tables with a header (CSV, TSV) or JSON lines; `task.columns` says which column is which of our fields."""
    rows: list[Example] = []
    for path, number, row in chain.from_iterable(map(read_table, roles[0])):
        if missing := [column for column in task.columns.values() if row.get(column) is None]:
            raise DataError(f"{path}:{number}: no column {', '.join(missing)}; found: {', '.join(map(str, row))}")
        example = {ours: row[theirs] for ours, theirs in task.columns.items()}
        if task.spellings.get(str(example.get("label"))) == "":
            continue
        rows.append({"id": str(len(rows)), **_checked(path, number, example, task)})
    return rows


def choices(roles: Roles, lang: str, task: Task) -> list[Example]:
    """JSON lines with premise, choice1, choice2, question and label (XCOPA)."""
    return [
        {
            "id": example["id"],
            "first": example["first"],
            "choices": [example["choice1"], example["choice2"]],
            "question": example["question"],
            "label": example["label"],
        }
        for example in table(roles, lang, task)
    ]


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


def _label(path: Path, number: int, found: str, task: Task) -> str:
    label = task.spellings.get(found, found)
    if task.labels and label not in task.labels:
        raise DataError(f"{path}:{number}: label `{label}`; wanted one of {', '.join(task.labels)}")
    return label


def _token_rows(paths: Iterable[Path], lang: str, task: Task) -> Iterator[tuple[str, str] | None]:
    """(token, tag) per token and None at the end of a sentence."""
    for path, number, fields in _rows(paths):
        if not "".join(fields).strip():
            yield None
            continue
        columns = fields if len(fields) > 1 else fields[0].split()
        columns = columns[1:] if len(columns) == 3 and columns[0].isdigit() else columns
        if len(columns) == 1 and columns[0] not in task.labels:
            raise DataError(f"{path}:{number}: a token and no tag", _STRIPPED)
        _columns(path, number, columns, 2, "token, tag")
        yield columns[0].removeprefix(f"{lang}:"), _label(path, number, columns[1].strip(), task)
    yield None


def _checked(path: Path, number: int, example: Example, task: Task) -> Example:
    if "label" in example:
        example["label"] = _label(path, number, str(example["label"]), task)
    if "tags" in example:
        example["tags"] = [_label(path, number, tag, task) for tag in example["tags"]]
        if len(example["tags"]) != len(example["words"]):
            raise DataError(f"{path}:{number}: {len(example['tags'])} tags for {len(example['words'])} words")
    return example


def _sentences(tokens: Iterable[tuple[str, str] | None]) -> list[Example]:
    found: list[Example] = []
    sentence: list[tuple[str, str]] = []
    for token in tokens:
        if token is not None:
            sentence.append(token)
        elif sentence:
            words, tags = zip(*sentence, strict=True)
            found.append({"id": str(len(found)), "words": list(words), "tags": list(tags)})
            sentence = []
    return found


def _answered(path: Path) -> list[Example]:
    """The questions of a file; one without any text in its answers has lost them."""
    questions = list(_questions(path))
    if questions and not any(answer["text"].strip() for question in questions for answer in question["answers"]):
        raise DataError(f"{path}: all {len(questions)} gold answers are empty", _STRIPPED)
    return questions


def _questions(path: Path) -> Iterator[Example]:
    document = read_json(path)
    try:
        articles = document["data"] if isinstance(document, dict) else document
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield _question(path, paragraph["context"], question)
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: not a SQuAD v1.1 file: {error!r}") from error


def _question(path: Path, context: str, question: dict[str, Any]) -> Example:
    answers = [{"text": answer["text"], "start": answer["answer_start"]} for answer in question["answers"]]
    if not answers:
        raise DataError(f"{path}: question {question['id']} has no answer; wanted at least one")
    return {"id": question["id"], "context": context, "question": question["question"], "answers": answers}


FORMATS: dict[str, Reader] = {
    "pairs": pairs,
    "iob": iob,
    "pos": pos,
    "squad": squad,
    "parallel": parallel,
    "mining": mining,
    "table": table,
    "choices": choices,
}
