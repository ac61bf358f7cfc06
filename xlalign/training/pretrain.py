"""Pretraining: an encoder and bitext in, an aligned encoder out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from xlalign import progress
from xlalign.bitext import corpus
from xlalign.errors import DataError
from xlalign.modeling import encoder, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.depth import refuse_missing_layers
from xlalign.objectives.options import DistillationOptions, Recipe
from xlalign.training import card, devices
from xlalign.training.corpus import monolingual, read_mono, read_pairs
from xlalign.training.data import Data, RecipeBatches
from xlalign.training.dev import dev_retrieval
from xlalign.training.dictionary import Entries, read_entries
from xlalign.training.labels import Translations
from xlalign.training.loop import TrainResult, train
from xlalign.training.recipe import RecipeProgram
from xlalign.training.sampler import Run
from xlalign.training.settings import PretrainSettings
from xlalign.training.sharding import whole_state
from xlalign.training.tokens import tokenise
from xlalign.training.vectors import sentence_matrix
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
    recipe = fitted(recipe, query, Frame.of(tokenizer))
    batches = load_batches(settings, recipe, tokenizer, bitext, alignments, work / "tokens")
    recipe, batches = taught(recipe, batches, query, tokenizer, bitext)
    program = RecipeProgram(
        recipe, query, settings.seed, budget=settings.budget or None, gradient_cache=settings.gradient_cache
    )
    prefill(program, batches, work)
    evaluate = dev_retrieval(bitext, tokenizer, query, recipe.data)
    select = settings.select or None if evaluate else None
    result = train(program, batches, settings, work, evaluate=evaluate, select=select)
    summary = summarise(settings, result, model)
    state = whole_state(model)
    if batches.run.rank == 0:
        encoder.save(model, tokenizer, out, state)
        shutil.copyfile(work / "metrics.jsonl", out / "metrics.jsonl")
        if (work / devices.TRACKED).exists():
            shutil.copytree(work / devices.TRACKED, out / devices.TRACKED, ignore=_links, dirs_exist_ok=True)
        (out / "README.md").write_text(card.render(settings, recipe, summary, batches), encoding="utf-8")
    devices.wait(settings)
    return summary


def _links(folder: str, names: list[str]) -> list[str]:
    """Symbolic links, of which wandb leaves some to the latest run."""
    return [name for name in names if Path(folder, name).is_symlink()]


def _check(recipe: Recipe, preset: str, alignments: Path | None) -> None:
    lacking = recipe.needs() & {"links", "dictionary"}
    if lacking and alignments is None:
        raise DataError(
            f"preset `{preset}` needs {' and '.join(sorted(lacking))}, and there is no alignments artifact",
            "add an [align-words] table to the pipeline and run `xlalign align-words`",
        )


def fitted(recipe: Recipe, query: Encoder, frame: Frame) -> Recipe:
    """The recipe with what encoder and tokenizer decide: longest row, segments of documents.

    Raises:
        UserError: an objective reads a layer that the encoder does not have.
    """
    refuse_missing_layers(recipe, query.layers)
    changes: dict[str, Any] = {"max_length": min(recipe.data.max_length, query.longest)}
    if recipe.data.document_pairs == "auto":
        changes["document_pairs"] = len(frame.middle) == 1
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=changes)})


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

    if not (folder / "done").exists() and devices.process(settings)[0] == 0:
        with progress.task("train the vocabulary"):
            tokenizer = scratch.train_tokenizer(
                monolingual(bitext),
                size,
                lowercase=settings.lowercase,
                temperature=settings.vocabulary_temperature,
            )
        tokenizer.save_pretrained(folder)
        (folder / "done").touch()
    devices.wait(settings)
    return AutoTokenizer.from_pretrained(folder)


def load_batches(
    settings: PretrainSettings,
    recipe: Recipe,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    alignments: Path | None,
    store: Path | None = None,
) -> RecipeBatches:
    """Read and tokenise what the recipe needs; what the first process tokenised is read again by a later run."""
    rank, world = devices.process(settings)
    data = load_data(recipe, tokenizer, bitext, alignments, settings.seed, None if rank else store)
    run = Run(settings.batch_size, settings.seed, settings.steps, rank, world)
    return RecipeBatches(recipe, Frame.of(tokenizer), data, run)


def load_data(
    recipe: Recipe,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    alignments: Path | None,
    seed: int,
    store: Path | None = None,
) -> Data:
    """Read and tokenise the kinds of data that a recipe's objectives read."""
    needs, options = recipe.needs(), recipe.data
    views = recipe.views()
    entries = _entries(recipe, tokenizer, alignments, seed) if "dictionary" in needs else None
    translations = None
    if entries and any(getattr(o, "target", "") == "dictionary" for o in recipe.objectives.values()):
        translations = Translations.of(entries, tokenizer.convert_ids_to_tokens(list(range(len(tokenizer)))))
    pairs = mono = None
    if {"pairs", "links"} & needs:
        links = alignments if "links" in needs else None
        romanise = any("romanised" in view for view in views)
        pairs = read_pairs(bitext, tokenizer, options, links, romanise=romanise, store=store)
    if "mono" in needs:
        mono = read_mono(bitext, tokenizer, options, entries if "mono-switched" in views else None, store)
    return Data(pairs, mono, entries, translations)


def taught(
    recipe: Recipe, batches: RecipeBatches, query: Encoder, tokenizer: PreTrainedTokenizerBase, bitext: Path
) -> tuple[Recipe, RecipeBatches]:
    """Add the teacher's vectors where an objective distils one."""
    found = {name: o for name, o in recipe.objectives.items() if isinstance(o, DistillationOptions)}
    pairs = batches.data.pairs
    if not found or pairs is None:
        return recipe, batches
    name, options = next(iter(found.items()))
    teacher, cutter = query, tokenizer
    if options.teacher != "init":
        model, cutter = encoder.load(options.teacher)
        teacher = Encoder(model)
    sources = {pair.id: pair.source for pair in corpus.read_pairs(bitext / "train")}
    texts = [sources[i] for i in pairs.ids]
    vectors = sentence_matrix(
        teacher,
        tokenise(texts, cutter),
        Frame.of(cutter),
        recipe.data,
        layer=options.layer,
        pooling=options.pooling,
    )
    options = options.model_copy(update={"teacher_size": teacher.hidden_size})
    recipe = recipe.model_copy(update={"objectives": {**recipe.objectives, name: options}})
    data = replace(batches.data, pairs=replace(pairs, teacher=vectors))
    return recipe, RecipeBatches(recipe, batches.frame, data, batches.run)


def _entries(recipe: Recipe, tokenizer: PreTrainedTokenizerBase, alignments: Path | None, seed: int) -> Entries | None:
    assert alignments is not None
    single = any(getattr(o, "single_piece_only", False) for o in recipe.objectives.values())
    share = recipe.data.dictionary_share
    return read_entries(alignments, tokenizer, share=share, single_piece_only=single, seed=seed)


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
        "chosen_step": result.best_step,
        "seconds": round(result.seconds, 1),
        "parameters": sum(p.numel() for p in model.parameters()),
        "last": json.loads(json.dumps(last)),
    }
