"""How the threads of the numeric libraries wait for each other; has to be said before torch is loaded."""

from __future__ import annotations

import os

WAITING = {
    "GOMP_SPINCOUNT": "10000",  # turns of a loop: GNU's runtime, that of torch on Linux
    "KMP_BLOCKTIME": "1",  # milliseconds: Intel's and LLVM's
}
"""How long a thread at a barrier keeps its core busy before it sleeps.

By default GNU's runtime spins for minutes (30 thousand million turns under an active policy, some hundred thousand
otherwise). That is right on a machine of one's own. Beside another program the scheduler takes a core away from a
thread that the others then wait for, spinning on cores that it could have had: a step of 1.5 s took 24 s. With these
values it takes 1.4 s alone, and about twice that when one of two cores is busy, which is its share.
"""


def yield_at_barriers() -> None:
    """Set what the user has not set; `OMP_WAIT_POLICY`, the standard's own word, decides where it is given."""
    if "OMP_WAIT_POLICY" not in os.environ:
        for name, value in WAITING.items():
            os.environ.setdefault(name, value)
