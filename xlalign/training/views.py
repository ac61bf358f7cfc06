"""Rows of tokens as the encoder sees them: special tokens, order, positions, masks. All vectorised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from xlalign.arrays import Ints, positions, ranges, starts
from xlalign.hashing import Hashes, key, mix, uniform
from xlalign.objectives.recipe import DataOptions
from xlalign.objectives.views import Mask, TokenView
from xlalign.training.tokens import Tokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class SpecialTokens:
    """The special tokens round one or two sentences, as the tokenizer itself puts them.

    Attributes:
        prefix, middle, suffix: ids before the first, between two, and after the last sentence.
        mask: id of the mask token; -1 where there is none.
        ordinary: ids of all tokens that are not special.
    """

    prefix: Ints
    middle: Ints
    suffix: Ints
    mask: int
    ordinary: Ints

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> SpecialTokens:
        """Read the frame off an encoded pair."""
        codes = tokenizer("a", "a", return_special_tokens_mask=True)
        ids, special = np.array(codes["input_ids"]), np.array(codes["special_tokens_mask"], bool)
        # RoBERTa: <s> a </s> </s> a </s>, content at 1 and 4. Between them lie the middle's two, [2, 4); before the
        # first the prefix; behind the last the suffix. Where "a" takes two tokens, the widest gap is still the one in
        # the middle.
        content = np.flatnonzero(~special)
        gap = int(np.argmax(np.diff(content))) if len(content) > 1 else 0
        first, second = content[gap], content[min(gap + 1, len(content) - 1)]
        rest = sorted(set(range(len(tokenizer))) - set(tokenizer.all_special_ids))
        return cls(
            ids[: content[0]],
            ids[first + 1 : second],
            ids[content[-1] + 1 :],
            -1 if tokenizer.mask_token_id is None else int(tokenizer.mask_token_id),
            np.array(rest),
        )

    @property
    def single(self) -> int:
        """Special tokens of a row with one sentence."""
        return len(self.prefix) + len(self.suffix)

    @property
    def double(self) -> int:
        """Special tokens of a row with two sentences."""
        return self.single + len(self.middle)


Sentences = tuple[Tokens, Ints]
"""Texts (B,) of some tokens, one for each row."""


def rows(first: Sentences, second: Sentences | None, frame: SpecialTokens, options: DataOptions) -> TokenView:
    """Build a view.

    Args:
        first: the text that each of the B rows begins with.
        second: the text that follows it; an empty one leaves the row single. None = single rows.
        frame: special tokens.
        options: longest row, positions and token types.

    With <s> as prefix, </s> as middle and suffix, the sentences a b | c and d give the rows

        token      <s> a  b  </s> c  </s>     <s> d  </s>
        row        0   0  0  0    0  0        1   1  1
        side       0   0  0  0    1  1        0   0  1
        position   0   1  2  3    4  5        0   1  2      (c, </s> at 0, 1 with `reset_positions`)

    where the second row has no second sentence.
    """
    sides = [first] if second is None else [first, second]
    lengths = [tokens.lengths(texts) for tokens, texts in sides]
    if second is not None:
        lengths = list(cut_both(lengths[0], lengths[1], options.max_length - frame.double))
    builder = _Rows(lengths, frame)
    for side, (tokens, texts) in enumerate(sides):
        builder.fill(side, tokens, texts)
    hashes = np.stack([tokens.hashes[texts] for tokens, texts in sides]).sum(0, dtype=np.uint64)
    return builder.view(hashes, options)


def cut_both(first: Ints, second: Ints, room: int) -> tuple[Ints, Ints]:
    """Lengths that fit together in `room`: the longer sentence is cut first, then both to half."""
    # Room 8: lengths 10 and 2 become 6 and 2 (the second needs no cut), 10 and 9 become 4 and 4.
    kept = np.minimum(first, np.maximum(room - second, room // 2))
    return kept, np.minimum(second, room - kept)


class _Rows:
    """B rows under construction: arrays over all N tokens."""

    def __init__(self, lengths: list[Ints], frame: SpecialTokens) -> None:
        self.lengths = lengths
        pair = len(lengths) == 2
        middle = (lengths[1] > 0) * len(frame.middle) if pair else np.zeros_like(lengths[0])
        self.sizes = np.sum(lengths, axis=0) + frame.single + middle
        self.starts = starts(self.sizes)
        total = int(self.sizes.sum())
        self.ids = np.empty(total, np.int64)
        self.words = np.full(total, -1, np.int64)
        self.sides = np.zeros(total, np.int64)
        self.content = np.zeros(total, bool)
        self.begin = [self.starts + len(frame.prefix)]
        self._special(self.starts, frame.prefix)
        if pair:
            after = self.begin[0] + lengths[0]
            self._special(after[lengths[1] > 0], frame.middle)
            self.begin.append(after + middle)
        self._special(self.starts + self.sizes - len(frame.suffix), frame.suffix, int(pair))

    def _special(self, at: Ints, ids: Ints, side: int = 0) -> None:
        where = at[:, None] + np.arange(len(ids))
        self.ids[where] = ids
        self.sides[where] = side

    def fill(self, side: int, tokens: Tokens, texts: Ints) -> None:
        """Copy the texts in as the rows' first (0) or second (1) sentence."""
        lengths = self.lengths[side]
        where, origin = ranges(self.begin[side], lengths), ranges(tokens.borders[texts], lengths)
        self.ids[where] = tokens.ids[origin]
        self.content[where] = True
        self.sides[where] = side
        if len(tokens.words):
            self.words[where] = tokens.words[origin]

    def view(self, hashes: Hashes, options: DataOptions) -> TokenView:
        numbers = np.repeat(np.arange(len(self.sizes)), self.sizes)
        places = positions(self.sizes)
        if options.reset_positions and len(self.begin) == 2:
            places -= self.sides * (self.begin[1] - self.starts)[numbers]
        types = self.sides if options.segment_types else np.zeros_like(self.sides)
        return TokenView(
            ids=torch.from_numpy(self.ids),
            lengths=self.sizes,
            positions=torch.from_numpy(places),
            sides=torch.from_numpy(self.sides),
            types=torch.from_numpy(types),
            rows=torch.from_numpy(numbers),
            words=torch.from_numpy(self.words),
            content=torch.from_numpy(self.content),
            hashes=torch.from_numpy(hashes.view(np.int64)),
        )


