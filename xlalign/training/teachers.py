"""Vectors of frozen teachers, computed once before training and kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
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
from xlalign.modeling.sentence import SentenceEncoder, setup_of
from xlalign.modeling.sentence_files import SentenceSetup
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
    about: list[int | str] = [request.source, request.layer, request.pooling]
    about += [] if request.prompt is None else [request.prompt]
    path = work / "teachers" / f"{key(*about):016x}.npy"
    if not path.exists():
        with draft(path) as new:
            if request.source == "init":
                _write(new, bitext, student.hidden_size, _student_vectors(request, student, tokenizer, options))
            else:
                teacher = load_teacher(request)
                _write(new, bitext, teacher.width, partial(teacher.vectors, max_length=options.max_length))
    found: Vectors = np.load(path, mmap_mode="r")
    return found.view(np.ndarray)


def load_teacher(request: Teacher) -> SentenceEncoder:
    """An encoder with its own tokenizer; a sentence encoder goes by its own pooling, Dense layers and prompt."""
    model, tokenizer = loading.load(request.source)
    setup = setup_of(request.source) or SentenceSetup(request.layer, request.pooling, normalise=False)
    if request.prompt is not None:
        setup = replace(setup, prompt=request.prompt)
    return SentenceEncoder(Encoder(model), tokenizer, setup)


def _student_vectors(
    request: Teacher, student: Encoder, tokenizer: PreTrainedTokenizerBase, options: DataOptions
) -> Callable[[Sequence[str]], Vectors]:
    frame, point = SpecialTokens.of(tokenizer), Point(request.layer, request.pooling)
    return lambda texts: sentence_vectors(student, tokenise(texts, tokenizer), frame, options, point)


def _write(path: Path, bitext: Path, width: int, encode: Callable[[Sequence[str]], Vectors]) -> None:
    """The vectors of the source texts of all pairs."""
    shape, start = (corpus.count_pairs(bitext / "train"), width), 0
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    with progress.task("encode", shape[0], "sentences") as bar:
        for block in corpus.chunks((pair.source for pair in corpus.read_pairs(bitext / "train")), BLOCK):
            vectors[start : start + len(block)] = encode(block)
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
