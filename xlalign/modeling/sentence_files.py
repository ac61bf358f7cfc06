"""The files that make a model folder a sentence encoder, as sentence-transformers 2 to 6 write and read them.

modules.json                         Transformer, Pooling, perhaps Dense, perhaps Normalize, each with its folder
sentence_bert_config.json            longest row; from version 6 on which hidden state is pooled
1_Pooling/config.json                how
2_Dense/                             a linear layer and its activation
config_sentence_transformers.json    prompts
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlalign.errors import UserError
from xlalign.modeling.families import FAMILIES

MODULES, LENGTH, PROMPTS = "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"
POOLED = {"mean": "mean", "cls": "cls", "lasttoken": "last"}
"""The poolings of both sides, theirs -> ours."""
_BASE = "sentence_transformers.base.modules"
_TRANSFORMER, _NORMALIZE = f"{_BASE}.transformer.Transformer", f"{_BASE}.normalize.Normalize"
_DENSE, _POOLING = f"{_BASE}.dense.Dense", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"


@dataclass(frozen=True)
class SentenceSetup:
    """How sentence vectors are made.

    Attributes:
        layer: hidden state that is pooled, -1 = the last.
        pooling: how.
        normalise: whether vectors have length one.
        prompts: what is put before a text, by name.
        prompt: the one that is used where none is named.
        max_length: longest row in tokens; None = what tokenizer and encoder allow.
        lowercase: whether prompt and text are put into lower case first.
        dense: folders of linear layers after pooling.
    """

    layer: int = -1
    pooling: str = "mean"
    normalise: bool = True
    prompts: Mapping[str, str] = field(default_factory=dict)
    prompt: str = ""
    max_length: int | None = None
    lowercase: bool = False
    dense: tuple[Path, ...] = ()


def read_setup(folder: Path) -> SentenceSetup | None:
    """What the files of a model folder say; None where it is no sentence encoder.

    Raises:
        UserError: it has a part that is not known here, which would make other vectors.
    """
    if not (folder / MODULES).is_file():
        return None
    modules = {row["type"].rpartition(".")[2]: folder / row["path"] for row in _read(folder / MODULES, list)}
    if unknown := sorted(modules.keys() - {"Transformer", "Pooling", "Dense", "Normalize"}):
        raise UserError(
            f"`{folder}`: modules.json has {', '.join(unknown)}, which is not known", "choose another encoder"
        )
    dense = [folder / row["path"] for row in _read(folder / MODULES, list) if row["type"].endswith(".Dense")]
    length, prompts = _read(folder / LENGTH), _read(folder / PROMPTS)
    known = prompts.get("prompts") or {}
    return SentenceSetup(
        layer=_layer(length),
        pooling=_pooling(modules["Pooling"] / "config.json") if "Pooling" in modules else "mean",
        normalise="Normalize" in modules,
        prompts=known,
        prompt=known.get(prompts.get("default_prompt_name") or "", ""),
        max_length=length.get("max_seq_length"),
        lowercase=bool(length.get("do_lower_case")),
        dense=tuple(dense),
    )


def _layer(config: Mapping[str, Any]) -> int:
    """Of `["hidden_states", 4]`, 4; of `last_hidden_state` and files of old versions, the last."""
    named = config.get("modality_config", {}).get("text", {}).get("method_output_name")
    return int(named[1]) if isinstance(named, list) and named[0] == "hidden_states" else -1


def _pooling(path: Path) -> str:
    config = _read(path)
    named = config.get("pooling_mode")
    modes = [named] if isinstance(named, str) else list(named or ())
    modes += [
        key.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        for key, value in config.items()
        if key.startswith("pooling_mode_") and value is True
    ]
    if len(modes) != 1 or modes[0] not in POOLED:
        raise UserError(
            f"{path}: pooling {', '.join(modes) or 'of no kind'} is not known", "known: mean, cls, lasttoken"
        )
    if config.get("include_prompt") is False:
        raise UserError(f"{path}: include_prompt = false is not known", "choose another encoder")
    return POOLED[modes[0]]


def write_setup(folder: Path, setup: SentenceSetup | None = None) -> None:
    """Make a model folder the sentence encoder of a setup; what its files said before is replaced.

    Args:
        folder: of a transformers model; the folders of the setup's Dense layers are in it.
        setup: what its files shall say; None = nothing where it is a sentence encoder, else the last layer with the
            pooling of its family.

    Raises:
        UserError: sentence-transformers has no such pooling.
    """
    if setup is None and (folder / MODULES).is_file():
        return
    config = _read(folder / "config.json")
    kind = config.get("model_type")
    setup = setup or SentenceSetup(pooling=FAMILIES.get(kind).pooling if kind in FAMILIES else "mean")
    width = config.get("hidden_size") or config.get("d_model") or config.get("dim")
    paths = ["", "1_Pooling", *(path.name for path in setup.dense)]
    types = [_TRANSFORMER, _POOLING, *[_DENSE] * len(setup.dense)]
    if setup.normalise:
        paths, types = [*paths, f"{len(paths)}_Normalize"], [*types, _NORMALIZE]
    rows = enumerate(zip(paths, types, strict=True))
    files = {
        MODULES: [{"idx": at, "name": str(at), "path": path, "type": kind} for at, (path, kind) in rows],
        LENGTH: _length(setup),
        "1_Pooling/config.json": {
            "embedding_dimension": width,
            "pooling_mode": _their_pooling(setup.pooling),
            "include_prompt": True,
        },
        PROMPTS: _prompts(setup),
    }
    for path in paths:
        (folder / path).mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _their_pooling(pooling: str) -> str:
    found = next((name for name, ours in POOLED.items() if ours == pooling), None)
    if found is None:
        raise UserError(f"sentence-transformers has no pooling `{pooling}`", f"known: {', '.join(POOLED.values())}")
    return found


def _length(setup: SentenceSetup) -> dict[str, Any]:
    output = "last_hidden_state" if setup.layer < 0 else ["hidden_states", setup.layer]
    return {
        "transformer_task": "feature-extraction",
        "modality_config": {"text": {"method": "forward", "method_output_name": output}},
        "module_output_name": "token_embeddings",
        **({"max_seq_length": setup.max_length} if setup.max_length else {}),
        **({"do_lower_case": True} if setup.lowercase else {}),
    }


def _prompts(setup: SentenceSetup) -> dict[str, Any]:
    """Prompts by name; the one that is used where none is named keeps its name, and is `query` where it has none."""
    known = dict(setup.prompts) or ({"query": setup.prompt, "document": setup.prompt} if setup.prompt else {})
    named = next((name for name, text in known.items() if text == setup.prompt), "query")
    return {
        "model_type": "SentenceTransformer",
        "prompts": known | ({named: setup.prompt} if setup.prompt else {}),
        "default_prompt_name": named if setup.prompt else None,
        "similarity_fn_name": "cosine",
    }


def copy_setup(parent: Path, child: Path) -> None:
    """Give a model the pooling, Dense layers and prompts of the sentence encoder that it was trained from."""
    if not (parent / MODULES).is_file():
        return
    for name in (MODULES, LENGTH, PROMPTS):
        if (parent / name).is_file():
            shutil.copyfile(parent / name, child / name)
    for row in _read(parent / MODULES, list):
        if row["path"] and (parent / row["path"]).is_dir():
            shutil.copytree(parent / row["path"], child / row["path"], dirs_exist_ok=True)


def _read(path: Path, kind: type = dict) -> Any:
    """A JSON file; empty where there is none.

    Raises:
        UserError: it cannot be read.
    """
    if not path.is_file():
        return kind()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is no JSON: {error}", "download or save the model again") from error
    if not isinstance(found, kind):
        raise UserError(f"{path} holds no {kind.__name__}", "download or save the model again")
    return found
