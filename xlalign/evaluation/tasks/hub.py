"""Where the benchmark lies on the hub."""

from __future__ import annotations

XTREME = "google/xtreme"
REVISION = "ec5f1f46e9af79639a90684a7a70a956c4998f04"
