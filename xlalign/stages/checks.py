"""What stages check before anything runs: devices, models and what is in their folders, files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlalign.config.faults import Fault, nearest
from xlalign.errors import UserError
from xlalign.modeling import scratch
from xlalign.modeling.inspection import INDEX, PICKLED, configuration, faults_of_folder, has_head, weight_files
from xlalign.modeling.inspection import WEIGHTS as SAFETENSORS
from xlalign.modeling.reference import Folder, Hub, Reference, Scratch, origin, parse
from xlalign.stages.base import Checked, Node, Stages, model_stages

_REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+)?(@[\w./-]+)?")
_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?|mps")
WEIGHTS = (SAFETENSORS, INDEX)
READ = 4_000_000_000
"""Bytes of the largest model that a check reads."""
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "spm.model")
SCHEMES = ("micro", "folder", "hub", "synthetic")
"""Where the data of an evaluation may come from."""


def device_faults(stage: Checked) -> Iterator[Fault]:
    """A device that is none, or that this machine has not."""
    device = getattr(stage.settings, "device", None)
    if not isinstance(device, str) or device in ("auto", "cpu"):
        return
    place, hint = stage.at("device"), 'write device = "auto" to take what there is'
    if not _DEVICE.fullmatch(device):
        near = nearest(device, ("auto", "cpu", "cuda", "mps"))
        yield Fault(place, f"unknown device `{device}`", f"did you mean `{near}`?" if near else hint)
    elif not _available(device):
        yield Fault(place, f"this machine has no device `{device}`", hint)


def _available(device: str) -> bool:
    import torch

    kind, _, number = device.partition(":")
    if kind == "mps":
        return bool(torch.backends.mps.is_available())
    return int(number or 0) < torch.cuda.device_count()


def model_faults(place: str, name: str, stages: Stages) -> Iterator[Fault]:
    """What is wrong with a model that a field names: a stage, a size, a folder or a repository of the hub."""
    made = model_stages(stages)
    model = parse(name, made)
    if isinstance(model, Scratch) and model.size not in scratch.sizes():
        near = nearest(model.size, scratch.sizes())
        hint = f"did you mean `scratch:{near}`?" if near else ""
        known = ", ".join(scratch.sizes())
        yield Fault(place, f"unknown encoder size `{model.size}`; known: {known}", hint)
    elif isinstance(model, Folder):
        yield from _folder_faults(place, model.path)
    elif isinstance(model, Hub):
        yield from _hub_faults(place, name, made)


def _folder_faults(place: str, folder: Path) -> Iterator[Fault]:
    if not folder.is_dir():
        yield Fault(place, f"no folder `{folder}`", "give a transformers directory, a stage or a hub id", data=True)
        return
    wanted = (("config.json",), WEIGHTS, TOKENIZERS)
    lacking = [names[0] for names in wanted if not any((folder / name).is_file() for name in names)]
    if not lacking or any((folder / name).is_file() for name in PICKLED):
        for message, meant in faults_of_folder(folder):
            yield Fault(place, message, meant, data=True)
    elif lacking:
        hint = "save the model with `save_pretrained`, its tokenizer into the same folder"
        yield Fault(place, f"`{folder}` is no model folder: it has no {', no '.join(lacking)}", hint, data=True)


def loading_faults(nodes: Iterable[Node]) -> Iterator[Fault]:
    """What only reading them tells of the weights in the folders that stages read: missing, misshapen, not finite."""
    from xlalign.modeling import loading

    places = {
        model.path: node for node in reversed([*nodes]) for model in node.models.values() if isinstance(model, Folder)
    }
    for folder, node in places.items():
        if sum(path.stat().st_size for path in weight_files(folder)) <= READ:
            try:
                loading.load(folder)
            except UserError as error:
                yield Fault(f"{node.kind.name}.{node.name}", error.message, error.hint or "", data=True)


def _hub_faults(place: str, name: str, made: Iterable[str]) -> Iterator[Fault]:
    """A name that looks like a stage or a path misspelt; what the hub has is not asked for here."""
    near = nearest(name, made, 0.75)
    parent = Path(name.partition("@")[0]).parent
    if near and "/" not in name:
        yield Fault(place, f"no stage, folder or hub id `{name}`", f"did you mean `{near}`?")
    elif not _REPOSITORY.fullmatch(name):
        hint = f"did you mean `{near}`?" if near else "write a stage's name, ./FOLDER, or OWNER/MODEL of the hub"
        yield Fault(place, f"no stage or folder `{name}`, and no hub id has this form", hint)
    elif str(parent) != "." and parent.is_dir():
        # `models/mbrt` beside models/mbert/: a path with a slip, though it has the form of a hub id.
        beside = nearest(Path(name).name, [path.name for path in parent.iterdir() if path.is_dir()])
        hint = f"did you mean `{parent / beside}`?" if beside else f"see `ls {parent}`"
        yield Fault(place, f"no folder `{name}` (but `{parent}` is one)", hint, data=True)


def depth(model: Reference, stages: Stages) -> int:
    """Layers of an encoder; 0 where only the hub knows."""
    return int(configuration(origin(model, model_stages(stages))).get("num_hidden_layers", 0))


def lacks_head(model: Reference, stages: Stages) -> bool:
    """Whether the encoder's own configuration says that it was saved without an output layer over the vocabulary."""
    known = configuration(origin(model, model_stages(stages)))
    return bool(known.get("architectures")) and not has_head(known)


def file_fault(place: str, path: str, what: str, hint: str) -> Iterator[Fault]:
    """A file that is not there."""
    if not Path(path).expanduser().exists():
        folder = Path(path).expanduser().parent
        near = nearest(Path(path).name, [item.name for item in folder.iterdir()]) if folder.is_dir() else ""
        meant = f"did you mean `{folder / near}`?" if near else hint
        yield Fault(place, f"no {what} `{path}`", meant, data=True)


def data_faults(stage: Checked, sources: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with where the data of an evaluation come from.

    Args:
        stage: the stage.
        sources: task (or nothing) -> `micro:SEED`, `folder:PATH`, `hub:` or `synthetic:URI`.
    """
    for task, uri in sources.items():
        own = getattr(stage.settings, "data_of", {})
        place = stage.at(f"data_of.{task}" if task in own else "data")
        scheme, colon, rest = uri.partition(":")
        if not colon or scheme not in SCHEMES:
            meant = f"folder:{uri}" if Path(uri).is_dir() else "micro:7, folder:PATH, hub: or synthetic:URI"
            yield Fault(place, f"unknown data source `{uri}`", f"write {meant}")
        elif scheme == "folder" and not Path(rest).expanduser().is_dir():
            yield Fault(place, f"no folder `{rest}`", "give a folder in XTREME's download layout, or hub:", data=True)
        elif scheme == "micro" and not re.fullmatch(r"(world=)?\d*", rest):
            yield Fault(place, f"no world `{uri}`", "write micro: or micro:7, with a whole number")


def languages_of(uri: str, own: Iterable[str]) -> tuple[str, ...]:
    """The languages that a task can be tested in, given those of the benchmark; none where that cannot be told."""
    from xlalign.micro.grammar import GRAMMARS

    scheme = uri.partition(":")[0]
    return () if scheme == "synthetic" else tuple(GRAMMARS) if scheme == "micro" else tuple(own)
