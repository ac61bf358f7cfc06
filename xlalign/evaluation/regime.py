"""The rule by which a fine-tuning regime is chosen, the same for every model."""

from __future__ import annotations

from collections.abc import Sequence

from xlalign.evaluation.cell_settings import Regime


def best_trial(trials: Sequence[tuple[Regime, float]]) -> int:
    """Number of the trial with the best English dev score.

    Of equals the one that freezes fewest layers wins, then the earliest. Test data play no part.

    Args:
        trials: regimes and their scores on English dev.
    """
    return max(range(len(trials)), key=lambda i: (trials[i][1], -trials[i][0].frozen_layers, -i))
