"""Cross-lingual alignment of multilingual encoders, from bitext to zero-shot scores.

`prepare`, `align`, `pretrain`, `evaluate`, `load_preset` and `open_artifact` are the stages as functions,
`project_file` carries annotation into a translation; they are imported when they are first used, so that
`import xlalign` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xlalign.threads import yield_at_barriers

if TYPE_CHECKING:
    from xlalign.api.calls import align, evaluate, load_preset, open_artifact, prepare, pretrain
    from xlalign.api.projecting import ProjectedFile, project_file
    from xlalign.api.results import Result

__version__ = "0.2.0"
__all__ = [
    "ProjectedFile",
    "Result",
    "align",
    "evaluate",
    "load_preset",
    "open_artifact",
    "prepare",
    "pretrain",
    "project_file",
]
_ROOMS = {"Result": "results", "ProjectedFile": "projecting", "project_file": "projecting"}

yield_at_barriers()  # whoever imports any part of the package: command, worker, benchmark, library


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'xlalign' has no attribute {name!r}")
    return getattr(import_module(f"xlalign.api.{_ROOMS.get(name, 'calls')}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
