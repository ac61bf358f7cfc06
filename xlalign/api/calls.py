"""`xlalign.prepare`, `align`, `pretrain`, `evaluate`, `load_preset`, `open_artifact`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlalign.api import jobs
from xlalign.api.results import Result
from xlalign.artifacts.store import Store
from xlalign.errors import UserError
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.export import MARK
from xlalign.stages.runner import Outcome, make_current

if TYPE_CHECKING:
    from xlalign.objectives.recipe import TrainingRecipe
    from xlalign.progress import Event
    from xlalign.stages.base import Node
    from xlalign.stages.pipeline import Pipeline


def prepare(
    sources: jobs.Sources,
    languages: str | Sequence[str],
    *,
    mono: jobs.Sources = (),
    cache: str | Path | None = None,
    **settings: Any,
) -> Result:
    """Fetch, clean, deduplicate and split parallel text.

    Args:
        sources: URIs or tables as in `[prepare] sources`, or names of files; one or several.
        languages: `en-de`, or codes of which the first is paired with each other one.
        mono: sources of monolingual text.
        cache: folder of the cache; None: the usual one.
        settings: further fields of `[prepare]`.

    Raises:
        XlalignError: what the command would print.
    """
    return _made(
        jobs.prepare_job(_several(sources), languages, mono=_several(mono), settings=settings), "prepare", cache
    )


def align(
    pairs: Iterable[tuple[str, str]],
    languages: str | Sequence[str] = jobs.UNSTATED,
    *,
    aligner: str = "",
    encoder: str | Path = "",
    cache: str | Path | None = None,
    **settings: Any,
) -> Result:
    """Link the words of sentence pairs. `records()` of the result has one record a pair, in their order.

    Args:
        pairs: source and target texts; words are cut as in `[align-words] words`.
        languages: of the two sides; they tell how words are cut where there are no spaces.
        aligner: name of an aligner; empty: itermax with an encoder, else hmm.
        encoder: model folder or hub id.
        cache: folder of the cache; None: the usual one.
        settings: further fields of `[align-words]`.

    Raises:
        XlalignError: what the command would print.
    """
    path, count = jobs.stored_pairs(pairs, _store(cache).root)
    if not count:
        raise UserError("no pairs to align", "give at least one (source, target)")
    codes = jobs.languages_of(languages)
    given = str(Path(encoder).absolute()) if encoder and Path(encoder).is_dir() else str(encoder)
    job = jobs.align_job(
        f"file:{path.name}", codes, aligner=aligner, encoder=given, settings=settings, folder=path.parent
    )
    return _made(job, "align-words", cache)


def pretrain(
    preset: str,
    start: str | Path,
    sources: jobs.Sources,
    languages: str | Sequence[str],
    *,
    mono: jobs.Sources = (),
    cache: str | Path | None = None,
    **settings: Any,
) -> Result:
    """Train an encoder by a preset; `path` of the result is a transformers directory.

    Args:
        preset: as `xlalign list presets` names it.
        start: model folder, hub id or `scratch:SIZE`.
        sources: as in `prepare`.
        languages: as in `prepare`.
        mono: as in `prepare`, for presets that read monolingual text.
        cache: folder of the cache; None: the usual one.
        settings: further fields of `[pretrain.NAME]`: steps, batch_size, hyperparameters of the preset.

    Raises:
        XlalignError: what the command would print.
    """
    job = jobs.pretrain_job(preset, str(start), _several(sources), languages, mono=_several(mono), settings=settings)
    return _made(job, preset, cache)


def evaluate(
    models: str | Path | Sequence[str | Path],
    tasks: str | Sequence[str],
    data: str = "hub:",
    *,
    cache: str | Path | None = None,
    **settings: Any,
) -> Result:
    """Fine-tune on English and test in every language; `records()` has one record a task, model, language and seed.

    Args:
        models: folders or hub ids; the first is the baseline.
        tasks: as `xlalign list tasks` names them.
        data: `hub:`, a folder in XTREME's download layout, or `micro:SEED`.
        cache: folder of the cache; None: the usual one.
        settings: further fields of `[eval]`.

    Raises:
        XlalignError: what the command would print.
    """
    names = [models] if isinstance(models, str | Path) else list(models)
    return _made(jobs.eval_job(_list(tasks), list(map(str, names)), data, settings=settings), "eval", cache)


def load_preset(name: str, **options: Any) -> TrainingRecipe:
    """A published recipe with every value filled in.

    Args:
        name: as `xlalign list presets` names it.
        options: hyperparameters that differ, as in `[pretrain.NAME]`.

    Raises:
        UserError: no such preset or hyperparameter.
    """
    from xlalign.objectives import presets

    return presets.load(name, options)


def open_artifact(name: str | Path, *, cache: str | Path | None = None) -> Result:
    """An artifact from the cache.

    Args:
        name: its key or the beginning of it, the name of its stage (the newest counts), or a folder made by `--out`.
        cache: folder of the cache; None: the usual one.

    Raises:
        UserError: there is none.
    """
    mark = Path(name) / MARK
    key = mark.read_text().strip() if mark.is_file() else str(name)
    found = [
        made for made in _store(cache).artifacts() if made.manifest.key.startswith(key) or made.manifest.name == key
    ]
    if not found:
        raise UserError(f"the cache has no artifact `{name}`", "see `xlalign cache ls`")
    newest = max(found, key=lambda made: made.manifest.created)
    return Result(newest.manifest.stage, newest.data, newest.manifest.key, newest.manifest.info)


def _list(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _several(given: jobs.Sources) -> list[str | jobs.Settings]:
    """One source or several."""
    return [given] if isinstance(given, str | Mapping) else list(given)


def _store(cache: str | Path | None) -> Store:
    return Store(Path(cache) if cache else None)


class _Silent:
    """A reporter that says nothing."""

    def planned(self, nodes: list[Node]) -> None:
        """Nothing."""

    def started(self, node: Node, why: str) -> None:
        """Nothing."""

    def finished(self, node: Node, outcome: Outcome) -> None:
        """Nothing."""

    def progressed(self, name: str, event: Event) -> None:
        """Nothing."""


def _made(pipeline: Pipeline, name: str, cache: str | Path | None) -> Result:
    """Make a stage current, in this process: a script that is imported by workers would run twice."""
    store = _store(cache)
    pipeline.check([name])
    with pipeline.at_home():
        outcomes = make_current(
            pipeline.graph(), [name], store, ExecutionSettings(workers=1), _Silent(), pipeline.title
        )
    artifact = outcomes[name].artifact
    return Result(artifact.manifest.stage, artifact.data, artifact.manifest.key, artifact.manifest.info)
