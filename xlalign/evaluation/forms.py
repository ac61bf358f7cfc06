"""Predictions and labels as files, in the benchmark's submission layout.

classification, retrieval   test-xx.tsv   one answer a line
mining                      test-xx.tsv   source id, tab, target id
tagging                     test-xx.tsv   one tag a line, blank line between sentences
qa                          test-xx.json  {question id: answer}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlalign.errors import DataError
from xlalign.evaluation.data.text import read_json, read_lines


@dataclass(frozen=True)
class Form:
    """How one kind of task writes its answers: file ending, readers of predictions and of labels, writer."""

    suffix: str
    predictions: Callable[[Path], Any]
    labels: Callable[[Path], Any]
    text: Callable[[Any], str]


def read_answers(path: Path) -> list[str]:
    """One answer a line, outer white space removed."""
    return [line.strip() for line in read_lines(path)]


def read_pairs(path: Path) -> list[tuple[str, ...]]:
    """The tab-separated fields of each line."""
    return [tuple(line.split("\t")) for line in read_answers(path)]


def read_tags(path: Path) -> list[list[str]]:
    """Sentences of tags; each blank line closes a sentence, so two in a row make an empty one."""
    sentences: list[list[str]] = [[]]
    for line in read_answers(path):
        if line:
            sentences[-1].append(line)
        else:
            sentences.append([])
    return sentences if sentences[-1] else sentences[:-1]


def read_spans(path: Path) -> dict[str, str]:
    """Question id -> answer text.

    Raises:
        DataError: the file is not a JSON object of texts.
    """
    answers = read_json(path)
    if not isinstance(answers, dict) or not all(isinstance(text, str) for text in answers.values()):
        raise DataError(f"{path}: wanted a JSON object of question id to answer text")
    return answers


def read_gold_spans(path: Path) -> dict[str, list[str]]:
    """Question id -> gold answers of a SQuAD file, with or without its outer `data`.

    Raises:
        DataError: the file has another shape.
    """
    document = read_json(path)
    try:
        articles = document.get("data", document) if isinstance(document, dict) else document
        questions = [q for article in articles for paragraph in article["paragraphs"] for q in paragraph["qas"]]
        return {q["id"]: [answer["text"] for answer in q["answers"]] for q in questions}
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: not a SQuAD v1.1 file: {error!r}") from error


def lines_text(answers: Sequence[str]) -> str:
    """One answer a line."""
    return "".join(f"{answer}\n" for answer in answers)


def pairs_text(pairs: Sequence[Sequence[str]]) -> str:
    """One tab-separated row a line."""
    return lines_text(["\t".join(pair) for pair in pairs])


def tags_text(sentences: Sequence[Sequence[str]]) -> str:
    """One tag a line and a blank line after each sentence."""
    return "".join(lines_text(sentence) + "\n" for sentence in sentences)


def spans_text(answers: Mapping[str, str]) -> str:
    """A JSON object, one question a line."""
    return json.dumps(answers, ensure_ascii=False, indent=1) + "\n"


FORMS: dict[str, Form] = {
    "classification": Form("tsv", read_answers, read_answers, lines_text),
    "choice": Form("tsv", read_answers, read_answers, lines_text),
    "retrieval": Form("tsv", read_answers, read_answers, lines_text),
    "mining": Form("tsv", read_pairs, read_pairs, pairs_text),
    "tagging": Form("tsv", read_tags, read_tags, tags_text),
    "qa": Form("json", read_spans, read_gold_spans, spans_text),
}
