"""What an evaluation may be told."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import AlignerSettings
from xlalign.config import Settings, late, operational
from xlalign.errors import UserError, unknown_name
from xlalign.evaluation.cell import GridCell, TestSet, TrainingSet, Tuning
from xlalign.evaluation.kinds.base import TunedKind
from xlalign.evaluation.metrics.scoring import ChunkRule
from xlalign.evaluation.options import Count, FineTuning, Mixing, Positive, RetrievalOptions
from xlalign.evaluation.tasks import TASKS, XTREME
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.custom import CustomTask

REAL = 256
"""Hidden units from which on an encoder is no toy: the narrowest that people use have 384."""


def width_of(config: Mapping[str, Any]) -> int:
    """Hidden units by a config.json, whichever word its family has for them; 0 where it does not say."""
    return int(next((config[name] for name in ("hidden_size", "d_model", "dim") if config.get(name)), 0))


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
    projection: str = late(
        "",
        "aligner that carries the English tags or answers into the training data of `translate_train`, whose own are "
        "not read; hmm, or one that needs no encoder either. Empty: they have labels of their own",
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
    preset: Literal["auto", "nano", "xtreme"] = Field(
        "auto",
        description="fine-tuning hyperparameters to start from: nano for encoders narrower than 256, xtreme (the "
        "benchmark's) for real ones; auto = what suits the widest of the models",
    )
    fine_tuning: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='changes to the preset for "all", a kind or a task: {xnli = {steps = 1000}}',
    )
    retrieval: RetrievalOptions = Field(default_factory=RetrievalOptions, description="embedding and search")
    pos_rule: ChunkRule = Field("legacy", description="chunk rule of tagging F1 (legacy = published)")
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
        if name in self.custom:
            return self.custom[name].task(name)
        if name not in TASKS:
            raise unknown_name("task", name, [*TASKS, *self.custom, "xtreme"])
        return TASKS.get(name)

    def options(self, task: Task) -> FineTuning:
        """Fine-tuning options of a task: the preset, then the changes, each for all, the kind and the task."""
        kind = task.handler
        preset = "nano" if self.preset == "auto" else self.preset
        merged = dict(kind.presets.get(preset, {})) if isinstance(kind, TunedKind) else {}
        # From the general to the special: what is said of a task overrules its kind, and that overrules all.
        for table in (presets()[preset], self.fine_tuning):
            for name in ("all", task.kind, task.name):
                merged |= table.get(name, {})
        return FineTuning.model_validate(merged)

    def fitted(self, widths: Iterable[int]) -> Self:
        """The settings with the preset that suits encoders of these widths; 0 = not known, which no toy is."""
        if self.preset != "auto":
            return self
        toys = all(0 < width < REAL for width in widths)
        return self.model_copy(update={"preset": "nano" if toys else "xtreme"})

    def source(self, task: str) -> str:
        """The data source of a task."""
        return self.data_of.get(task, self.data)

    def cells(self) -> list[GridCell]:
        """The grid without its models: every task x every seed; tasks without fine-tuning have seed 0 only."""
        return [cell for name in self.all_tasks() for cell in self._cells(self.task(name))]

    @model_validator(mode="after")
    def _switchable(self) -> EvalSettings:
        needs = {"sentence": ("translate_train", self.translate_train), "word": ("lexicons", self.lexicons)}
        name, given = needs.get(self.code_switch, ("", True))
        if not given:
            raise ValueError(f"code_switch = '{self.code_switch}' needs {name}")
        if (self.code_switch == "word" and self.translate_train) or (self.code_switch != "word" and self.lexicons):
            raise ValueError("translate_train goes with code_switch = 'none' or 'sentence', lexicons with 'word'")
        return self

    @model_validator(mode="after")
    def _projectable(self) -> EvalSettings:
        if self.projection and not self.translate_train:
            raise ValueError("`projection` needs translate_train, whose data it labels")
        if self.projection and "encoder" in _aligner(self.projection).takes:
            raise ValueError(
                f"projection = '{self.projection}' needs an encoder: label the files before, with `xlalign project`, "
                "or take hmm"
            )
        return self

    def _mixing(self) -> Mixing | None:
        if not self.translate_train and not self.lexicons:
            return None
        return Mixing(
            languages=self.translate_train,
            code_switch=self.code_switch,
            rate=self.switch_rate,
            lexicons=self.lexicons,
            projection=self.projection,
        )

    def _cells(self, task: Task) -> list[GridCell]:
        """The cells of a task: here, and nowhere else, is decided whether an encoder is fine-tuned for it."""
        # train_from = {xnli = "xnli:dev"} is task and split; "tydiqa" alone trains on its train split.
        origin, _, train_split = self.train_from.get(task.name, task.train).partition(":")
        train_task, train_split = origin or task.name, train_split or "train"
        split = self.test_split.get(task.name, "test")
        own = train_task == task.name
        test = TestSet(
            task=task.name,
            custom=self.custom.get(task.name),
            data=self.source(task.name),
            split=split,
            languages=self.languages,
            english=not (own and train_split == split),
            test_examples=self.test_examples,
            dev_examples=self.dev_examples,
        )
        if not task.tuned:
            return [GridCell(test=test, retrieval=self.retrieval, rule=self.pos_rule, device=self.device)]
        data = TrainingSet(
            task=train_task,
            custom=self.custom.get(train_task),
            data=self.source(train_task),
            split=train_split,
            held_out=own and split == "dev",
            mixing=self._mixing(),
            train_examples=self.train_examples,
            dev_examples=self.dev_examples,
        )
        tuning = Tuning(data=data, options=self.options(task), rule=self.pos_rule, device=self.device)
        return [
            GridCell(
                test=test,
                tuning=tuning.model_copy(update={"seed": seed}),
                rule=self.pos_rule,
                device=self.device,
            )
            for seed in self.seeds
        ]


def _aligner(name: str) -> type[AlignerSettings]:
    try:
        return ALIGNERS.get(name)
    except UserError as error:
        raise ValueError("; ".join(filter(None, (error.message, error.hint)))) from error


@cache
def presets() -> dict[str, dict[str, dict[str, Any]]]:
    """preset -> kind or task -> options."""
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text(encoding="utf-8"))
