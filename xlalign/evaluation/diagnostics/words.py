"""Alignment of words: static (input embeddings) and in context, against gold links; and tokeniser fertility."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np

from xlalign.bitext.corpus import GoldPair
from xlalign.evaluation.diagnostics.record import Fertility
from xlalign.evaluation.retrieval import nearest
from xlalign.modeling.embed import TokenLists, segment_vectors, unit_rows
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.words import frame_of, word_pieces


def fertility(sentences: Sequence[Sequence[str]], tokenizer: Any) -> Fertility:
    """Tokeniser statistics over running words (Rust et al. 2021)."""
    pieces = list(chain.from_iterable(word_pieces(sentences, tokenizer)))
    lengths = np.array([len(ids) for ids in pieces])
    unknown = sum(ids.count(tokenizer.unk_token_id) for ids in pieces)
    return Fertility(float(lengths.mean()), float((lengths > 1).mean()), float(unknown / max(1, lengths.sum())))


def static_accuracy(
    pairs: Sequence[GoldPair], encoder: Encoder, tokenizer: Any, counted: Callable[[str], bool] = bool
) -> float:
    """ALIGN-MLM's alignment score, in percent (arXiv 2211.08547, section 4).

    A word's vector is the mean of the input embeddings of its pieces. The score is the share of source words whose
    nearest neighbour, among all words of the other language, is one that they are linked to; `counted` says which
    (lower-cased) source words it is a share of, such as those outside a dictionary.
    """
    links = {(pair.source_words[i].lower(), pair.target_words[j].lower()) for pair in pairs for i, j in pair.sure}
    source, target = sorted({s for s, _ in links}), sorted({t for _, t in links})
    ours, theirs = (_static(words, encoder, tokenizer) for words in (source, target))
    found = zip(source, nearest(ours, theirs), strict=True)
    return 100.0 * float(np.mean([(word, target[at]) in links for word, at in found if counted(word)]))


def contextual_accuracy(pairs: Sequence[GoldPair], encoder: Encoder, tokenizer: Any) -> list[float]:
    """For each layer, the share (percent) of linked source words whose nearest target word is linked to them.

    Neighbours are sought among all words of all target sentences, so a word has to find its own sentence, too.
    """
    sentences = [[list(pair.source_words) for pair in pairs], [list(pair.target_words) for pair in pairs]]
    sides = [_contextual(side, encoder, tokenizer) for side in sentences]
    # Sentences of 2 and 3 words: word 1 of the second is row 2 + 1 of the matrix of all words.
    starts = [list(accumulate(map(len, side), initial=0)) for side in sentences]
    gold: dict[int, set[int]] = {}
    for number, pair in enumerate(pairs):
        for i, j in pair.sure:
            gold.setdefault(starts[0][number] + i, set()).add(starts[1][number] + j)
    asked = sorted(gold)
    return [
        100.0 * float(np.mean([at in gold[word] for word, at in zip(asked, nearest(ours[asked], theirs), strict=True)]))
        for ours, theirs in zip(*sides, strict=True)
    ]


def _static(words: list[str], encoder: Encoder, tokenizer: Any) -> np.ndarray:
    unknown = [tokenizer.unk_token_id or 0]
    table = encoder.embeddings.detach().float().cpu().numpy()
    return unit_rows(
        np.stack([table[ids or unknown].mean(0) for (ids,) in word_pieces([[w] for w in words], tokenizer)])
    )


def _contextual(sentences: list[list[str]], encoder: Encoder, tokenizer: Any) -> list[np.ndarray]:
    """Unit vectors of every word of every sentence, by layer.

    Words count through all sentences: [a b] [c], with b in two pieces, are rows <s> a b ##b </s> and <s> c </s> with
    words -1 0 1 1 -1 and -1 2 -1.
    """
    prefix, suffix = frame_of(tokenizer)
    pieces = word_pieces(sentences, tokenizer)
    ids = [[*prefix, *chain(*own), *suffix] for own in pieces]
    before, after = [-1] * len(prefix), [-1] * len(suffix)
    starts = accumulate(map(len, sentences), initial=0)
    words = [
        [*before, *(start + at for at, word in enumerate(own) for _ in word), *after]
        for own, start in zip(pieces, starts, strict=False)
    ]
    rows = TokenLists(ids)
    found = segment_vectors(encoder, rows.lengths, rows.batch, words, range(encoder.layers + 1))
    return [unit_rows(matrix) for matrix in found]
