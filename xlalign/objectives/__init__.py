"""Training objectives and the presets that combine them; nothing heavy is imported here."""

from __future__ import annotations
