"""What the room `data` says: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
