"""The words of the report's page: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "rows": ("{count} rows", "{count} 行"),
}
