"""A small pipeline with every kind of stage and a download, whose artifacts are the same bytes wherever it runs."""

import random

WORDS = {
    "en": ["dog", "cat", "tree", "house", "sees", "likes", "big", "small", "red", "garden", "river", "window"],
    "de": ["hund", "katze", "baum", "haus", "sieht", "mag", "gross", "klein", "rot", "garten", "fluss", "fenster"],
}

PIPELINE = """
title = "every kind of stage"
[prepare]
languages = ["en", "de"]
sources = [{ uri = "micro:world=1", pairs = 80 }, @SOURCE@]
mono = [{ uri = "micro:world=1", documents = 30 }]
dev_size = 10
filters = { langid = false }
[align-words]
aligner = "hmm"
[pretrain.base]
preset = "mlm"
from = "scratch:nano"
steps = 4
batch_size = 8
checkpoint_every = 1
[pretrain.ml-ctl]
preset = "ml-ctl"
from = "base"
steps = 3
batch_size = 8
checkpoint_every = 1
[eval]
tasks = ["udpos", "tatoeba"]
models = ["ml-ctl"]
seeds = [1]
data = "micro:1"
languages = ["en", "de"]
train_examples = 20
dev_examples = 10
test_examples = 10
fine_tuning = { all = { steps = 3, regime_steps = 1, evaluations = 1 } }
[diagnostics]
models = ["ml-ctl"]
data = "micro:1"
"""


def table(rows: int = 60) -> bytes:
    """A TSV of pairs that differ."""
    dice = random.Random(1)
    chosen = [dice.choices(range(12), k=6) for _ in range(rows)]
    lines = ("\t".join(" ".join(WORDS[lang][i] for i in row) for lang in WORDS) for row in chosen)
    return "".join(f"{line}\n" for line in lines).encode()
