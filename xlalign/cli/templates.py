"""The commented file that `xlalign init --encoder ... --bitext ...` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from xlalign.errors import UserError

PLACEHOLDERS = ("{lang}", "{source}")


def own_file(encoder: str, bitext: Sequence[str], languages: Sequence[str]) -> str:
    """A pipeline for an encoder and text of the user's own.

    Args:
        encoder: model folder, hub id or `scratch:SIZE`.
        bitext: names of files or URIs; two files that differ by a language code are the two sides of one text.
        languages: codes, the first is paired with each other one.
    """
    sources = "\n".join(f"  {_source(uri, languages)}," for uri in _paired(bitext, languages))
    heads = _has_head(encoder)
    parts = (_HEAD, _PREPARE, _LINKS, _TRAIN if heads else _TRAIN_HEADLESS, _EVAL)
    values = {
        "TITLE": json.dumps(f"does alignment help {Path(encoder).name}?"),
        "LANGUAGES": json.dumps(list(languages)),
        "TESTED": json.dumps(list(languages)),
        "SOURCES": sources,
        "ENCODER": json.dumps(encoder),
        "MODEL": "ml-ctl" if heads else "aligned",
    }
    text = "".join(parts)
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _source(uri: str, languages: Sequence[str]) -> str:
    """One entry of `sources`; a single file has to say which languages it holds."""
    if any(mark in uri for mark in PLACEHOLDERS) or not uri.startswith("file:"):
        return json.dumps(uri, ensure_ascii=False)
    return f"{{ uri = {json.dumps(uri, ensure_ascii=False)}, languages = {json.dumps(list(languages[:2]))} }}"


def _paired(files: Sequence[str], languages: Sequence[str]) -> list[str]:
    """URIs: `a.en`, `a.de` become `file:a.{lang}`; `en-de.tsv`, `en-fr.tsv` become `file:{source}-{target}.tsv`."""
    found: dict[str, list[str]] = {}
    for name in files:
        found.setdefault(name if is_uri(name) else _pattern(name, languages), []).append(name)
    return [_uri(pattern, names, languages) for pattern, names in found.items()]


def is_uri(name: str) -> bool:
    """Whether it is `scheme:rest` and no name of a file."""
    return bool(re.match(r"[a-z_]{2,}:", name))


def _pattern(name: str, languages: Sequence[str]) -> str:
    """A file's name with its language codes as placeholders, where it has them between dots or at a pair."""
    path = Path(name)
    for other in languages[1:]:
        if f"{languages[0]}-{other}" in path.name:
            return path.with_name(path.name.replace(f"{languages[0]}-{other}", "{source}-{target}")).as_posix()
    parts = path.name.split(".")
    places = [place for place, part in enumerate(parts) if part in languages and place > 0]
    if not places:
        return path.as_posix()
    parts[places[-1]] = "{lang}"
    return path.with_name(".".join(parts)).as_posix()


def _uri(pattern: str, names: Sequence[str], languages: Sequence[str]) -> str:
    if is_uri(pattern):
        return pattern
    if "{lang}" in pattern and len(names) < 2:
        hint = f"add the other side: --bitext {names[0]} --bitext {pattern.replace('{lang}', languages[1])}"
        raise UserError(f"--bitext {names[0]}: one side of a text, and its translation is not named", hint)
    return f"file:{pattern}"


def _has_head(encoder: str) -> bool:
    from xlalign.modeling.reference import parse
    from xlalign.stages.checks import lacks_head

    return not lacks_head(parse(encoder), {})


_HEAD = """\
# Written by `xlalign init`. Next: `xlalign check`, then `xlalign run`, then `xlalign report`.
# Paths begin at the folder of this file. Every field: docs/reference/settings.md, or your editor by the schema above.
title = <TITLE>
"""

_PREPARE = """
[prepare]                        # fetch, clean, deduplicate, split
languages = <LANGUAGES>   # the first is paired with each other one
sources = [
<SOURCES>
]
profile = "classic"              # filters to start from: light, classic or strict
dev_size = 500                   # pairs of each language pair that are held out; the largest share is a tenth
# filters = { length = { max = 100 } }   # single filters differ: `xlalign list filters`
# [[prepare.decontaminate]]      # what must not be trained on, beside the data of [eval]
# name = "my test set"
# files = ["test/*.txt"]
"""

_LINKS = """
[align-words.links]              # word links, for presets that ask for them (ml-ctl, weam, ...)
aligner = "hmm"                  # needs no encoder; `xlalign list aligners`
"""

_TRAIN = """
[pretrain.ml-ctl]                # an aligned encoder by a published recipe; `xlalign list presets`
preset = "ml-ctl"
from = <ENCODER>
steps = 200                      # a first look; papers train ten thousand and more
batch_size = 16
# temperature = 0.1              # any hyperparameter of the preset: `xlalign pretrain --preset ml-ctl --explain`
"""

_TRAIN_HEADLESS = """
[pretrain.aligned]               # an aligned encoder by a published recipe; `xlalign list presets`
preset = "sbert-distill"         # this encoder was saved without its masked-language head, so none that predicts tokens
from = <ENCODER>
steps = 200                      # a first look; papers train ten thousand and more
batch_size = 16
# learning_rate = 2e-5           # any other field: `xlalign pretrain --preset sbert-distill --explain`
"""

_EVAL = """
[diagnostics]                    # the encoders as they are, without fine-tuning: retrieval, word links, geometry
models = [<ENCODER>, "<MODEL>"]
data = "micro:"                  # or "folder:PATH" in XTREME's download layout, or "hub:"

# [eval]                         # zero-shot transfer: fine-tune on English, test in every language
# tasks = ["xnli", "udpos", "tatoeba"]
# models = [<ENCODER>, "<MODEL>"]        # the first is the baseline
# data = "hub:"                  # or "folder:PATH": `xlalign list tasks`
# languages = <TESTED>
# preset = "xtreme"
# seeds = [1, 2, 3]
"""

OWN_DATA = (
    (_HEAD + _PREPARE + _LINKS + _TRAIN + _EVAL)
    .replace("<TITLE>", '"own data: replace the files and the encoder"')
    .replace("<LANGUAGES>", '["en", "de"]')
    .replace("<TESTED>", '["en", "de"]')
    .replace("<SOURCES>", '  "micro:",                     # yours: "file:news.{lang}", "opus:Books", "hf:OWNER/NAME"')
    .replace("<ENCODER>", '"scratch:nano"')
    .replace("<MODEL>", "ml-ctl")
)
"""`xlalign init own-data`: it passes `check` and runs as it is, on the micro-world."""
