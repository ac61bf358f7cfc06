"""What a training run may be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from xlalign.config import Settings, late, operational
from xlalign.modeling.precision import Precision
from xlalign.objectives import presets
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import PAIR_VIEWS, OutputLayer

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(ge=1)]
OPTIMISATION = (
    "steps",
    "batch_size",
    "learning_rate",
    "warmup",
    "schedule",
    "weight_decay",
    "betas",
    "epsilon",
    "seed",
)
"""The settings that `--explain` prints beside a preset's hyperparameters."""


class TrainSettings(Settings):
    """The loop's options; they serve pretraining and fine-tuning alike."""

    steps: Positive = Field(1000, description="optimizer steps")
    batch_size: Positive = Field(32, description="examples in one logical batch, over all processes")
    learning_rate: float = Field(5e-5, gt=0, description="peak learning rate of AdamW, per step")
    warmup: Fraction = Field(0.1, description="fraction of the steps with a linearly rising rate")
    schedule: Literal["linear", "constant"] = Field("linear", description="learning rate after the warm-up")
    weight_decay: float = Field(0.01, ge=0, description="decoupled weight decay; biases and norms are exempt")
    betas: tuple[Fraction, Fraction] = Field((0.9, 0.98), description="AdamW moment decay rates, per step")
    epsilon: float = Field(1e-8, gt=0, description="AdamW epsilon")
    clip_norm: float = Field(1.0, ge=0, description="largest gradient norm; 0 = no clipping")
    seed: int = Field(0, ge=0, description="seed of order, masks, dropout and new weights")
    precision: Precision = Field(
        "fp32",
        description="arithmetic of matrix products: fp32, bf16 (weights stay fp32), or auto = bf16 where this machine "
        "is faster with it; what was taken is part of the cache key",
    )
    evaluate_every: int = Field(0, ge=0, description="steps between dev evaluations; 0 = at the end only")
    patience: int = Field(0, ge=0, description="dev evaluations without gain before stopping; 0 = never stop")
    checkpoint_every: Positive = operational(500, "steps between checkpoints", ge=1)
    log_every: Positive = operational(50, "steps between records of metrics.jsonl", ge=1)
    device: str = operational("auto", "auto, cpu, cuda or mps")
    sharded: bool = operational(
        False, "several processes: split weights, gradients and optimizer state among them (FSDP), for large encoders"
    )
    compiled: bool = operational(
        False, "torch.compile of the encoder: a minute to start, then a tenth faster or more on a GPU, seldom on a CPU"
    )
    prefetch: int = operational(0, "batches built ahead in a thread; 0 = built in line", ge=0)
    trackers: tuple[str, ...] = operational((), "accelerate trackers beside metrics.jsonl: tensorboard, wandb")


class TokensSettings(Settings):
    """Which texts of a bitext are tokenised, and what goes with them."""

    texts: Literal["pairs", "romanised", "mono"] = Field(
        description="both sides of pairs (in Latin letters); documents"
    )
    linked: bool = Field(False, description="pairs: with the words and links of an alignments artifact")
    words: bool = Field(False, description="documents: with words, for code-switching")
    document_pairs: bool | Literal["auto"] = Field(False, description="documents: two segments each, as in [data]")


def tokens_of(recipe: TrainingRecipe) -> dict[str, TokensSettings]:
    """The tokens that a recipe trains on, by role; two recipes with equal ones share them."""
    needs, views = recipe.needs(), {str(p.view) for p in recipe.passes()}
    found = {}
    if "pairs" in needs:
        found["pairs"] = TokensSettings(texts="pairs", linked="links" in needs)
    if any("romanised" in PAIR_VIEWS.get(view, ()) for view in views):
        found["romanised"] = TokensSettings(texts="romanised")
    if "mono" in needs:
        segments = recipe.data.document_pairs
        found["mono"] = TokensSettings(texts="mono", words="mono-switched" in views, document_pairs=segments)
    return found


class PretrainSettings(TrainSettings):
    """One `[pretrain.NAME]` table: a preset, what it starts from, and any override.

    What the table leaves out comes from the preset, so that an instance holds every value that was used. Keys that
    are no field here are hyperparameters of the preset: `temperature = 0.1`, `contrast.queue = 512`.
    """

    preset: str = Field("mlm", description="name of a preset (`xlalign list presets`)")
    start: str = Field(
        "scratch:nano",
        alias="from",
        description="scratch:SIZE, a pretrain stage, a model directory or a hub id",
    )
    head: Literal["saved", "new"] = late(
        "saved",
        "the output layer over the vocabulary: the one the encoder was saved with, or a new one, tied to the input "
        "embeddings, where it has none",
    )
    head_warmup: int = late(100, "head = new: steps in which the encoder is frozen and only the head learns", ge=0)
    attention: Literal["own", "bidirectional"] = late(
        "own", "bidirectional: tokens of a decoder see those after them, too; the model that comes out stays so"
    )
    lora: int = late(
        0,
        "rank of low-rank adapters on the linear layers of the blocks, merged when the model is saved; 0 = all weights "
        "are trained (needs the extra `lora`)",
        ge=0,
    )
    lowercase: bool = Field(False, description="scratch: fold case in the vocabulary")
    vocabulary_temperature: Fraction = Field(
        0.5, description="scratch: exponent of language sampling for the vocabulary; 0 = all languages alike"
    )
    sentence_prompt: str | None = late(
        None,
        "put before every sentence in dev retrieval, and the prompt of the sentence encoder that comes out, as in "
        '"query: "; none = that of the sentence encoder it starts from',
    )
    select: Literal["", "retrieval"] = Field(
        "", description="dev score by which the best weights are kept; empty = the last ones"
    )
    processes: int = operational(
        1,
        "processes of this machine that train together, each on a GPU of its own where it has them; 0 = all GPUs",
        ge=0,
    )
    budget: int = operational(0, "tokens in one forward pass; 0 = what suits the device", ge=0)
    gradient_cache: bool = operational(
        False, "encode every chunk twice and hold one at a time: batches as large as wanted, at 4/3 of the work"
    )
    recipe: TrainingRecipe = Field(
        description="the preset with every hyperparameter filled in; a table changes them by keys that are no option "
        "here: `temperature = 0.1`, `contrast.queue = 512`, `data.mask_rate = 0.2`, an `[...objectives.NAME]` table"
    )

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, given: Any) -> Any:
        """Fill in what the preset says; unknown keys, and those of a table `options`, are its hyperparameters."""
        if not isinstance(given, Mapping) or "recipe" in given:
            return given
        known = {name for field, info in cls.model_fields.items() for name in (field, info.alias)}
        own = {key: value for key, value in given.items() if key in known}
        changes = {key: value for key, value in given.items() if key not in known}
        preset = str(own.get("preset", "mlm"))
        recipe = presets.load(preset, {**changes.pop("options", {}), **changes})
        return {**presets.training(preset), **own, "recipe": recipe}

    @property
    def predicting(self) -> list[str]:
        """The losses that need an output layer over the vocabulary."""
        return [*self.predicting_of("masked"), *self.predicting_of("next")]

    def predicting_of(self, what: Literal["masked", "next"]) -> list[str]:
        """The losses that predict masked tokens, or the next one."""
        return [name for name, own in self.recipe.objectives.items() if OutputLayer(what) in own.requests()]

    def explanation(self) -> str:
        """The preset as this table runs it, with the published value beside each that was changed (Markdown)."""
        own = self.model_dump(mode="json", include=set(OPTIMISATION))
        return presets.explanation(self.preset, self.recipe, own)
