"""What is to be said of rows that a network predicts: how they were read, and what is new in them.

Receives the model and the rows; gives texts, most of them about one column each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pellucid.cli.talk import Talk
    from pellucid.data.table import Table
    from pellucid.fitting.model import Model

TOLERATED = frozenset({"data.read_as_bounds", "data.read_as_words"})


def remarks(model: Model, rows: Table, talk: Talk) -> list[str]:
    """Return what is to be said of the rows before their predictions are believed."""
    found = [talk.sentence(note.description()) for note in rows.notes if note.key in TOLERATED]
    for column, count in model.encoding.unseen(rows).items():
        key = "unseen_or_rare" if column in model.encoding.pooled else "unseen"
        found.append(talk(key, column=column, rows=talk.counted_rows(count)))
    for column, (count, low, high) in model.encoding.far_outside(rows).items():
        values = {"column": column, "rows": talk.counted_rows(count), "low": low, "high": high}
        found.append(talk("far_outside", **values))
    return found
