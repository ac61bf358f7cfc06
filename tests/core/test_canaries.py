"""What we read or replace inside other packages is still there; each row says who reads it.

When one of these fails after an update, the message says what moved and which file of ours to look at; the upper
bounds in pyproject.toml keep users from meeting it first.
"""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import xlalign

SOURCES = Path(xlalign.__file__).parent

MODERNBERT = "transformers.models.modernbert.modeling_modernbert"

INSIDES = {
    f"{MODERNBERT}:ModernBertAttention.forward": "modeling/cpu/modernbert.py",
    f"{MODERNBERT}:ModernBertMLP.forward": "modeling/cpu/modernbert.py",
    f"{MODERNBERT}:ModernBertRotaryEmbedding.forward": "modeling/cpu/modernbert.py",
    "transformers.integrations.sdpa_attention:sdpa_attention_forward": "modeling/attention.py",
    "transformers.masking_utils:sdpa_mask": "modeling/attention.py",
    "transformers:AttentionInterface.register": "modeling/attention.py",
    "transformers:AttentionMaskInterface.register": "modeling/attention.py",
    "transformers.models.auto.configuration_auto:CONFIG_MAPPING_NAMES": "modeling/remote_code.py",
    "transformers:PreTrainedModel.set_attn_implementation": "modeling/probe.py",
    "accelerate.state:AcceleratorState._reset_state": "training/devices.py",
    "torch:_softmax_backward_data": "modeling/cpu/products.py",
    "torch:_foreach_lerp_": "objectives/momentum.py",
    "torch.nn.attention.varlen:varlen_attn": "modeling/attention.py",
    "py3langid.langid:MODEL_FILE": "bitext/identify.py",
    "py3langid.langid:LanguageIdentifier.from_model_file": "bitext/identify.py",
    "sacrebleu.tokenizers.tokenizer_intl:TokenizerV14International.__call__.__wrapped__": "bitext/segment.py",
    "sacrebleu.tokenizers.tokenizer_ja_mecab:TokenizerJaMecab.__call__.__wrapped__": "bitext/segment.py",
    "sacrebleu.dataset:DATASETS": "bitext/sources/sacrebleu.py",
    "sacrebleu.utils:extract_tarball": "bitext/sources/sacrebleu.py",
}


def moved(place: str, reader: str) -> str:
    """What is wrong with a row; empty where all is well."""
    package = place.partition(":")[0].partition(".")[0]
    try:
        pkgutil.resolve_name(place)
    except (ImportError, AttributeError) as error:
        return f"{package} {version(package)}: `{place}` is gone ({error}): xlalign/{reader} reads it"
    return ""


@pytest.mark.parametrize("place", INSIDES)
def test_it_is_there(place):
    assert not moved(place, INSIDES[place])
    assert (SOURCES / INSIDES[place]).is_file(), "the reader has moved: mend the row"
    name = place.rpartition(":")[2].removesuffix(".__call__.__wrapped__")
    assert any(part in (SOURCES / INSIDES[place]).read_text() for part in name.split(".")), "nobody reads it: drop it"


def test_what_moved_is_named():
    said = moved("transformers.masking_utils:no_such_mask", "modeling/attention.py")
    assert said.startswith(f"transformers {version('transformers')}: `transformers.masking_utils:no_such_mask` is gone")
    assert said.endswith("xlalign/modeling/attention.py reads it")
    assert "is gone" in moved("transformers.no_such_module:x", "modeling/attention.py")


ARGUMENTS = {
    f"{MODERNBERT}:ModernBertAttention.forward": (
        "self",
        "hidden_states",
        "position_embeddings",
        "attention_mask",
        "kwargs",
    ),
    f"{MODERNBERT}:ModernBertRotaryEmbedding.forward": (
        "self",
        "x",
        "position_ids",
        "layer_type",
    ),
    f"{MODERNBERT}:ModernBertMLP.forward": ("self", "hidden_states"),
    "transformers.integrations.sdpa_attention:sdpa_attention_forward": (
        "module",
        "query",
        "key",
        "value",
        "attention_mask",
        "dropout",
        "scaling",
    ),
}


