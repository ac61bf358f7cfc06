"""What is wrong with a model folder, told without torch: config.json and the headers of its safetensors are read.

A safetensors file is 8 bytes (little-endian, length n of the header), n bytes of JSON (tensor -> dtype, shape, first
and last byte), then the tensors. So a file that was cut off is known by its size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.errors import shown
from xlalign.modeling import scratch
from xlalign.modeling.reference import Folder, Reference, Scratch
from xlalign.modeling.remote_code import code_fault

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack")
HEADED = ("ForMaskedLM", "ForPreTraining", "LMHeadModel", "ForCausalLM", "WithLMHead")
"""Endings of architectures that predict tokens."""
TABLES = ("word_embeddings.weight", "embed_tokens.weight", "tok_embeddings.weight", "shared.weight")
LONGEST_HEADER = 100_000_000


class ModelFault(NamedTuple):
    """What is wrong and what to do."""

    message: str
    hint: str


def has_head(config: Mapping[str, Any]) -> bool:
    """Whether a configuration says that the checkpoint was saved with an output layer over the vocabulary."""
    return any(str(name).endswith(HEADED) for name in config.get("architectures") or ())


def configuration(first: Reference) -> dict[str, Any]:
    """What is known of an encoder without loading it: the config.json it begins with; empty for the hub.

    A size has `num_hidden_layers`, `hidden_size`, `intermediate_size` and a head.

    Args:
        first: where its chain of stages begins.
    """
    if isinstance(first, Scratch) and first.size in scratch.sizes():
        row = scratch.size(first.size)
        sizes = {"num_hidden_layers": row.layers, "hidden_size": row.hidden, "intermediate_size": row.feed_forward}
        return {**sizes, "max_position_embeddings": row.positions, "architectures": [f"Scratch{HEADED[0]}"]}
    return config_of(first.path) if isinstance(first, Folder) else {}


def config_of(folder: Path) -> dict[str, Any]:
    """What a folder's config.json says; empty where there is none that can be read."""
    return _json(folder / "config.json") or {}


def faults_of_folder(folder: Path, needs_head: bool = False) -> Iterator[ModelFault]:
    """What keeps a folder from being loaded as an encoder.

    Args:
        folder: of a transformers model.
        needs_head: whether tokens will be predicted with the head it was saved with.
    """
    config = _json(folder / "config.json")
    if config is None:
        hint = "give a directory that `save_pretrained` has written"
        yield ModelFault(f"`{folder}` is not an encoder: it has no config.json that can be read", hint)
        return
    if fault := code_fault(str(folder), config, _json(folder / "tokenizer_config.json") or {}):
        yield ModelFault(*fault)
    yield from _weight_faults(folder, config)
    if needs_head and not has_head(config):
        yield ModelFault(
            f"`{folder}` was saved without the masked-language head that is needed to predict tokens",
            'set head = "new" to train one, or give a model saved as ForMaskedLM',
        )


def _weight_faults(folder: Path, config: Mapping[str, Any]) -> Iterator[ModelFault]:
    files = weight_files(folder)
    if not files:
        yield _without_weights(folder)
    shapes: dict[str, list[int]] = {}
    for path in files:
        try:
            shapes |= header(path)
        except (OSError, ValueError, RecursionError) as error:
            hint = "download or save it again"
            yield ModelFault(f"`{path}` is damaged: {shown(str(error))}", hint)
            return
    width = config.get("vocab_size")
    for name, shape in shapes.items():
        if name.endswith(TABLES) and isinstance(width, int) and shape[:1] != [width]:
            rows = shape[0] if shape else "no"
            message = f"`{folder}`: {shown(name)} has {rows} rows, and config.json says vocab_size {width}"
            yield ModelFault(message, "save model and configuration together with `save_pretrained`")
            return


def weight_files(folder: Path) -> list[Path]:
    """The safetensors of a model folder; those that an index names may be missing."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    names = (_json(folder / INDEX) or {}).get("weight_map", {})
    if not isinstance(names, dict):
        return []
    # The last part alone: an index must not lead out of the folder.
    return [folder / name for name in sorted({Path(str(name)).name for name in names.values()})]


def _without_weights(folder: Path) -> ModelFault:
    pickled = [name for name in PICKLED if (folder / name).is_file()]
    if not pickled:
        hint = (
            "save the model with `save_pretrained`; of a repository with pytorch_model.bin alone take a revision that "
            "has safetensors, or convert it once"
        )
        return ModelFault(f"`{folder}` has no weights: no {WEIGHTS}", hint)
    hint = (
        "convert it once, where you trust its origin: AutoModelForMaskedLM.from_pretrained(FOLDER)"
        ".save_pretrained(NEW) writes safetensors"
    )
    return ModelFault(f"`{folder}` has its weights only as {pickled[0]}, which can run code when read", hint)


def header(path: Path) -> dict[str, list[int]]:
    """The shapes of the tensors in a safetensors file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such file, or was cut off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, LONGEST_HEADER):
            raise ValueError("no safetensors header")
        table = json.loads(file.read(length))
    try:
        tensors = {name: row for name, row in table.items() if name != "__metadata__"}
        shapes = {name: [int(size) for size in row["shape"]] for name, row in tensors.items()}
        end = max((int(row["data_offsets"][1]) for row in tensors.values()), default=0)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"its header is none of safetensors: {error!r}") from error
    if size != 8 + length + end:
        raise ValueError(f"it has {size:,} bytes, and its header says {8 + length + end:,}")
    return shapes


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
