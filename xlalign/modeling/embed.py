"""The one way from text to vectors: rows batched by length and packed, without dropout and without gradient.

Three levels, each on the one before: `encode` gives the token vectors of batch after batch, `row_vectors` and
`segment_vectors` the matrix of all rows or words, `text_vectors` the matrix of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign import progress
from xlalign.modeling.encoder import Encoder, States
from xlalign.modeling.packing import CHUNK, layout
from xlalign.modeling.pooling import ALIASES, TokenRows, pool, segment_mean
from xlalign.modeling.precision import products

Floats = NDArray[np.float32]
Real = TypeVar("Real", bound=np.floating[Any])
Ints = NDArray[np.int64]
B = TypeVar("B", bound="TokenBatch")


class Point(NamedTuple):
    """Where a sentence vector is taken: hidden state 0 (embeddings) to L, or -1 for the last; and the pooling."""

    layer: int
    pooling: str

    @property
    def label(self) -> str:
        """The point in a signature: `layer=3,pool=mean`."""
        return f"layer={self.layer},pool={self.pooling}"


class TokenBatch(TokenRows, Protocol):
    """Rows that an encoder can run: B rows of together N tokens, one after another."""

    @property
    def ids(self) -> Tensor:
        """(N,) token ids, special tokens included."""

    @property
    def positions(self) -> Tensor:
        """(N,) place of each token in its row, from 0."""

    @property
    def types(self) -> Tensor:
        """(N,) token types."""

    @property
    def lengths(self) -> Ints:
        """(B,) tokens of each row."""

    def to(self, device: torch.device) -> Self:
        """The batch on a device."""


@dataclass(frozen=True)
class TokenLists:
    """Tokenised texts: for each row its ids, token types (None: the tokenizer has none), and which are no specials."""

    ids: Sequence[Sequence[int]]
    types: Sequence[Sequence[int]] | None = None
    content: Sequence[Sequence[bool]] | None = None

    @property
    def lengths(self) -> Ints:
        """(n,) tokens of each row."""
        return np.fromiter(map(len, self.ids), np.int64, len(self.ids))

    def batch(self, rows: Ints) -> PackedRows:
        """Some of the rows, packed."""
        lengths = self.lengths[rows]
        starts = np.cumsum(lengths) - lengths
        owner = np.repeat(np.arange(len(rows)), lengths)
        zeros = torch.zeros(len(owner), dtype=torch.long)
        return PackedRows(
            ids=_flat(self.ids, rows),
            positions=torch.from_numpy(np.arange(len(owner)) - starts[owner]),
            types=zeros if self.types is None else _flat(self.types, rows),
            rows=torch.from_numpy(owner),
            starts=torch.from_numpy(starts),
            content=zeros == 0 if self.content is None else _flat(self.content, rows).bool(),
            lengths=lengths,
        )


@dataclass(frozen=True)
class PackedRows:
    """A `TokenBatch`."""

    ids: Tensor
    positions: Tensor
    types: Tensor
    rows: Tensor
    starts: Tensor
    content: Tensor
    lengths: Ints

    @property
    def count(self) -> int:
        """Number B of rows."""
        return len(self.lengths)

    def to(self, device: torch.device) -> Self:
        """The batch on a device."""
        moved: dict[str, Any] = {n: v.to(device) for n, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(self, **moved)


def tokenize(tokenizer: Any, texts: Sequence[str], max_length: int) -> TokenLists:
    """Texts as the tokenizer frames them, each cut to `max_length` tokens."""
    codes = tokenizer(list(texts), truncation=True, max_length=max_length, return_special_tokens_mask=True)
    content = [[not special for special in row] for row in codes["special_tokens_mask"]]
    return TokenLists(codes["input_ids"], codes.get("token_type_ids"), content)


def length_batches(lengths: Ints, budget: int) -> Iterator[Ints]:
    """All rows, longest first, in batches of about `budget` tokens.

    A row belongs where it ends: lengths 2, 9, 5, 4 with a budget of 10 end at 9 (row 1), 14 (row 2), 18 (row 3) and 20
    (row 0), so the batches are [1] and [2, 3, 0].
    """
    order = np.argsort(-lengths, kind="stable")
    batch = (np.cumsum(lengths[order]) - 1) // budget
    yield from np.split(order, np.flatnonzero(np.diff(batch)) + 1)


@contextmanager
def at_rest(encoder: torch.nn.Module) -> Iterator[None]:
    """Inside the block nothing is dropped and nothing is kept for gradients; afterwards the mode is as before."""
    training = encoder.training
    encoder.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        encoder.train(training)


def encode(
    encoder: Encoder,
    lengths: Ints,
    take: Callable[[Ints], B],
    *,
    keep: Iterable[int] | None = None,
    budget: int | None = None,
    title: str = "",
) -> Iterator[tuple[Ints, B, States]]:
    """Run an encoder over many rows, a batch at a time.

    Args:
        encoder: where it is, batches go.
        lengths: (n,) tokens of every row.
        take: makes the batch of some rows, on the CPU.
        keep: hidden states that will be read; None = all.
        budget: tokens of a batch; None is what suits the device.
        title: of the progress bar; none when empty.

    Yields:
        The numbers of the rows, the batch on the encoder's device, its token vectors.
    """
    device = next(encoder.parameters()).device
    budget = budget or CHUNK.get(device.type, CHUNK["cuda"])
    layers = None if keep is None else list(keep)
    with progress.task(title, len(lengths), "sentences") if title else nullcontext() as bar:
        for rows in length_batches(lengths, budget) if len(lengths) else ():
            batch = take(rows).to(device)
            plan = layout(lengths[rows], CHUNK.get(device.type, CHUNK["cuda"])).to(device)
            with at_rest(encoder), products(encoder.precision, device.type):
                states = encoder(batch.ids, batch.positions, batch.types, plan, keep=layers)
            yield rows, batch, states
            if bar is not None:
                bar.advance(len(rows))


def row_vectors(
    encoder: Encoder, lengths: Ints, take: Callable[[Ints], TokenBatch], points: Sequence[Point], title: str = ""
) -> dict[Point, Floats]:
    """Sentence vectors (n, D) of all rows at every point; arguments as of `encode`."""
    found = {point: np.empty((len(lengths), encoder.hidden_size), np.float32) for point in points}
    layers = {point.layer for point in points}
    for rows, batch, states in encode(encoder, lengths, take, keep=layers, title=title):
        for point, matrix in found.items():
            matrix[rows] = _numpy(pool(states, point.layer, batch, point.pooling))
    return found


def segment_vectors(
    encoder: Encoder,
    lengths: Ints,
    take: Callable[[Ints], TokenBatch],
    segments: Sequence[Sequence[int]],
    layers: Sequence[int],
    title: str = "",
) -> list[Floats]:
    """Mean token vectors of segments (words, spans) at each of `layers`, (segments, D).

    Args:
        encoder, lengths, take, title: as of `encode`.
        segments: for each row the segment of each of its tokens, -1 for none; no segment lies in two rows. Two rows
            <s> a ##b c </s>, <s> d </s> have [-1, 0, 0, 1, -1] and [-1, 2, -1].
        layers: hidden states.
    """
    count = 1 + max(chain.from_iterable(segments), default=-1)
    found = [np.zeros((count, encoder.hidden_size), np.float32) for _ in layers]
    for rows, batch, states in encode(encoder, lengths, take, keep=layers, title=title):
        owner = np.fromiter(chain.from_iterable(segments[row] for row in rows), np.int64, len(batch.ids))
        inside = np.flatnonzero(owner >= 0)
        numbers, local = np.unique(owner[inside], return_inverse=True)
        places, own = (torch.from_numpy(x).to(batch.ids.device) for x in (inside, local))
        for layer, matrix in zip(layers, found, strict=True):
            matrix[numbers] = _numpy(segment_mean(states.tokens(layer, places), own, len(numbers)))
    return found


def text_vectors(
    encoder: Encoder,
    tokenizer: Any,
    texts: Sequence[str],
    points: Sequence[Point],
    max_length: int | None = None,
    title: str = "",
) -> Mapping[Point, Floats]:
    """Sentence vectors (n, D) of texts at every point, each distinct text encoded once.

    Args:
        encoder: the encoder.
        tokenizer: its tokenizer.
        texts: n texts.
        points: layers and poolings.
        max_length: longest row in tokens, special ones included; None is what the encoder allows.
        title: of the progress bar; none when empty.
    """
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    rows = tokenize(tokenizer, list(numbers), min(max_length or encoder.longest, encoder.longest))
    found = row_vectors(encoder, rows.lengths, rows.batch, points, title)
    order = [numbers[text] for text in texts]
    return {point: matrix[order] for point, matrix in found.items()}


def unit_rows(matrix: NDArray[Real]) -> NDArray[Real]:
    """Rows of length one; a zero row stays zero."""
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)


def every_point(layers: int, poolings: Sequence[str] = ("mean", "content", "cls")) -> list[Point]:
    """Every hidden state of an encoder with `layers` blocks, with every pooling."""
    return [Point(layer, ALIASES.get(how, how)) for layer in range(layers + 1) for how in poolings]


def _numpy(vectors: Tensor) -> Floats:
    array: Floats = vectors.float().cpu().numpy()
    return array


def _flat(table: Sequence[Sequence[int]], rows: Ints) -> Tensor:
    return torch.from_numpy(np.fromiter(chain.from_iterable(table[row] for row in rows), np.int64))
