"""One job without a pipeline file: the tables that a user would have written for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from xlalign.errors import UserError, unknown_name
from xlalign.files import write_text
from xlalign.stages.pipeline import Pipeline, build

UNSTATED = ("qaa", "qab")
"""Codes for private use, which stand for languages that nobody named: words are cut by their script alone."""
PER_LINE: dict[str, Any] = {
    "transforms": [],
    "profile": "light",
    "filters": dict.fromkeys(("empty", "length", "identical", "control"), False),
    "dedup": "none",
    "dev_size": 0,
    "keep_out_evaluation": False,
    "lock": "",
}
"""A `[prepare]` table that keeps every line as it is, so that line n of the result belongs to line n of the input."""

Settings = Mapping[str, Any]
Sources = str | Settings | Sequence[str | Settings]


def languages_of(text: str | Sequence[str]) -> list[str]:
    """Language codes from `en-de`, `en-de,en-fr`, `en,de,fr` or a list; the first is paired with each other one.

    Raises:
        UserError: fewer than two, or pairs that do not all begin with the same language.
    """
    codes = text.replace(",", "-").split("-") if isinstance(text, str) else list(text)
    if isinstance(text, str) and "-" in text and "," in text:
        pairs = [part.split("-") for part in text.split(",")]
        if len({pair[0] for pair in pairs}) > 1 or any(len(pair) != 2 for pair in pairs):
            hint = "name one language first in all of them, as in en-de,en-fr, or list `pairs` in [prepare]"
            raise UserError(f"`{text}`: the pairs do not begin with the same language", hint)
        codes = [pairs[0][0], *(pair[1] for pair in pairs)]
    codes = list(dict.fromkeys(codes))
    if len(codes) < 2 or not all(codes):
        raise UserError(f"`{text}` are no languages of a bitext", "write two or more codes, as in en-de or en,de,fr")
    return codes


def prepare_job(
    sources: Sequence[str | Settings],
    languages: str | Sequence[str],
    *,
    mono: Sequence[str | Settings] = (),
    settings: Settings | None = None,
    assignments: Iterable[str] = (),
) -> Pipeline:
    """A bitext from sources.

    Args:
        sources: URIs (`file:a.en|a.de`), names of files, or tables of `sources`.
        languages: `en-de`, or a list.
        mono: sources of monolingual text.
        settings: further fields of `[prepare]`.
        assignments: `NAME=VALUE`, applied last.
    """
    return build(
        {"prepare": _prepared(sources, languages, mono, settings)},
        "this job",
        f"prepare {_named(sources)}",
        assignments,
    )


def pretrain_job(
    preset: str,
    start: str,
    sources: Sequence[str | Settings],
    languages: str | Sequence[str],
    *,
    mono: Sequence[str | Settings] = (),
    settings: Settings | None = None,
    assignments: Iterable[str] = (),
) -> Pipeline:
    """An encoder trained by a preset, and the bitext (and word links, where the preset asks for them) that it needs.

    Args:
        preset: name of a preset.
        start: model folder, hub id or `scratch:SIZE`.
        sources: as in `prepare_job`.
        languages: as in `prepare_job`.
        mono: as in `prepare_job`.
        settings: further fields of `[pretrain.PRESET]`.
        assignments: `NAME=VALUE`, applied last.
    """
    from xlalign.objectives.presets import names, needs

    if preset not in names():
        raise unknown_name("preset", preset, names())
    needed = needs(preset)
    if "mono" in needed and not mono:
        mono = [source for source in sources if not isinstance(source, str) or _has_documents(source)]
        if not mono:
            raise UserError(f"preset `{preset}` reads monolingual text too", "name it: --mono 'file:wiki.{lang}.txt'")
    tables: dict[str, Any] = {"prepare": _prepared(sources, languages, mono, None)}
    if needed & {"links", "dictionary"}:
        tables["align-words"] = {"links": {"aligner": "hmm"}}
    tables["pretrain"] = {preset: {"preset": preset, "from": start, **(settings or {})}}
    return build(tables, "this job", f"{preset} on {_named(sources)}", assignments)


def align_job(
    uri: str,
    languages: Sequence[str] = UNSTATED,
    *,
    aligner: str = "",
    encoder: str = "",
    settings: Settings | None = None,
    assignments: Iterable[str] = (),
    folder: Path = Path(),
) -> Pipeline:
    """Links for every line of a text.

    Args:
        uri: a source with one language pair.
        languages: of its two sides.
        aligner: name of an aligner; empty: itermax with an encoder, else hmm.
        encoder: model folder or hub id.
        settings: further fields of `[align-words]`.
        assignments: `NAME=VALUE`, applied last.
        folder: where relative paths begin.
    """
    pair = list(languages)
    own = {"aligner": aligner or ("itermax" if encoder else "hmm"), **({"encoder": encoder} if encoder else {})}
    tables = {
        "prepare": {**PER_LINE, "languages": pair, "sources": [{"uri": uri, "languages": pair}]},
        "align-words": {**own, **(settings or {})},
    }
    return build(tables, "this job", f"align-words {_named([uri])}", assignments, folder=folder)


def eval_job(
    tasks: Sequence[str],
    models: Sequence[str],
    data: str = "hub:",
    *,
    settings: Settings | None = None,
    assignments: Iterable[str] = (),
) -> Pipeline:
    """Models on tasks; the first model is the baseline. The task `diagnostics` measures encoders as they are.

    Args:
        tasks: names of tasks.
        models: folders or hub ids.
        data: `hub:`, `folder:PATH`, a folder, or `micro:SEED`.
        settings: further fields of `[eval]`.
        assignments: `NAME=VALUE`, applied last.
    """
    source = f"folder:{data}" if Path(data).is_dir() else data
    common = {"models": list(models), "data": source, **(settings or {})}
    if list(tasks) == ["diagnostics"]:
        return build({"diagnostics": common}, "this job", f"diagnostics of {_named(models)}", assignments)
    table = {"tasks": list(tasks), "preset": "xtreme", "seeds": [1], **common}
    return build({"eval": table}, "this job", f"eval {_named(models)}", assignments)


def stored_pairs(pairs: Iterable[tuple[str, str]], root: Path) -> tuple[Path, int]:
    """Write pairs as a table that a pipeline can read, named by its content; gives the file and the number of pairs.

    Args:
        pairs: texts of both sides; tabs and line ends become spaces.
        root: the cache.
    """
    # A tab would make a column and a line end a row: the links of line n must be those of pair n.
    lines = ["\t".join(" ".join(side.split()) for side in pair) for pair in pairs]
    text = "".join(f"{line}\n" for line in lines)
    path = root / "inputs" / f"{sha256(text.encode()).hexdigest()[:32]}.tsv"
    if not path.is_file():
        write_text(path, text)
    return path, len(lines)


def source_of(text: str) -> str:
    """A source URI from what a user types: a file is `file:` by itself."""
    known = Path(text.split("|", maxsplit=1)[0].replace("{lang}", "")).suffix or Path(text).exists()
    return f"file:{text}" if ":" not in text and known else text


def _named(things: Sequence[str | Settings]) -> str:
    """What a job is about, in a few words; jobs on other things are no changes of this one."""
    return ", ".join(str(thing if isinstance(thing, str) else thing.get("uri")) for thing in things)


def _prepared(
    sources: Sequence[str | Settings],
    languages: str | Sequence[str],
    mono: Sequence[str | Settings],
    more: Settings | None,
) -> dict[str, Any]:
    codes = languages_of(languages)
    table = {"languages": codes, "sources": [_source(source, codes) for source in sources], **(more or {})}
    return {**table, "mono": [_source(source, codes) for source in mono]} if mono else table


def _source(source: str | Settings, codes: list[str]) -> str | Settings:
    """A source with its languages where the URI does not tell them and there is no choice."""
    if not isinstance(source, str):
        return source
    uri = source_of(source)
    # A single file does not say its languages; with two of them there is no doubt.
    fixed = uri.startswith("file:") and "{" not in uri and len(codes) == 2
    return {"uri": uri, "languages": codes} if fixed else uri


def _has_documents(uri: str) -> bool:
    """Whether a source of pairs also gives text in one language."""
    return uri.startswith("micro:") or "{lang}" in uri
