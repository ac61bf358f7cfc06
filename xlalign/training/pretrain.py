"""Pretraining: an encoder and bitext in, an aligned encoder out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from xlalign import progress
from xlalign.errors import DataError
from xlalign.modeling import encoder, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.options import DataOptions, Recipe
from xlalign.training import card
from xlalign.training.corpus import PairData, monolingual, read_mono, read_pairs
from xlalign.training.data import RecipeBatches
from xlalign.training.loop import TrainResult, train
from xlalign.training.recipe import RecipeProgram
from xlalign.training.settings import PretrainSettings
from xlalign.training.views import Frame

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def pretrain(
    settings: PretrainSettings,
    bitext: Path,
    alignments: Path | None,
    start: Path | None,
    work: Path,
    out: Path,
) -> dict[str, Any]:
    """Run a preset and write the encoder.

    Args:
        settings: preset, start and every hyperparameter.
        bitext: artifact with pairs and perhaps monolingual text.
        alignments: artifact with links and lexicon, for presets that need them.
        start: model directory to start from; None = what `settings.start` says.
        work: folder for checkpoints; a run found there is finished.
        out: folder for the model: a transformers directory, metrics.jsonl and README.md.

    Returns:
        A summary: steps, seconds, parameters, last metrics.

    Raises:
        DataError: the preset needs links or a dictionary and there are none, or the bitext is empty.
        Interrupted: SIGTERM came; the same call finishes the run.
    """
    recipe = settings.recipe()
    _check(recipe, settings.preset, alignments)
    model, tokenizer = beginning(settings, bitext, start, work)
    query = Encoder(model)
    recipe = _fitted(recipe, query)
    batches = load_batches(settings, recipe, tokenizer, bitext, alignments)
    program = RecipeProgram(recipe, query, settings.seed, budget=settings.budget or None)
    prefill(program, batches, work)
    result = train(program, batches, settings, work)
    encoder.save(model, tokenizer, out)
    shutil.copyfile(work / "metrics.jsonl", out / "metrics.jsonl")
    summary = summarise(settings, result, model)
    (out / "README.md").write_text(card.render(settings, recipe, summary, batches), encoding="utf-8")
    return summary


def _check(recipe: Recipe, preset: str, alignments: Path | None) -> None:
    lacking = recipe.needs() & {"links", "dictionary"}
    if lacking and alignments is None:
        raise DataError(
            f"preset `{preset}` needs {' and '.join(sorted(lacking))}, and there is no alignments artifact",
            "add an [align-words] table to the pipeline and run `xlalign align-words`",
        )


def _fitted(recipe: Recipe, query: Encoder) -> Recipe:
    """The recipe with rows no longer than the encoder's position table."""
    longest = min(recipe.data.max_length, query.longest)
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"max_length": longest})})


def beginning(
    settings: PretrainSettings, bitext: Path, start: Path | None, work: Path
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The encoder to start from and its tokenizer."""
    if start is not None:
        return encoder.load(start)
    kind, _, name = settings.start.partition(":")
    if kind != "scratch":
        source, _, revision = settings.start.partition("@")
        return encoder.load(source, revision or None)
    tokenizer = _vocabulary(settings, name, bitext, work / "tokenizer")
    return scratch.create(name, tokenizer, settings.seed), tokenizer


def _vocabulary(settings: PretrainSettings, size: str, bitext: Path, folder: Path) -> PreTrainedTokenizerBase:
    """Train the vocabulary, or read the one that an interrupted run left."""
    from transformers import AutoTokenizer

    if not (folder / "done").exists():
        with progress.task("train the vocabulary"):
            tokenizer = scratch.train_tokenizer(
                monolingual(bitext),
                size,
                lowercase=settings.lowercase,
                temperature=settings.vocabulary_temperature,
            )
        tokenizer.save_pretrained(folder)
        (folder / "done").touch()
    return AutoTokenizer.from_pretrained(folder)


def load_batches(
    settings: PretrainSettings,
    recipe: Recipe,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    alignments: Path | None,
) -> RecipeBatches:
    """Read and tokenise what the recipe needs."""
    needs = recipe.needs()
    return RecipeBatches(
        recipe,
        Frame.of(tokenizer),
        pairs=_pairs(needs, recipe.data, tokenizer, bitext, alignments),
        mono=read_mono(bitext, tokenizer, recipe.data) if "mono" in needs else None,
        batch_size=settings.batch_size,
        seed=settings.seed,
        steps=settings.steps,
    )


def _pairs(
    needs: Iterable[str],
    options: DataOptions,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    alignments: Path | None,
) -> PairData | None:
    if not {"pairs", "links"} & set(needs):
        return None
    return read_pairs(bitext, tokenizer, options, alignments if "links" in needs else None)


def prefill(program: RecipeProgram, batches: RecipeBatches, work: Path) -> None:
    """Fill queues with keys of batches from the far end of the run; a resumed run has its queue in the checkpoint."""
    if any((work / "checkpoints").glob("step-*")):
        return
    step = 2**31
    with torch.no_grad():
        program.modules().eval()
        while program.prefill(batches.batch(step)):
            step += 1


def summarise(settings: PretrainSettings, result: TrainResult, model: PreTrainedModel) -> dict[str, Any]:
    """What the stage's manifest and the model card say of a run."""
    last = {key: value for record in result.history[-2:] for key, value in record.items()}
    return {
        "preset": settings.preset,
        "from": settings.start,
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "parameters": sum(p.numel() for p in model.parameters()),
        "last": json.loads(json.dumps(last)),
    }
