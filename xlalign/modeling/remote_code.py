"""Python code that comes with a model: run where the pipeline file says `trust_remote_code = true`; nobody is asked.

A folder's code is in the digest of the folder, a repository's in its commit: so a cache key changes with it. Code of
yet another repository, which no key would know, is never run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from xlalign.errors import shown
from xlalign.modeling.families import FAMILIES

NATIVE = {"new": "alibaba-nlp-community/gte-multilingual-base", "xlm-roberta-flash": "jinaai/jina-embeddings-v3-hf"}
"""Models with code of their own, and the repository of the same model that needs none."""
TRUSTED = "XLALIGN_TRUST_REMOTE_CODE"
"""Set while a pipeline runs whose file allows it; worker processes inherit it."""


@contextmanager
def trusting(declared: bool) -> Iterator[None]:
    """Allow foreign code inside the block, or forbid it."""
    before = os.environ.pop(TRUSTED, None)
    if declared:
        os.environ[TRUSTED] = "1"
    try:
        yield
    finally:
        os.environ.pop(TRUSTED, None)
        if before is not None:
            os.environ[TRUSTED] = before


def runs(config: Mapping[str, Any]) -> bool:
    """Whether loading a model of this configuration is to run its code: it is needed, and allowed."""
    return not _native(config) and bool(config.get("auto_map")) and TRUSTED in os.environ


def code_fault(name: str, config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong, and what to do, with a model that transformers does not know; None where nothing is.

    Args:
        name: of the model, for the message.
        config: what its config.json says.
        tokenizer: what its tokenizer_config.json says; its code would run with the model's.
    """
    kind = shown(str(config.get("model_type") or ""))
    if _native(config):
        return None
    if not config.get("auto_map"):
        message = f"`{name}` is not an encoder that can be loaded: unknown model_type `{kind}`"
        return message, "see its config.json; a newer transformers may know it"
    classes = [*_classes(config), *_classes(tokenizer)]
    what = f"`{name}` (model_type `{kind}`) needs Python code"
    if elsewhere := sorted({str(own).partition("--")[0] for own in classes if "--" in str(own)}):
        return f"{what} of another repository ({elsewhere[0]}), which is never run", "use a repository that is whole"
    if TRUSTED in os.environ:
        return None
    if native := NATIVE.get(kind):
        return f"{what} from its repository, which is not run", f"use {native}, the same model without code of its own"
    files = ", ".join(sorted({f"{str(own).partition('.')[0]}.py" for own in classes}))
    hint = (
        f"read {files}, then set trust_remote_code = true in [execution]; or use a model that transformers has itself"
    )
    return f"{what} from its repository, which is not run", hint


def _classes(config: Mapping[str, Any]) -> list[Any]:
    """What `auto_map` names: `file.Class`, `OWNER/NAME--file.Class`, or a list of them (tokenizers)."""
    named = config.get("auto_map")
    values = named.values() if isinstance(named, Mapping) else ()
    return [own for value in values for own in (value if isinstance(value, list) else [value]) if own]


def _native(config: Mapping[str, Any]) -> bool:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    kind = str(config.get("model_type") or "")
    return kind in FAMILIES or kind in CONFIG_MAPPING_NAMES