@pytest.mark.parametrize("place", ARGUMENTS)
def test_it_is_called_as_before(place):
    found = tuple(inspect.signature(inspect.unwrap(pkgutil.resolve_name(place))).parameters)
    said = f"transformers {version('transformers')}: `{place}` takes {found}: xlalign/{INSIDES[place]} gives other"
    assert found[: len(ARGUMENTS[place])] == ARGUMENTS[place], said


@cache
def modernbert() -> Any:
    from transformers import ModernBertConfig, ModernBertModel

    sizes = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 2}
    ids = {"pad_token_id": 0, "cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2}
    return ModernBertModel(ModernBertConfig(**sizes, **ids, num_attention_heads=2))


def fast_tokenizer() -> Any:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))


def language_model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def memmap() -> Any:
    import numpy as np

    return np.memmap(SOURCES / "__init__.py", mode="r")


def test_set() -> Any:
    from sacrebleu.dataset import DATASETS

    return DATASETS["wmt19"]


test_set.__test__ = False  # type: ignore[attr-defined]

OBJECTS: dict[str, tuple[Callable[[], Any], tuple[str, ...], str]] = {
    "transformers ModernBertAttention": (
        lambda: modernbert().layers[0].attn,
        ("Wqkv", "Wo", "out_drop", "head_dim", "attention_dropout", "sliding_window"),
        "modeling/cpu/modernbert.py",
    ),
    "transformers ModernBertMLP": (
        lambda: modernbert().layers[0].mlp,
        ("Wi", "Wo", "drop"),
        "modeling/cpu/modernbert.py",
    ),
    "transformers configuration": (lambda: modernbert().config, ("_attn_implementation",), "modeling/probe.py"),
    "transformers fast tokenizer": (fast_tokenizer, ("_tokenizer", "backend_tokenizer"), "modeling/words.py"),
    "py3langid LanguageIdentifier": (
        language_model,
        ("tk_row", "tk_output", "tk_nextmove", "nb_ptc", "nb_pc", "nb_classes"),
        "bitext/identify.py",
    ),
    "numpy memmap": (memmap, ("_mmap",), "training/arrays.py"),
    "sacrebleu data set": (
        test_set,
        ("_rawdir", "_get_tarball_filename", "data", "md5", "langpairs", "get_source_file", "get_reference_files"),
        "bitext/sources/sacrebleu.py",
    ),
}


@pytest.mark.parametrize("what", OBJECTS)
def test_its_attributes_are_there(what):
    make, names, reader = OBJECTS[what]
    found, package = make(), what.split()[0]
    gone = [name for name in names if not hasattr(found, name)]
    assert gone == [], f"{package} {version(package)}: {what} has no {', '.join(gone)}: xlalign/{reader} reads them"


def test_the_operator_behind_gelu_is_there():
    import torch

    assert hasattr(torch.ops.aten.gelu_backward, "grad_input"), f"torch {torch.__version__}: modeling/cpu/modernbert.py"


def test_no_other_private_attribute_is_read():
    """A new look into somebody's insides gets a row above."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES.rglob("*.py")}
    ours = {name for tree in trees.values() for name in defined(tree)} | {"_replace", "_asdict", "_fields", "_make"}
    ours |= {"_exit", "_HANDLER"}  # os, and the stubs of signal
    rows = {part for place in INSIDES for part in place.rpartition(":")[2].split(".")}
    rows |= {name for _, names, _ in OBJECTS.values() for name in names}
    read = {
        f"{path.relative_to(SOURCES)}:{node.lineno} {node.attr}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in ours | rows
    }
    assert read == set()


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def defined(tree: ast.AST) -> Iterator[str]:
    """The names that a file of ours gives: functions, classes, fields and attributes of objects of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls" | "ctx"), attr=name, ctx=ast.Store()):
                yield name
