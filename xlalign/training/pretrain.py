"""Pretraining: an encoder and bitext in, an aligned encoder out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlalign import progress
from xlalign.errors import DataError, UserError
from xlalign.files import draft_folder
from xlalign.modeling import loading, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.families import family_of
from xlalign.modeling.families.decoders import make_bidirectional
from xlalign.modeling.hub import folder_of
from xlalign.modeling.lora import add_adapters, merge_adapters
from xlalign.modeling.reference import SCRATCH
from xlalign.modeling.sentence import setup_of
from xlalign.modeling.sentence_files import SentenceSetup, copy_setup, write_setup
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import Labels, Teacher
from xlalign.training import card, devices
from xlalign.training.dev import dev_retrieval, embedder_of
from xlalign.training.dictionary import Dictionaries, read_entries
from xlalign.training.documents import monolingual
from xlalign.training.loop import TrainResult, train
from xlalign.training.planner import RecipeBatches, RecipeData
from xlalign.training.prefill import prefill
from xlalign.training.program import RecipeProgram
from xlalign.training.sampler import Run
from xlalign.training.settings import PretrainSettings, tokens_of
from xlalign.training.sharding import whole_state
from xlalign.training.teachers import teacher_vectors
from xlalign.training.texts import MonoTexts, PairTexts, TokensFolder
from xlalign.training.tokenisation import write_tokens
from xlalign.training.views import SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def pretrain(
    settings: PretrainSettings,
    bitext: Path,
    alignments: Path | None,
    start: Path | None,
    work: Path,
    out: Path,
    tokens: Mapping[str, Path] | None = None,
) -> dict[str, Any]:
    """Run a preset and write the encoder.

    Args:
        settings: preset, start and every hyperparameter.
        bitext: artifact with pairs and perhaps monolingual text.
        alignments: artifact with links and lexicon, for presets that need them.
        start: model directory to start from; None = what `settings.start` says.
        work: folder for checkpoints; a run found there is finished.
        out: folder for the model: a transformers directory, metrics.jsonl and README.md.
        tokens: tokens artifacts by role (`tokens_of`), made by the tokenizer of `start`; what is not there is made
            below `work`.

    Returns:
        A summary: steps, seconds, parameters, last metrics.

    Raises:
        DataError: the preset needs links or a dictionary and there are none, or the bitext is empty.
        Interrupted: SIGTERM came; the same call finishes the run.
    """
    _refuse_lacking(settings, alignments)
    model, tokenizer = load_start(settings, bitext, start, work)
    if settings.attention == "bidirectional":
        make_bidirectional(model)
    refuse_unpredictable(settings, model, tokenizer)
    query = Encoder(model)
    recipe = fit_to_encoder(settings.recipe, query, SpecialTokens.of(tokenizer))
    sources = Sources(bitext, alignments, work, tokens or {})
    batches = load_batches(settings, recipe, query, tokenizer, sources)
    recipe = fit_to_corpus(recipe, len(batches.data.pairs or ()))
    if settings.lora:
        _adapt(settings, query)
    program = RecipeProgram(
        recipe,
        query,
        settings.seed,
        widths=batches.widths,
        budget=settings.budget or None,
        gradient_cache=settings.gradient_cache,
        head_warmup=settings.head_warmup if settings.head == "new" else 0,
    )
    prefill(program, batches, work, batches.run.rank, lambda: devices.wait(settings))
    sentences = sentence_setup(settings, start)
    evaluate = dev_retrieval(bitext, embedder_of(query, tokenizer, recipe.data, sentences))
    select = settings.select or None if evaluate else None
    result = train(program, batches, settings, work, evaluate=evaluate, select=select)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    if settings.lora:
        merge_adapters(query)
    summary = {**summarise(settings, result, model), "trained": trained, "rows": str(query.body.route)}
    state = whole_state(model)
    if batches.run.rank == 0:
        loading.save(model, tokenizer, out, state)
        if sentences:
            keep_setup(settings, start, sentences, out)
        write_records(settings, summary, batches.data.languages, work, out)
    devices.wait(settings)
    return summary


def _adapt(settings: PretrainSettings, query: Encoder) -> None:
    """Train adapters in place of the encoder's weights; a new head is trained beside them.

    Raises:
        UserError: the weights are split among processes.
    """
    if settings.sharded:
        raise UserError("lora and sharded do not go together", "set sharded = false: adapters take little memory")
    add_adapters(query, settings.lora, settings.seed)
    if settings.head == "new":
        body = {id(parameter) for parameter in query.body.model.parameters()}
        for parameter in query.parameters():
            parameter.requires_grad_(parameter.requires_grad or id(parameter) not in body)


class Sources(NamedTuple):
    """Where a run reads and works: artifacts, its own folder, tokens artifacts by role."""

    bitext: Path
    alignments: Path | None
    work: Path
    tokens: Mapping[str, Path] = {}


def write_records(
    settings: PretrainSettings, summary: dict[str, Any], languages: list[str], work: Path, out: Path
) -> None:
    """Put metrics, trackers and the card beside the model."""
    shutil.copyfile(work / "metrics.jsonl", out / "metrics.jsonl")
    if (work / devices.TRACKED).exists():
        shutil.copytree(work / devices.TRACKED, out / devices.TRACKED, ignore=_links, dirs_exist_ok=True)
    (out / "README.md").write_text(card.render(settings, summary, languages), encoding="utf-8")


def _links(folder: str, names: list[str]) -> list[str]:
    """Symbolic links, of which wandb leaves some to the latest run."""
    return [name for name in names if Path(folder, name).is_symlink()]


def _refuse_lacking(settings: PretrainSettings, alignments: Path | None) -> None:
    lacking = settings.recipe.needs() & {"links", "dictionary"}
    if lacking and alignments is None:
        raise DataError(
            f"preset `{settings.preset}` needs {' and '.join(sorted(lacking))}, and there is no alignments artifact",
            "add an [align-words] table to the pipeline and run `xlalign align-words`",
        )


def refuse_unpredictable(
    settings: PretrainSettings, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> None:
    """Say before the first step that tokens cannot be predicted.

    Raises:
        UserError: the tokenizer has no mask token, the model no head, or tokens see the next one that they predict.
    """
    if not settings.predicting:
        return
    what = f"preset `{settings.preset}` predicts tokens ({', '.join(settings.predicting)})"
    hint, kind, family = "choose a preset without, such as `cz-snt`", model.config.model_type, family_of(model.config)
    if settings.predicting_of("masked") and tokenizer.mask_token_id is None:
        if family.predicts == "next":
            hint = "for decoders: the presets `afp-causal` and `prealign-causal`, or one that predicts nothing"
        raise UserError(f"{what}, and the tokenizer has no mask token", hint)
    if not family.head_of(model):
        raise UserError(f"{what}, and `{kind}` models have no such head", hint)
    if settings.predicting_of("next"):
        if family.predicts != "next":
            raise UserError(f"{what} of which `{kind}` models see the next one", "start from a decoder, such as Qwen 3")
        if not getattr(model.config, "is_causal", True):
            raise UserError(f"{what} of which a bidirectional model sees the next one", 'set attention = "own"')


def fit_to_encoder(recipe: TrainingRecipe, query: Encoder, frame: SpecialTokens) -> TrainingRecipe:
    """The recipe with what encoder and tokenizer decide: longest row, segments of documents.

    Raises:
        UserError: an objective reads a layer that the encoder does not have.
    """
    recipe.refuse_missing_layers(query.layers)
    changes: dict[str, Any] = {"max_length": min(recipe.data.max_length, query.longest)}
    if recipe.data.document_pairs == "auto":
        changes["document_pairs"] = len(frame.middle) == 1
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=changes)})


def sentence_setup(settings: PretrainSettings, start: Path | None) -> SentenceSetup | None:
    """How the encoder makes sentence vectors, by what it starts from and the settings; None where nothing says it."""
    scratch_built = start is None and settings.start.startswith(SCRATCH)
    own = None if scratch_built else setup_of(start or settings.start)
    if settings.sentence_prompt is None:
        return own
    return replace(own or SentenceSetup(), prompt=settings.sentence_prompt)


def keep_setup(settings: PretrainSettings, start: Path | None, sentences: SentenceSetup, out: Path) -> None:
    """Give the model that comes out the files of the sentence encoder it starts from, with a prompt of its own."""
    if not settings.start.startswith(SCRATCH) or start is not None:
        copy_setup(folder_of(start or settings.start), out)
    if settings.sentence_prompt is not None:
        write_setup(out, sentences)


def fit_to_corpus(recipe: TrainingRecipe, pairs: int) -> TrainingRecipe:
    """The recipe with what the number of sentence pairs decides: no queue is longer than the corpus."""
    fitted = {name: options.fitted(pairs) for name, options in recipe.objectives.items()}
    return recipe.model_copy(update={"objectives": fitted})


def load_start(
    settings: PretrainSettings, bitext: Path, start: Path | None, work: Path
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The encoder to start from and its tokenizer."""
    kind, _, name = settings.start.partition(":")
    if start is not None or kind != "scratch":
        source, predicting = start or settings.start, bool(settings.predicting)
        return loading.load(source, needs_head=predicting, new_head=predicting and settings.head == "new")
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
    recipe: TrainingRecipe,
    query: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    sources: Sources,
) -> RecipeBatches:
    """Open what the recipe reads; the first process makes what is not there, and all read it."""
    rank, world = devices.process(settings)
    if rank == 0:
        make_tokens(recipe, tokenizer, sources)
    devices.wait(settings)
    data = load_data(recipe, tokenizer, sources, settings.seed)
    for request in recipe.requests():
        if isinstance(request, Teacher):
            data.teachers[request] = teacher_vectors(
                request, query, tokenizer, sources.bitext, recipe.data, sources.work / f"rank-{rank}"
            )
    run = Run(settings.batch_size, settings.seed, settings.steps, rank, world)
    return RecipeBatches(recipe, SpecialTokens.of(tokenizer), data, run)


