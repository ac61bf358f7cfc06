"""The contract of a kind of task: example, reading, gold, submission form, metric, and how answers come about.

A kind is stateless; everything an answer depends on is an argument. It derives from `TunedKind` where an encoder is
fine-tuned, from `ComparedKind` where sentence vectors are compared as the encoder gives them. Everything else of the
package asks the kind and knows none by name, so a kind of a plug-in is all that ours are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import TypeAdapter

from xlalign.alignment.projection import LinkedWords
from xlalign.errors import DataError, UserError, shown
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.metrics.scoring import Scorer
from xlalign.evaluation.options import FineTuning, HeadPooling, RetrievalOptions

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn

    from xlalign.evaluation.encoding import EncodedRows
    from xlalign.evaluation.packed import TaskRows


class Example:
    """One item of a data set. Kinds derive frozen dataclasses; a field that is None is not stored."""

    def texts(self) -> Iterator[str]:
        """Every text of the example: what must not be in the training data of a model that is tested on it."""
        raise NotImplementedError

    def shared_text(self) -> str:
        """The text that several examples may share (premise, context), so that they are held out together."""
        return next(self.texts())


E = TypeVar("E", bound=Example)

Reorder = Callable[[list[str]], tuple[list[str], list[int]]]
"""Words -> the words of a derived language, and for each the place of the word that it came from."""

SwitchWord = Callable[[str, int], str]
"""(word, its place) -> the word, or its translation."""

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""N texts -> unit vectors (N, D)."""


class RawExample(NamedTuple):
    """Fields as a file or the hub has them, under our names; `place` says where, for messages."""

    place: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class LabelSet:
    """The labels of a task, and how files spell them.

    Args:
        names: the closed set; empty for open answers.
        spellings: label in the files -> label; an empty one leaves the example out.
    """

    names: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)

    def check(self, place: str, found: str) -> str:
        """The label that `found` spells.

        Raises:
            DataError: it spells none.
        """
        label = self.spellings.get(found, found)
        if self.names and label not in self.names:
            raise DataError(f"{place}: label `{shown(str(label)[:80])}`; wanted one of {', '.join(self.names)}")
        return label

    def check_or_leave_out(self, place: str, found: str) -> str | None:
        """As `check`, and None for a spelling that leaves its example out."""
        return None if self.spellings.get(found) == "" else self.check(place, found)


@dataclass(frozen=True)
class SubmissionForm:
    """How answers are written in the benchmark's layout: `TASK/test-LANG.SUFFIX`.

    Args:
        suffix: ending of the file.
        predictions: file -> answers.
        labels: file -> gold answers.
        text: answers -> file.
    """

    suffix: str
    predictions: Callable[[Path], Any]
    labels: Callable[[Path], Any]
    text: Callable[[Any], str]


def read_answers(path: Path) -> list[str]:
    """One answer a line, outer white space removed."""
    return [line.strip() for line in read_lines(path)]


def lines_text(answers: Sequence[str]) -> str:
    """One answer a line."""
    return "".join(f"{answer}\n" for answer in answers)


LINES = SubmissionForm("tsv", read_answers, read_answers, lines_text)
"""One answer a line."""


