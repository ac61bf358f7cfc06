"""What an evaluation may be told."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field

from xlalign.config import Settings, operational

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Pooling = Literal["mean", "cls"]


class Regime(Settings):
    """One way to fine-tune; for each model the best on English dev of the grid is taken."""

    frozen: Count = Field(0, description="layers kept as they are: 0 none, 1 embeddings, 2 embeddings and block 1, ...")
    learning_rate: float = Field(2e-5, gt=0, description="peak learning rate of AdamW, per step")
    pooling: Pooling = Field("mean", description="sentence vector of the classification head: mean of tokens, or cls")

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
    pooling: Pooling | Literal["dev"] = Field("dev", description="sentence vector; dev = best on held-out pairs")
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
    train_examples: Count = Field(0, description="English training examples a task; 0 = all (micro-world: 24000)")
    dev_examples: Count = Field(0, description="English dev examples; 0 = all (micro-world: 1000)")
    test_examples: Count = Field(0, description="test examples a language; 0 = all (micro-world: 1000)")
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
    workers: int = operational(0, "processes for the grid task x model x seed; 0 = one per core", ge=0)
    threads: int = operational(1, "CPU threads of one process", ge=1)

    def options(self, task: str, kind: str) -> FineTuning:
        """Fine-tuning options of a task: the preset, then the changes, each for all, the kind and the task."""
        table = presets()[self.preset]
        layers = (
            table.get(kind, {}),
            table.get(task, {}),
            self.fine_tuning.get("all", {}),
            self.fine_tuning.get(task, {}),
        )
        return FineTuning.model_validate({key: value for layer in layers for key, value in layer.items()})

    def source(self, task: str) -> str:
        """The data source of a task."""
        return self.data_of.get(task, self.data)


@cache
def presets() -> dict[str, dict[str, dict[str, Any]]]:
    """preset -> kind or task -> options."""
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text(encoding="utf-8"))
