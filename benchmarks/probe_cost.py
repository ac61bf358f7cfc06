"""What the probe at loading costs: CPU and wall milliseconds for encoders of 12 x 768 with random weights, one thread.

    python benchmarks/probe_cost.py [--rounds 5] [--limit 200]

The first `Body` of each kind loads what is loaded once in a process, and is not counted. CPU time is what other
programs on the machine change least; the least of the rounds has to be below `--limit` milliseconds.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import torch
from transformers import AutoConfig, AutoModel

from xlalign.modeling import probe
from xlalign.modeling.body import Body

WIDE: dict[str, Any] = {
    "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072,
    "vocab_size": 30_000, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2,
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "bert": {},
    "xlm-roberta": {},
    "modernbert": {"intermediate_size": 1152},
    "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "qwen3": {"num_key_value_heads": 4, "head_dim": 64},
    "gemma3_text": {"num_key_value_heads": 4, "head_dim": 64},
}


def measure(kind: str, rounds: int) -> tuple[float, float, probe.Route]:
    """The least CPU and wall milliseconds of some rounds, and what was found."""
    model = AutoModel.from_config(AutoConfig.for_model(kind, **(WIDE | KINDS[kind]))).eval()
    stock = model.config._attn_implementation
    found = []
    for _ in range(rounds + 1):
        probe._FOUND.clear()
        model.set_attn_implementation(stock)
        wall, cpu = time.perf_counter(), time.process_time()
        route = Body(model).route
        found.append((time.process_time() - cpu, time.perf_counter() - wall, route))
    return 1e3 * min(row[0] for row in found[1:]), 1e3 * min(row[1] for row in found[1:]), found[-1][2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    worst = 0.0
    for kind in KINDS:
        cpu, wall, route = measure(kind, options.rounds)
        worst = max(worst, cpu)
        print(f"{kind:12} {cpu:5.0f} ms CPU {wall:5.0f} ms wall   {route}", flush=True)
    assert worst < options.limit, f"{worst:.0f} ms"


if __name__ == "__main__":
    main()
