"""The probe: before an encoder runs packed rows, it shows on two of them that this gives what the stock model gives.

A model that ignores transformers' attention table, counts positions on over the rows or loses its causal mask raises
nothing: rows see each other, or are at the wrong places, without a warning. Errors of such families are 1e-2 to 4 times
the size of the states; of right ones below 1e-5.

Two forward passes are all it takes, for reading the weights is what a pass over few tokens costs:

    padded   longer, shorter                 what the stock model makes of them
    packed   longer, strange, shorter        the same, or a row sees another or is at the wrong place

What goes wrong is code, not weights: so an encoder whose blocks are all alike runs two of them, another those up to the
first of its last kind. Windows of attention are shortened meanwhile, all by the same number of tokens, so that short
rows reach beyond them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.families import UNLISTED, family_of
from xlalign.modeling.layers import stop_after
from xlalign.modeling.packing import Chunk, layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel

LIMIT = 1e-4
"""Largest difference of packed and stock states, in units of their root mean square."""
NOISE = 1e-3
"""The same of rows padded together and rows alone; above it padding itself moves the states."""
LENGTHS = 8, 6, 5
"""Tokens of the rows `longer`, `strange` and `shorter`."""
WINDOW = 3
"""Tokens of a window of attention that rows of such lengths reach beyond."""

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
        with _at_rest(body.model), _short_windows(body.model), _first_blocks(body):
            _FOUND[about] = _probe(body, install)
    if install is not None and _FOUND[about].path == "packed":
        install()
    body.path = _FOUND[about].path
    return _FOUND[about]


def _probe(body: Probed, install: Callable[[], None] | None) -> Route:
    longer, strange, shorter = probe_rows(body.model.config)
    body.path = "padded"
    stock = _states(body, [longer, shorter])
    if install is None:
        # The longer row has no padding: it is alone already.
        noise = difference(_states(body, [shorter]), {n: states[len(longer) :] for n, states in stock.items()})
        if noise > NOISE:
            return Route("alone", f"padding moves the states by {noise:.1g} of their size")
        return Route("padded", "its attention does not take packed rows")
    implementation = body.model.config._attn_implementation
    body.path = "packed"
    try:
        install()
        found = _states(body, [longer, strange, shorter])
    except Exception as error:  # whatever a model of any making says to arguments that it does not know
        fault = f"packed rows were refused ({type(error).__name__}: {str(error)[:100]})"
    else:
        both = {n: torch.cat([states[: len(longer)], states[-len(shorter) :]]) for n, states in found.items()}
        if (wrong := difference(both, stock)) <= LIMIT:
            return Route("packed", "packed rows gave the stock model's states")
        fault = f"packed states differ from the stock model's by {wrong:.1g} of their size"
    body.model.set_attn_implementation(implementation)
    return Route("padded", fault)


def probe_rows(config: Any) -> list[Tensor]:
    """Three rows of ordinary ids."""
    pad = config.pad_token_id if isinstance(config.pad_token_id, int) else -1
    ordinary = [number for number in range(min(5, config.vocab_size // 2), config.vocab_size) if number != pad]
    ids = torch.tensor([ordinary[(7 * place + 3) % len(ordinary)] for place in range(sum(LENGTHS))])
    return list(torch.split(ids, list(LENGTHS)))


@contextmanager
def _first_blocks(body: Probed) -> Iterator[None]:
    """End forward passes after the first block of every kind, and no sooner than after two."""
    blocks = _blocks(body)
    if blocks is None:
        yield
        return
    kinds = [_kind(block) for block in blocks]
    # Of the kinds a a b a a b the first three are run.
    count = min(len(blocks), max(2, 1 + max(map(kinds.index, kinds))))
    hook = blocks[count - 1].register_forward_hook(stop_after)
    body.stop = count
    try:
        yield
    finally:
        hook.remove()
        body.stop = None


def _blocks(body: Probed) -> nn.ModuleList | None:
    """The blocks; None where all are run: the encoder is cut off, of a family that is not known, or shares weights."""
    family = family_of(body.model.config)
    try:
        return family.blocks(body.model) if family is not UNLISTED and body.stop is None else None
    except UserError:
        return None


def _kind(block: nn.Module) -> str:
    """What the modules of a block are and have been told, but for its number."""
    plain = (bool, int, float, str, type(None))
    told = [
        (
            type(own),
            sorted((k, v) for k, v in vars(own).items() if isinstance(v, plain) and not k.startswith("layer_i")),
        )
        for own in block.modules()
    ]
    return str(told)


@contextmanager
def _short_windows(model: PreTrainedModel) -> Iterator[None]:
    """Shorten all windows by one number of tokens, the least of them to `WINDOW`.

    ModernBERT's configuration says 64 and its modules 65, which is the same window: so they become 3 and 4.
    """
    places = [owner for owner in (model.config, *model.modules()) if _window(owner)]
    less = max(0, min(map(_window, places), default=0) - WINDOW)
    for owner in places:
        owner.sliding_window -= less
    try:
        yield
    finally:
        for owner in places:
            owner.sliding_window += less


def _window(owner: Any) -> int:
    """Tokens of the window of a configuration or module; 0 where it has none."""
    size = getattr(owner, "sliding_window", None)
    return size if isinstance(size, int) else 0


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
    layers = range(body.model.config.num_hidden_layers + 1) if body.stop is None else [body.stop]
    found = body.hidden(torch.cat(rows), torch.cat(places), types, chunk, layers)
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
