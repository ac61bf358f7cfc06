"""Vectors of frozen teachers, computed once before training and kept on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlalign import progress
from xlalign.bitext import corpus
from xlalign.files import draft
from xlalign.hashing import key
from xlalign.modeling import loading
from xlalign.modeling.embed import Point, row_vectors
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.recipe import DataOptions
from xlalign.objectives.requests import Teacher
from xlalign.training.tokens import Tokens, tokenise
from xlalign.training.views import SpecialTokens, rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LAST_MEAN = Point(-1, "mean")
BLOCK = 256
"""Sentences that are encoded together."""
Vectors = NDArray[np.float32]


def teacher_vectors(
    request: Teacher,
    student: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    options: DataOptions,
    work: Path,
) -> Vectors:
    """A teacher's vector (n, P) of the source text of every pair, memory-mapped; read where a run has left them.

    Args:
        request: which teacher, and where its vectors are taken.
        student: the encoder as it starts, which `init` means.
        tokenizer: the student's.
        bitext: the bitext artifact.
        options: longest row.
        work: folder of the run.
    """
    path = work / "teachers" / f"{key(request.source, request.layer, request.pooling):016x}.npy"
    if not path.exists():
        teacher = student
        if request.source != "init":
            model, tokenizer = loading.load(request.source)
            teacher = Encoder(model)
        with draft(path) as new:
            _write(new, request, teacher, tokenizer, bitext, options)
    found: Vectors = np.load(path, mmap_mode="r")
    return found.view(np.ndarray)


def _write(
    path: Path,
    request: Teacher,
    teacher: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    bitext: Path,
    options: DataOptions,
) -> None:
    shape = corpus.count_pairs(bitext / "train"), teacher.hidden_size
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    frame, start = SpecialTokens.of(tokenizer), 0
    with progress.task("encode", shape[0], "sentences") as bar:
        for block in corpus.chunks((pair.source for pair in corpus.read_pairs(bitext / "train")), BLOCK):
            tokens = tokenise(block, tokenizer)
            vectors[start : start + len(block)] = sentence_vectors(
                teacher, tokens, frame, options, Point(request.layer, request.pooling)
            )
            start += len(block)
            bar.advance(len(block))
    vectors.flush()


def sentence_vectors(
    encoder: Encoder, tokens: Tokens, frame: SpecialTokens, options: DataOptions, point: Point = LAST_MEAN
) -> Vectors:
    """One vector (n, D) a text of `tokens`, without dropout and without gradient."""
    # What the special tokens leave: tokens beyond are never seen, in training as here.
    longest = min(options.max_length, encoder.longest) - frame.single
    short = Tokens(tokens.ids, tokens.borders, tokens.words, tokens.hashes, longest)
    lengths = short.lengths(np.arange(len(short))) + frame.single
    found = row_vectors(encoder, lengths, lambda texts: rows((short, texts), None, frame, options), [point])
    return found[point]
