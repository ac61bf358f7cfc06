"""Task data in languages derived from English, as ALIGN-MLM tests them (arXiv 2211.08547, section 4).

    synthetic:micro:7              `en`, and `en_trans`, `en_inv`, `en_trans_inv`, ... on request
    synthetic:trans.inv=micro:7    the derived language under the name `en`: fine-tuned and tested in it

Words of a tagged sentence move with their tags; of a sentence pair each sentence is derived on its own. How words
change is `xlalign.bitext.sources.synthetic`.
"""

from __future__ import annotations

from collections.abc import Callable

from xlalign.bitext.segment import words as segment
from xlalign.bitext.sources.synthetic import SyntheticSource
from xlalign.errors import UserError
from xlalign.evaluation.tasks.base import Example, Task

PREFIX = "en_"


def parts(place: str) -> tuple[str, str]:
    """The derivation of everything ("" where languages name their own), and the URI underneath."""
    steps, equals, uri = place.partition("=")
    return (steps, uri) if equals and ":" not in steps else ("", place)


def steps_of(place: str, lang: str) -> str:
    """The derivation that gives `lang`: "trans.inv", or "" for English as it is.

    Raises:
        UserError: the language is not English and not derived from it.
    """
    always, _ = parts(place)
    if lang == "en":
        return always
    if always or not lang.startswith(PREFIX):
        raise UserError(f"`synthetic:{place}` has no {lang}", "it has en, and derivations of it such as en_trans_inv")
    return lang.removeprefix(PREFIX).replace("_", ".")


def derive(task: Task, example: Example, steps: str) -> Example:
    """An English example in the derived language.

    Raises:
        UserError: the kind of task has no derivation.
    """
    if task.kind not in _DERIVE:
        raise UserError(f"{task.name} has no derived languages", f"tasks that have: {', '.join(_DERIVE)}")
    return _DERIVE[task.kind](example, SyntheticSource(rest=steps)) if steps else example


def _tagged(example: Example, source: SyntheticSource) -> Example:
    words, order = source.derive(list(example["words"]))
    return {**example, "words": words, "tags": [example["tags"][i] for i in order]}


def _pair(example: Example, source: SyntheticSource) -> Example:
    sides = {name: " ".join(source.derive(segment(example[name], "en"))[0]) for name in ("first", "second")}
    return {**example, **sides}


_DERIVE: dict[str, Callable[[Example, SyntheticSource], Example]] = {"tagging": _tagged, "classification": _pair}
