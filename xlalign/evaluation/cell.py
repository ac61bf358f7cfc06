"""What one cell of the grid (task x seed, for any model) depends on, and nothing else.

    GridCell
      test: TestSet            identifies the stored test data
      tuning: Tuning | None    identifies a fine-tuned model; None where sentence vectors are compared
        data: TrainingSet      identifies the stored training data
      retrieval                how vectors are compared, where nothing is fine-tuned

Each part is the whole settings of one stage, so what does not concern a stage cannot make it run again.
"""

from __future__ import annotations

from pydantic import Field

from xlalign.config import Settings, operational
from xlalign.evaluation.metrics.scoring import ChunkRule
from xlalign.evaluation.options import Count, FineTuning, Mixing, Regime, RetrievalOptions
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.custom import CustomTask


class TaskRef(Settings):
    """A task by its name, or described by the user."""

    task: str = Field(description="name of the task")
    custom: CustomTask | None = Field(None, description="the task, where it is the user's own")
    data: str = Field("micro:", description="source of the data")

    def resolved(self) -> Task:
        """The task itself."""
        return self.custom.task(self.task) if self.custom else TASKS.get(self.task)


class TrainingSet(TaskRef):
    """Which examples a fine-tuning trains on and chooses by."""

    split: str = Field("train", description="the split that is trained on")
    held_out: bool = Field(False, description="dev is taken from the training data: the dev split is needed for a test")
    mixing: Mixing | None = Field(None, description="training data in other languages; empty = zero-shot")
    train_examples: Count = Field(0, description="English training examples; 0 = all")
    dev_examples: Count = Field(0, description="English dev examples; 0 = all")


class TestSet(TaskRef):
    """Which examples a cell is tested on."""

    __test__ = False

    split: str = Field("test", description="the split that is tested on")
    languages: tuple[str, ...] = Field((), description="languages to test in; empty = all")
    english: bool = Field(True, description="English is tested, too; not where its split was trained on")
    test_examples: Count = Field(0, description="test examples a language; 0 = all")
    dev_examples: Count = Field(0, description="examples of the dev split, where vectors are compared; 0 = all")


class Tuning(Settings):
    """One fine-tuning of any model. Tasks that train on the same data share it, as XQuAD and MLQA do."""

    data: TrainingSet = Field(description="the examples")
    seed: Count = Field(0, description="seed of the output layer, the order of examples and dropout")
    regime: Regime | None = Field(None, description="the regime; empty = the best of the grid on English dev")
    steps: Count = Field(0, description="optimizer steps; 0 = as the options say")
    options: FineTuning = Field(default_factory=FineTuning, description="fine-tuning options")
    rule: ChunkRule = Field("legacy", description="chunk rule of tagging F1")
    device: str = operational("auto", "auto, cpu, cuda or mps")

    @property
    def label(self) -> str:
        """A name for progress, errors and folders."""
        regime = self.regime.label if self.regime else "chosen"
        return f"{self.data.task},{regime},seed={self.seed},steps={self.steps}"

    def trials(self) -> list[Tuning]:
        """One short run for each regime of a grid of several; none where there is no choice."""
        options = self.options
        if self.regime is not None or len(options.regimes) == 1:
            return []
        return [
            self.model_copy(
                update={
                    "seed": options.regime_seed,
                    "steps": options.regime_steps,
                    "regime": regime,
                    "options": options.model_copy(update={"regimes": (regime,)}),
                }
            )
            for regime in options.regimes
        ]


class GridCell(Settings):
    """One cell of the grid task x seed: either `tuning` or `retrieval` says how answers come about."""

    test: TestSet = Field(description="the examples")
    tuning: Tuning | None = Field(None, description="the fine-tuning; empty where sentence vectors are compared")
    retrieval: RetrievalOptions | None = Field(None, description="embedding and search; empty for fine-tuned tasks")
    rule: ChunkRule = Field("legacy", description="chunk rule of tagging F1")
    device: str = operational("auto", "auto, cpu, cuda or mps")

    @property
    def task(self) -> str:
        """Name of the task that is tested."""
        return self.test.task

    @property
    def data(self) -> str:
        """Source of the test data."""
        return self.test.data

    @property
    def seed(self) -> int:
        """The fine-tuning seed; 0 where nothing is fine-tuned."""
        return self.tuning.seed if self.tuning else 0

    @property
    def label(self) -> str:
        """A name for progress and error messages."""
        return f"{self.task} seed {self.seed}" if self.seed else self.task
