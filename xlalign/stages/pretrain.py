"""The pretrain stage: an encoder, bitext (and links) in; an aligned encoder out."""

from __future__ import annotations

from pathlib import Path

from xlalign.artifacts.digest import digest_path
from xlalign.errors import UserError
from xlalign.stages.base import Job
from xlalign.training.settings import PretrainSettings


def pins(settings: PretrainSettings) -> dict[str, str]:
    """What the model to start from is: the digest of a local folder, or the revision of a hub repository."""
    return pin_model(settings.start)


def pin_model(name: str) -> dict[str, str]:
    """The identity of a model outside the cache; nothing for `scratch:` and for models made by a stage."""
    if name == "stage" or name.startswith("scratch:"):
        return {}
    if Path(name).is_dir():
        return {"model": digest_path(Path(name))}
    return {"model": f"{name}@{_revision(name)}"}


def _revision(repository: str) -> str:
    """The commit that a hub id (`id` or `id@revision`) stands for now; an artifact never depends on a moving name."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    name, _, revision = repository.partition("@")
    if len(revision) == 40:
        return revision
    try:
        return str(HfApi().model_info(name, revision=revision or None).sha)
    except HFValidationError as error:
        raise UserError(
            f"`{repository}` is no stage, folder or hub id", "see the names in the pipeline file"
        ) from error
    except (HfHubHTTPError, OfflineModeIsEnabled, OSError) as error:
        hint = f"pin it, as in {name}@<40 hex digits of the commit>, or give a local folder"
        raise UserError(f"cannot find the revision of the hub model {name}: {error}", hint) from error


def run(job: Job) -> None:
    """Train (or finish training) and write the model folder."""
    from xlalign.training.launch import launch

    job.space.info["training"] = launch(
        job.settings,
        bitext=job.inputs["bitext"],
        alignments=job.inputs.get("alignments"),
        start=job.inputs.get("model"),
        work=job.space.scratch,
        out=job.space.out,
    )