class TaskKind(ABC, Generic[E]):
    """What is common to both sorts of kinds.

    Attributes:
        name: as messages call it ("a tagging task").
        example: the class of an example.
        form: how answers are submitted.
        scorer: the metrics, where a task names no others.
        labelled: answers come from a closed set that a task has to state.
        format: file format of a user's own data, where none is named.
        columns: our field -> usual column name of a user's own table.
        sentences: fields with a sentence each, which code-switching may take from a translation.
        paired: each language is paired with English, so English by itself is not tested.
    """

    name: ClassVar[str]
    example: type[E]
    form: SubmissionForm = LINES
    scorer: Scorer
    labelled: bool = True
    format: str = "table"
    columns: ClassVar[Mapping[str, str]] = {}
    sentences: tuple[str, ...] = ()
    paired: bool = False

    @abstractmethod
    def read(self, raw: RawExample, number: str, labels: LabelSet) -> E | None:
        """An example from raw fields; None leaves it out.

        Args:
            raw: fields of a file or of the hub.
            number: how many examples stand before it, its id where the data give none.
            labels: of the task.

        Raises:
            DataError: a field is malformed, or a label unknown.
        """

    def read_all(self, rows: Iterable[RawExample], labels: LabelSet) -> list[E]:
        """Every example of a file or split."""
        found: list[E] = []
        for raw in rows:
            example = self.read(raw, str(len(found)), labels)
            if example is not None:
                found.append(example)
        return found

    def to_json(self, example: E) -> dict[str, Any]:
        """The example as plain values, to be stored."""
        return dict(self._adapter.dump_python(example, mode="json", exclude_none=True))

    def from_json(self, row: Mapping[str, Any]) -> E:
        """An example that was stored, or drawn as plain values."""
        return self._adapter.validate_python(row)

    @cached_property
    def _adapter(self) -> TypeAdapter[E]:
        return TypeAdapter(self.example)

    @abstractmethod
    def gold(self, examples: Sequence[E]) -> Any:
        """The right answers, in the form that scorers and submissions take."""

    def annotation(self, examples: Sequence[E]) -> Any:
        """The right answers, in the form in which a model's answers are scored."""
        return self.gold(examples)

    def file_text(self, examples: Sequence[E]) -> str:
        """The examples as a file of the kind's own format.

        Raises:
            UserError: the kind has no such writer.
        """
        raise UserError(f"a {self.name} task is only read from files, and never written")

    def tested(self, examples: Sequence[E], split: str) -> list[E]:
        """Those of a split's examples that are tested on."""
        return list(examples)

    def derived(self, example: E, reorder: Reorder) -> E:
        """An English example in a derived language.

        Raises:
            UserError: the kind has no derivation.
        """
        raise UserError(f"a {self.name} task has no derived languages")

    def with_words(self, example: E, switch: SwitchWord) -> E:
        """An example with single words replaced; answers stay as they are.

        Raises:
            UserError: the kind has no training data.
        """
        raise UserError(f"code_switch = 'word' is not for a {self.name} task")

    def linkable(self, example: E, lang: str) -> list[str]:
        """The words that an annotation is carried over by, cut as the language is.

        Raises:
            UserError: the kind annotates no words.
        """
        raise UserError(f"a {self.name} task annotates no words, so there is nothing to project")

    def projected(self, sources: Sequence[E], targets: Sequence[E], links: Sequence[LinkedWords]) -> list[E | None]:
        """The targets with the annotation of the sources in place of their own; None where it is lost.

        Args:
            sources: annotated examples.
            targets: their translations, in the same order.
            links: of the words that `linkable` gives, in the same order.
        """
        raise UserError(f"a {self.name} task annotates no words, so there is nothing to project")


class TunedKind(TaskKind[E]):
    """A kind that an encoder is fine-tuned for: an output layer on its token vectors.

    Attributes:
        presets: preset -> fine-tuning options that this kind starts from; ours have theirs in `presets.toml`.
    """

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @abstractmethod
    def encode(self, examples: Sequence[E], tokenizer: Any, labels: Sequence[str], options: FineTuning) -> EncodedRows:
        """Tokenise examples, labels included."""

    @abstractmethod
    def output(self, labels: Sequence[str], width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """The output layer on states of `width`."""

    @abstractmethod
    def logits(self, output: nn.Module, states: torch.Tensor, packed: TaskRows, pooling: HeadPooling) -> torch.Tensor:
        """Scores from the last layer's token vectors (N, D) of a batch of N tokens."""

    def split(self, logits: np.ndarray, encoded: EncodedRows, rows: np.ndarray) -> Sequence[np.ndarray]:
        """The scores of a batch, row by row."""
        return list(logits)

    def loss(self, logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy over the batch and the number of predictions in it."""
        from torch.nn import functional as F

        return F.cross_entropy(logits, labels), len(labels)

    @abstractmethod
    def decode(
        self, logits: Sequence[np.ndarray], encoded: EncodedRows, examples: Sequence[E], labels: Sequence[str]
    ) -> Any:
        """Answers in the submission form from the logits of each row."""


class ComparedKind(TaskKind[E]):
    """A kind that is answered by comparing sentence vectors.

    Attributes:
        tunes_on_dev: examples of the language's dev split are asked for, to choose a threshold by.
    """

    labelled = False
    paired = True
    tunes_on_dev: bool = False

    def tuned_on(self, examples: Sequence[E], split: str) -> list[E]:
        """Those of the dev split's examples that a threshold is chosen by, when `split` is tested on."""
        return list(examples)

    @abstractmethod
    def similarity(self, options: RetrievalOptions) -> Literal["cosine", "margin", "csls"]:
        """The measure by which vectors are compared."""

    @abstractmethod
    def find(
        self, examples: Sequence[E], dev: Sequence[E], embed: Embed, options: RetrievalOptions
    ) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form, and scores that are by-products.

        Args:
            examples: of one language.
            dev: of the same language's dev split, none of them tested on; empty unless `tunes_on_dev`.
            embed: texts -> unit vectors.
            options: measure, neighbours.
        """
