"""What an evaluation may be told."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field

from xlalign.config import Settings, operational
from xlalign.evaluation.tasks import TASKS, XTREME
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.custom import CustomTask

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Pooling = Literal["mean", "inner", "cls"]
HeadPooling = Literal["mean", "cls", "pair"]


class Regime(Settings):
    """One way to fine-tune; for each model the best on English dev of the grid is taken."""

    frozen: Count = Field(0, description="layers kept as they are: 0 none, 1 embeddings, 2 embeddings and block 1, ...")
    learning_rate: float = Field(2e-5, gt=0, description="peak learning rate of AdamW, per step")
    pooling: HeadPooling = Field(
        "mean",
        description="input of the classification head: mean of all tokens, cls, or pair = u, v, |u - v|, u * v of the "
        "two sentences' means",
    )

    @property
    def label(self) -> str:
        """The regime in a signature: `frozen=2,lr=0.002,pool=mean`."""
        return f"frozen={self.frozen},lr={self.learning_rate:g},pool={self.pooling}"


class FineTuning(Settings):
    """Fine-tuning of one task. Defaults come from the preset (`presets.toml`)."""

    steps: Count = Field(0, description="optimizer steps; 0 = as many as the epochs need")
    epochs: float = Field(5.0, gt=0, description="passes over the English training data, when steps is 0")
    batch_size: Positive = Field(32, description="examples in a logical batch")
    max_length: Positive = Field(128, description="pieces of one input, special tokens included")
    stride: Count = Field(128, description="pieces that neighbouring windows of a long context share")
    warmup: Annotated[float, Field(ge=0, le=1)] = Field(0.0, description="fraction of the steps with a rising rate")
    weight_decay: float = Field(0.0, ge=0, description="decoupled weight decay")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.1, description="dropout before the output layer")
    hidden: Count = Field(0, description="width of a hidden layer in the classification head; 0 = none")
    evaluations: Positive = Field(10, description="evaluations on English dev; the best checkpoint is kept")
    regimes: tuple[Regime, ...] = Field((Regime(),), min_length=1, description="the grid, the same for every model")
    regime_steps: Count = Field(0, description="optimizer steps of a trial run of the grid; 0 = as many as a full run")
    regime_seed: Count = Field(1, description="seed of the trial runs")


class Retrieval(Settings):
    """How sentences are embedded and compared."""

    layer: int | Literal["dev"] = Field(
        "dev",
        description="hidden state: 0 embeddings, 1 .. L blocks, -1 last; dev = best on held-out pairs, else -1",
    )
    pooling: Pooling | Literal["dev"] = Field(
        "dev", description="mean of all tokens, inner = without special tokens, cls; dev = best on held-out pairs"
    )
    centre: bool = Field(False, description="subtract the mean vector of each side (XTREME's shift) before comparing")
    score: Literal["cosine", "margin", "csls"] = Field("cosine", description="similarity of nearest-neighbour search")
    mining_score: Literal["cosine", "margin", "csls"] = Field("margin", description="similarity of mined pairs (BUCC)")
    neighbours: Positive = Field(4, description="neighbours in the margin or CSLS denominator")
    max_length: Positive = Field(128, description="pieces of one sentence, special tokens included")


class EvalSettings(Settings):
    """The `[eval]` table: tasks x models x seeds, English training data, tests in every language."""

    tasks: tuple[str, ...] = Field(("xnli", "udpos", "tatoeba"), min_length=1, description="tasks; xtreme = all nine")
    models: tuple[str, ...] = Field(
        (), description="pretrain stages, model folders or hub ids; the first is the baseline"
    )
    seeds: tuple[int, ...] = Field((1, 2), min_length=1, description="fine-tuning seeds")
    languages: tuple[str, ...] = Field((), description="ISO 639-1 codes to test in; empty = all that the data have")
    data: str = Field("micro:", description="micro:SEED, folder:PATH (XTREME's download layout) or hub:")
    data_of: dict[str, str] = Field(default_factory=dict, description='another source for a task: {tatoeba = "hub:"}')
    train_from: dict[str, str] = Field(
        default_factory=dict,
        description='English training data of another task or split: {xquad = "tydiqa", xnli = "xnli:dev"}',
    )
    test_split: dict[str, str] = Field(
        default_factory=dict,
        description='test on another split: {panx = "dev"}; English dev is then held out from train',
    )
    translate_train: tuple[str, ...] = Field(
        (), description="languages whose (translated) training data are used beside English: no longer zero-shot"
    )
    code_switch: Literal["none", "sentence", "word"] = Field(
        "none",
        description="mix languages inside training examples: each sentence in a random language, or single words",
    )
    switch_rate: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="share of sentences or words that code-switching replaces"
    )
    lexicons: dict[str, str] = Field(
        default_factory=dict, description="word-level code-switching: language -> TSV file `English<TAB>word`"
    )
    train_examples: Count = Field(0, description="English training examples a task; 0 = all (micro-world: 24000)")
    dev_examples: Count = Field(0, description="English dev examples; 0 = all (micro-world: 1000)")
    test_examples: Count = Field(0, description="test examples a language; 0 = all (micro-world: 1000)")
    custom: dict[str, CustomTask] = Field(default_factory=dict, description="your own tasks by name")
    preset: Literal["nano", "xtreme"] = Field("nano", description="fine-tuning hyperparameters to start from")
    fine_tuning: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='changes to the preset for "all", a kind or a task: {xnli = {steps = 1000}}',
    )
    retrieval: Retrieval = Field(default_factory=Retrieval, description="embedding and search")
    pos_rule: Literal["legacy", "current"] = Field(
        "legacy", description="chunk rule of tagging F1 (legacy = published)"
    )
    resamples: Positive = Field(1000, description="bootstrap samples and random sign flips of significance tests")
    device: str = operational("auto", "auto, cpu, cuda or mps")

    def all_tasks(self) -> list[str]:
        """The tasks, `xtreme` replaced by the nine of the benchmark."""
        names = (name for task in self.tasks for name in (XTREME if task == "xtreme" else (task,)))
        return list(dict.fromkeys(names))

    def task(self, name: str) -> Task:
        """A task of the table or of `custom`.

        Raises:
            UserError: there is no such task.
        """
        return self.custom[name].task(name) if name in self.custom else TASKS.get(name)

    def options(self, task: Task) -> FineTuning:
        """Fine-tuning options of a task: the preset, then the changes, each for all, the kind and the task."""
        merged: dict[str, Any] = {}
        for table in (presets()[self.preset], self.fine_tuning):
            for name in ("all", task.kind, task.name):
                merged |= table.get(name, {})
        return FineTuning.model_validate(merged)

    def source(self, task: str) -> str:
        """The data source of a task."""
        return self.data_of.get(task, self.data)

    def trials(self) -> list[CellSettings]:
        """The trial runs: every task that is fine-tuned x every regime of a grid of several."""
        found = []
        for task in map(self.task, self.all_tasks()):
            options = self.options(task)
            if task.tuned and len(options.regimes) > 1:
                found += [
                    self._cell(task, options.regime_seed, regime, options.regime_steps) for regime in options.regimes
                ]
        return found

    def cells(self) -> list[CellSettings]:
        """The grid without its models: every task x every seed; tasks without fine-tuning have seed 0 only."""
        tasks = map(self.task, self.all_tasks())
        return [self._cell(task, seed) for task in tasks for seed in (self.seeds if task.tuned else (0,))]

    def _mixing(self) -> Mixing | None:
        if not self.translate_train and not self.lexicons:
            return None
        return Mixing(
            languages=self.translate_train,
            code_switch=self.code_switch,
            rate=self.switch_rate,
            lexicons=self.lexicons,
        )

    def _cell(self, task: Task, seed: int, regime: Regime | None = None, steps: int = 0) -> CellSettings:
        options = self.options(task)
        train_task, _, train_split = self.train_from.get(task.name, task.train).partition(":")
        return CellSettings(
            task=task.name,
            seed=seed,
            regime=regime,
            steps=steps,
            languages=self.languages,
            data=self.source(task.name),
            split=self.test_split.get(task.name, "test"),
            train_task=train_task,
            train_data=self.source(train_task) if train_task else "",
            train_split=train_split or "train",
            mixing=self._mixing() if task.tuned else None,
            train_examples=self.train_examples,
            dev_examples=self.dev_examples,
            test_examples=self.test_examples,
            options=(options.model_copy(update={"regimes": (regime,)}) if regime else options) if task.tuned else None,
            retrieval=None if task.tuned else self.retrieval,
            rule=self.pos_rule,
            custom=self.custom.get(task.name),
            device=self.device,
        )


class Mixing(Settings):
    """Training data in other languages than English: results with it are not zero-shot, and say so."""

    languages: tuple[str, ...] = Field((), description="languages with translated training data")
    code_switch: Literal["none", "sentence", "word"] = Field("none", description="what is mixed in an example")
    rate: float = Field(0.5, description="share of sentences or words that are replaced")
    lexicons: dict[str, str] = Field(default_factory=dict, description="language -> TSV file")

    @property
    def label(self) -> str:
        """The mixing in a signature: `de+ru(sentence)`."""
        languages = "+".join([*self.languages, *self.lexicons])
        return languages if self.code_switch == "none" else f"{languages}({self.code_switch})"


class CellSettings(Settings):
    """One cell of the grid task x seed, for any model: all that its result depends on, and nothing else."""

    task: str = Field(description="name of the task")
    seed: Count = Field(0, description="seed of the output layer, the order of examples and dropout")
    regime: Regime | None = Field(None, description="the regime; empty = the best of the grid on English dev")
    steps: Count = Field(0, description="optimizer steps; 0 = as the options say")
    languages: tuple[str, ...] = Field((), description="languages to test in; empty = all")
    data: str = Field("micro:", description="source of the test data, and of the training data unless named")
    split: str = Field("test", description="the split that is tested on")
    train_task: str = Field("", description="task whose training data are used; empty = the same")
    train_data: str = Field("", description="source of the training data; empty = the same")
    train_split: str = Field("train", description="the split that is trained on")
    mixing: Mixing | None = Field(None, description="training data in other languages; empty = zero-shot")
    train_examples: Count = Field(0, description="English training examples; 0 = all")
    dev_examples: Count = Field(0, description="English dev examples; 0 = all")
    test_examples: Count = Field(0, description="test examples a language; 0 = all")
    options: FineTuning | None = Field(None, description="fine-tuning options; empty for tasks without fine-tuning")
    retrieval: Retrieval | None = Field(None, description="embedding and search; empty for fine-tuned tasks")
    rule: Literal["legacy", "current"] = Field("legacy", description="chunk rule of tagging F1")
    custom: CustomTask | None = Field(None, description="the task, where it is the user's own")
    device: str = operational("auto", "auto, cpu, cuda or mps")

    @property
    def label(self) -> str:
        """A name for progress and error messages."""
        seed = f"seed {self.seed}" if self.seed else ""
        return " ".join(filter(None, [self.task, seed, self.regime.label if self.regime else ""]))


@cache
def presets() -> dict[str, dict[str, dict[str, Any]]]:
    """preset -> kind or task -> options."""
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text(encoding="utf-8"))
