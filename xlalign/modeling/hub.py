"""Models of the Hugging Face hub: the files of one commit, from the shared cache of huggingface_hub.

huggingface_hub downloads (through Xet where the repository has it), resumes and verifies; with `HF_HUB_OFFLINE`, which
`--offline` sets, it looks into its cache alone. What is fetched is what a model folder is read for: no pickle ever is.
"""

from __future__ import annotations

from pathlib import Path

from xlalign.errors import UserError

WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*.py")
IGNORED = ("onnx/*", "openvino/*", "*/onnx/*")


def folder_of(source: str | Path) -> Path:
    """The folder of a model: the one that is named, or that of a hub id (`id@revision` for a revision).

    Raises:
        UserError: the hub does not know it, or cannot be reached and the cache lacks it.
    """
    if Path(source).expanduser().exists():
        return Path(source).expanduser()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    name, _, revision = str(source).partition("@")
    try:
        return Path(
            snapshot_download(name, revision=revision or None, allow_patterns=[*WANTED], ignore_patterns=[*IGNORED])
        )
    except HFValidationError as error:
        raise UserError(
            f"`{source}` is no folder and no hub id", "give a transformers directory or OWNER/MODEL"
        ) from error
    except LocalEntryNotFoundError as error:
        hint = "run once without --offline, or give a local folder"
        raise UserError(f"`{source}` is not in the cache of the hub, and the hub is out of reach", hint) from error
    except (HfHubHTTPError, OSError) as error:
        hint = "see its name on the hub (a gated model needs `hf auth login`), or give a local folder"
        raise UserError(f"`{source}` cannot be had from the hub: {error}", hint) from error