def make_tokens(recipe: TrainingRecipe, tokenizer: PreTrainedTokenizerBase, sources: Sources) -> None:
    """Make the tokens that no artifact gives, below the run's own folder; those of an interrupted run are kept."""
    for role, wanted in tokens_of(recipe).items():
        folder = sources.work / TOKENS / role
        if role not in sources.tokens and not folder.exists():
            with draft_folder(folder) as new:
                write_tokens(wanted, sources.bitext, tokenizer, sources.alignments, new)


def load_data(recipe: TrainingRecipe, tokenizer: PreTrainedTokenizerBase, sources: Sources, seed: int) -> RecipeData:
    """Open the texts and dictionaries that a recipe's objectives read."""
    needs, longest = recipe.needs(), recipe.data.max_length
    opened = {
        role: TokensFolder.open(sources.tokens.get(role, sources.work / TOKENS / role), tokenizer)
        for role in tokens_of(recipe)
    }
    pairs = mono = dictionaries = None
    if "pairs" in opened:
        pairs = PairTexts(opened["pairs"], longest - 2, recipe.data.skip_frequent, opened.get("romanised"))
    if "mono" in opened:
        mono = MonoTexts(opened["mono"], longest - 3)
    if "dictionary" in needs:
        assert sources.alignments is not None
        entries = read_entries(sources.alignments, tokenizer, share=recipe.data.dictionary_share, seed=seed)
        dictionaries = Dictionaries(sources.alignments, entries, seed)
    translated = any(isinstance(request, Labels) for request in recipe.requests())
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer)))) if translated else ()
    return RecipeData(pairs, mono, dictionaries, tuple(pieces))


TOKENS = "tokens"
"""Folder, below a run's own, of the tokens that it made itself."""


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