def masked(view: TokenView, frame: SpecialTokens, options: DataOptions, draw: Hashes) -> TokenView:
    """The view with a masked form.

    Args:
        view: the view.
        frame: special tokens.
        options: rates.
        draw: (B,) what the draw depends on: a hash of seed, epoch and example.
    """
    return with_mask(view, mask_arrays(view, frame, options, draw))


def mask_arrays(view: TokenView, frame: SpecialTokens, options: DataOptions, draw: Hashes) -> tuple[Ints, Ints]:
    """Masked ids (N,) and selected positions (M,)."""
    # The place in the row is hashed, so a row is masked alike in every batch and beside every other row.
    hashes = mix(draw[view.rows.numpy()], positions(view.lengths))
    selected = np.flatnonzero((uniform(hashes) < options.mask_rate) & view.content.numpy())
    second = mix(hashes[selected], 1)
    # With BERT's rates, 0.8 and 0.1: 0.35 becomes the mask token, 0.85 another token, and 0.95 stays as it is.
    action = uniform(second)
    ids = view.ids.numpy().copy()
    ids[selected[action < options.mask_token]] = frame.mask
    swap = (action >= options.mask_token) & (action < options.mask_token + options.random_token)
    # 2^64 is so much more than any vocabulary that the remainder is as good as uniform.
    ids[selected[swap]] = frame.ordinary[(mix(second[swap], 2) % np.uint64(len(frame.ordinary))).astype(np.int64)]
    return ids, selected


def with_mask(view: TokenView, mask: tuple[Ints, Ints], labels: Ints | None = None) -> TokenView:
    """The view with these masked ids and selected positions; labels default to what stood there."""
    ids, selected = (torch.from_numpy(array) for array in mask)
    wanted = view.ids[selected] if labels is None else torch.from_numpy(labels)
    return replace(view, mask=Mask(ids, selected, wanted))


def draws(seed: int, purpose: str, hashes: Hashes, rounds: Ints) -> Hashes:
    """(B,) hash of seed, purpose, example and how often it was seen: the root of its random choices."""
    return mix(key(seed, purpose), hashes, rounds)
