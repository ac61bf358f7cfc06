"""The tokens stage: one set of texts of a bitext as one tokenizer sees them, for every stage that trains from it.

A pretrain stage asks for the tokens of its recipe. Stages that start from the same encoder, at once or over others,
have its tokenizer, so they share them. An encoder from scratch makes its tokenizer of the bitext first: its tokens are
made in the run itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlalign.hashing import key
from xlalign.modeling.reference import Folder, Reference, Scratch, Stage, parse
from xlalign.stages.base import Job, Kind, Node, Stages, model_stages
from xlalign.training.settings import PretrainSettings, TokensSettings

TOKENS = Kind("tokens", 1, __name__)


def nodes(
    wanted: Mapping[str, TokensSettings], start: Reference, inputs: Mapping[str, str], stages: Stages
) -> dict[str, Node]:
    """The nodes of the tokens that a recipe trains on, by role; none where there is no tokenizer yet.

    Args:
        wanted: what each role is.
        start: the encoder that the stage starts from.
        inputs: the stages whose `bitext` and `alignments` are read.
        stages: all stages of the file.
    """
    source = tokenizer_of(start, stages)
    if isinstance(source, Scratch):
        return {}
    return {role: _node(settings, source, inputs) for role, settings in wanted.items()}


def _node(settings: TokensSettings, source: Reference, inputs: Mapping[str, str]) -> Node:
    read = ("bitext", "alignments") if settings.linked else ("bitext",)
    own = {role: inputs[role] for role in read}
    kind = settings.texts + "-words" * settings.words
    halves = {True: "-halves", False: "", "auto": "-auto"}[settings.document_pairs]
    name = ".".join([_short_name(source), "tokens", *own.values(), f"{kind}{halves}"])
    return Node(name, TOKENS, settings, own).reading("model", source)


def _short_name(source: Reference) -> str:
    """A model in the name of a stage, which goes into artifacts: no folders of this machine, yet one name a model."""
    if isinstance(source, Folder):
        return f"{source.path.name}-{key(str(source.path)) % 0x10000:04x}"
    return str(source).replace("/", "--")


def tokenizer_of(start: Reference, stages: Stages) -> Reference:
    """Where the tokenizer of an encoder comes from: the first stage of a chain, or what no stage makes.

    Of `ppa` from `base` from scratch it is `base`, which makes it; of `ppa` from `base` from a folder, the folder; of
    what starts from a vocabulary stage, that stage.
    """
    made: Mapping[str, object] = model_stages(stages)
    seen: set[Reference] = set()
    # A circle of stages is told elsewhere; here it must only end.
    while isinstance(start, Stage) and start not in seen:
        seen.add(start)
        settings = made[start.name]
        if not isinstance(settings, PretrainSettings):  # a vocabulary stage, which makes another tokenizer
            break
        before = parse(settings.start, made)
        if isinstance(before, Scratch):
            break
        start = before
    return start


def pins(settings: TokensSettings) -> dict[str, str]:
    """Everything comes from other stages and the model."""
    return {}


def run(job: Job) -> None:
    """Write the arrays."""
    from xlalign.modeling.loading import load_tokenizer
    from xlalign.training.tokenisation import write_tokens

    source = job.model("model")
    assert source is not None
    write_tokens(
        job.settings, job.inputs["bitext"], load_tokenizer(source), job.inputs.get("alignments"), job.space.out
    )
