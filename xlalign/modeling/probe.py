"""The probe: before an encoder runs packed rows, it shows on two of them that this gives what the stock model gives.

A model that ignores transformers' attention table, counts positions on over the rows or loses its causal mask raises
nothing: rows see each other, or are at the wrong places, without a warning. Errors of such families are 1e-2 to 4 times
the size of the states; of right ones below 1e-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from xlalign.modeling.packing import Chunk, layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel

LIMIT = 1e-4
"""Largest difference of packed and stock states, in units of their root mean square."""
NOISE = 1e-3
"""The same of rows padded together and rows alone; above it padding itself moves the states."""
LONG = 64
"""Tokens of a window of attention that a probe row still reaches beyond."""

Path = Literal["packed", "padded", "alone"]
_FOUND: dict[tuple[type, str, int | None], Route] = {}


class Route(NamedTuple):
    """How rows are run: packed, padded together, or each alone; and why."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class Probed(Protocol):
    """What is probed: an encoder without head."""

    model: PreTrainedModel
    path: Path
    stop: int | None

    def hidden(
        self, ids: Tensor, positions: Tensor, types: Tensor | None, chunk: Chunk, keep: Sequence[int]
    ) -> dict[int, Tensor]:
        """States (n, D) by layer."""


def find_route(body: Probed, install: Callable[[], None] | None) -> Route:
    """Decide how an encoder's rows are run; its `path` is set, and attention replaced where rows are packed.

    Args:
        body: the encoder, in float32 on a CPU; what was found for its class and configuration is not sought again.
        install: makes it take packed rows; None = its family is never packed.
    """
    if next(body.model.parameters()).device.type == "meta":
        return Route("padded", "there are no weights to probe")
    about = type(body.model), body.model.config.to_json_string(use_diff=False), body.stop
    if about not in _FOUND:
        with _at_rest(body.model):
            _FOUND[about] = _probe(body, install)
    elif install is not None and _FOUND[about].path == "packed":
        install()
    body.path = _FOUND[about].path
    return _FOUND[about]


def _probe(body: Probed, install: Callable[[], None] | None) -> Route:
    rows = probe_rows(body.model.config)
    body.path = "padded"
    stock = _states(body, rows)
    if install is None:
        alone = [_states(body, [row]) for row in rows]
        noise = difference({layer: torch.cat([own[layer] for own in alone]) for layer in stock}, stock)
        if noise > NOISE:
            return Route("alone", f"padding moves the states by {noise:.1g} of their size")
        return Route("padded", "its attention does not take packed rows")
    implementation = body.model.config._attn_implementation
    fault = _packing_fault(body, install, rows, stock)
    if fault:
        body.model.set_attn_implementation(implementation)
        return Route("padded", fault)
    return Route("packed", "packed rows gave the stock model's states")


def _packing_fault(
    body: Probed, install: Callable[[], None], rows: list[Tensor], stock: dict[int, Tensor]
) -> str | None:
    body.path = "packed"
    first = len(rows[0])
    try:
        install()
        found = _states(body, rows)
        other = _states(body, [rows[0], rows[1].flip(0)])
    except Exception as error:  # whatever a model of any making says to arguments that it does not know
        return f"packed rows were refused ({type(error).__name__}: {str(error)[:100]})"
    if (wrong := difference(found, stock)) > LIMIT:
        return f"packed states differ from the stock model's by {wrong:.1g} of their size"
    parts = [{layer: states[:first] for layer, states in each.items()} for each in (other, found)]
    if (leak := difference(*parts)) > LIMIT:
        return f"packed rows see each other (states move by {leak:.1g} of their size)"
    return None


def probe_rows(config: Any) -> list[Tensor]:
    """Two rows of ordinary ids, 9 and 5 long; the first reaches beyond a short window of attention."""
    windows = [getattr(config, "sliding_window", None) or 0, getattr(config, "local_attention", 0) // 2]
    first = max(9, *(window + 6 for window in windows if window <= LONG))
    pad = config.pad_token_id if isinstance(config.pad_token_id, int) else -1
    ordinary = [number for number in range(min(5, config.vocab_size // 2), config.vocab_size) if number != pad]
    ids = torch.tensor([ordinary[(7 * place + 3) % len(ordinary)] for place in range(first + 5)])
    return [ids[:first], ids[first:]]


def difference(found: dict[int, Tensor], wanted: dict[int, Tensor]) -> float:
    """The largest over layers and values, in units of the root mean square of the layer; infinite where not finite."""
    sizes = [
        float((found[layer] - states).abs().max() / states.square().mean().sqrt()) for layer, states in wanted.items()
    ]
    return float(np.nan_to_num(max(sizes), nan=np.inf))


def _states(body: Probed, rows: list[Tensor]) -> dict[int, Tensor]:
    """States (n, D) of all rows in order, by layer; the later half of each row has token type 1 where there are two."""
    lengths = np.array([len(row) for row in rows])
    (chunk,) = (plan := layout(lengths)).chunks
    places = [torch.arange(int(length)) for length in lengths]
    types = torch.cat([(place >= len(place) // 2).long() for place in places])
    keep = range(body.model.config.num_hidden_layers + 1) if body.stop is None else [body.stop]
    found = body.hidden(torch.cat(rows), torch.cat(places), types, chunk, keep)
    return {layer: states[plan.inverse].float() for layer, states in found.items()}


@contextmanager
def _at_rest(model: PreTrainedModel) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
