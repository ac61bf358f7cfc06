"""The number format of an encoder's products: float32, or bfloat16 where the processor multiplies it faster.

Weights, sums of gradients, norms and losses stay float32; only what enters a matrix product is rounded to 8 bits of
mantissa. The format is part of what identifies a result: a run with one is never taken for a run with the other.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

Format = Literal["fp32", "bf16"]
FLAGS = ("amx_bf16", "avx512_bf16", "bf16")
"""What Linux calls processors with products of bfloat16: Intel (tiles, vectors), ARM."""


@cache
def fastest() -> Format:
    """bf16 where this machine's GPU, or without one its processor, has products of it; else fp32."""
    import torch

    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if processor_has_bf16() else "fp32"


def processor_has_bf16(description: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether Linux lists instructions for products of bfloat16; elsewhere it is not known and so not assumed."""
    if not description.is_file():
        return False
    lines = description.read_text(encoding="utf-8", errors="replace").splitlines()
    known = {flag for line in lines if line.lower().startswith(("flags", "features")) for flag in line.split()}
    return not known.isdisjoint(FLAGS)


def resolved(wanted: str) -> str:
    """`auto` as what is fastest here, so that the settings of a stage, and its key, hold what was computed."""
    return fastest() if wanted == "auto" else wanted


Precision = Annotated[Literal["fp32", "bf16", "auto"], AfterValidator(resolved)]
"""A field of settings; once read it is fp32 or bf16."""


def products(precision: str, device: str) -> AbstractContextManager[object]:
    """A block in which matrix products are computed in the format.

    Args:
        precision: fp32 or bf16.
        device: type of the torch device.
    """
    import torch

    return torch.autocast(device, torch.bfloat16) if precision == "bf16" else nullcontext()
