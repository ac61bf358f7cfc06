"""Model folders that are damaged or there to harm: one message each, before anything of them is believed."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xlalign.errors import UserError, shown
from xlalign.modeling.inspection import faults_of_folder

CONFIG = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "vocab_size": 10,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
}
TABLE = "embeddings.word_embeddings.weight"
DEEP = b"[" * 100_000
INDEX = "model.safetensors.index.json"


def safetensors(header: Any, body: bytes = b"") -> bytes:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(data).to_bytes(8, "little") + data + body


def tensor(shape: Any) -> bytes:
    return safetensors({TABLE: {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}, bytes(4))


GOOD = safetensors({TABLE: {"dtype": "F32", "shape": [10, 8], "data_offsets": [0, 320]}}, bytes(320))


def folder(place: Path, **files: Any) -> Path:
    """Files by name, with `__` for the full stop; a function makes its file itself."""
    given = {"config__json": CONFIG, "model__safetensors": GOOD, "tokenizer__json": {}} | files
    for name, content in given.items():
        path = place / name.replace("__", ".")
        if isinstance(content, Callable):  # type: ignore[arg-type]
            content(path)
        elif content is not None:
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return place


HARM: dict[str, tuple[dict[str, Any], str]] = {
    "config is a list": ({"config__json": [1]}, "no config.json that can be read"),
    "config is deep": ({"config__json": DEEP}, "no config.json that can be read"),
    "config is no UTF-8": ({"config__json": b'{"model_type": "b\xff"}'}, "no config.json that can be read"),
    "config is a circle of links": (
        {"config__json": lambda path: path.symlink_to(path.name)},
        "no config.json that can be read",
    ),
    "a number without end": ({"config__json": b'{"vocab_size": ' + b"9" * 5000 + b"}"}, "no config.json"),
    "kind is a list": ({"config__json": CONFIG | {"model_type": ["a"]}}, "unknown model_type"),
    "kind is an object": ({"config__json": CONFIG | {"model_type": {"a": 1}}}, "unknown model_type"),
    "kind steers a terminal": ({"config__json": CONFIG | {"model_type": "\x1b[2J"}}, r"model_type `\x1b[2J`"),
    "header longer than the file": ({"model__safetensors": b"\xff" * 8 + b"{}"}, "no safetensors header"),
    "header is a list": ({"model__safetensors": safetensors([1])}, "its header is none of safetensors"),
    "header is deep": ({"model__safetensors": safetensors(DEEP)}, "is damaged"),
    "header without shapes": ({"model__safetensors": safetensors({TABLE: {}})}, "its header is none of safetensors"),
    "header of numbers": ({"model__safetensors": safetensors({TABLE: 3})}, "its header is none of safetensors"),
    "a table without rows": ({"model__safetensors": tensor([])}, "has no rows, and config.json says vocab_size 10"),
    "a shape of letters": ({"model__safetensors": tensor("ab")}, "is damaged"),
    "a file that was cut off": ({"model__safetensors": GOOD[:-100]}, "and its header says"),
    "weights are a pipe": ({"model__safetensors": getattr(os, "mkfifo", None)}, "has no weights"),
    "index of a number": ({"model__safetensors": None, "index": {"weight_map": 3}}, "has no weights"),
    "index of numbers": ({"model__safetensors": None, "index": {"weight_map": {"a": 3, "b": "x"}}}, "is damaged"),
    "index leads out": (
        {"model__safetensors": None, "index": {"weight_map": {"a": "/etc/passwd"}}},
        "/passwd` is damaged",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="pipes and links")
@pytest.mark.parametrize("name", HARM)
def test_it_is_one_message(tmp_path, name):
    files, message = HARM[name]
    found = list(faults_of_folder(folder(tmp_path, **{INDEX if n == "index" else n: f for n, f in files.items()})))
    assert any(message in fault.message for fault in found), found
    assert all(shown(fault.message) == fault.message and "`/etc" not in fault.message for fault in found)


def test_a_good_one_has_no_fault(tmp_path):
    assert list(faults_of_folder(folder(tmp_path))) == []


TOKENIZERS = {
    "empty": {},
    "deep": DEEP,
    "a list": [1],
    "bare": {"version": "1.0", "model": {"type": "WordLevel", "vocab": {}}},
}
SIZES: dict[str, list[Any]] = {
    "hidden_size": ["NaN", -1, 0, 7, "8", None, 10**30],
    "vocab_size": ["NaN", -1, 10**12, [1], {}],
    "num_hidden_layers": [-3, 10**9 + 0.5, "many"],
    "num_attention_heads": [0, 3],
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_tokenizer_that_is_none(tmp_path, name):
    from xlalign.modeling.loading import load_tokenizer

    folder(tmp_path, tokenizer__json=TOKENIZERS[name])
    with pytest.raises(UserError, match="has no tokenizer that can be loaded"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in SIZES.items() for value in values])
def test_sizes_that_are_none(tmp_path, field, value):
    from xlalign.modeling.loading import load_body

    folder(tmp_path, config__json=json.dumps(CONFIG | {field: value}).replace('"NaN"', "NaN").encode())
    with pytest.raises(UserError) as caught:
        load_body(tmp_path)
    assert len(caught.value.message) < 1_500
