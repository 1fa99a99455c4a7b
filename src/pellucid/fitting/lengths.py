"""How long to train by default: rows a batch, epochs, patience, from the number of rows."""

from __future__ import annotations

import math
from dataclasses import replace

from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.fitting.configuration import Configuration
from pellucid.graph.order import batch_count

SMALLEST_BATCH, LARGEST_BATCH = 16, 256
BATCHES_AN_EPOCH = 40
FEWEST_EPOCHS, MOST_EPOCHS = 20, 256
UPDATES = {CLASSIFICATION: 5000, REGRESSION: 10_000}
LEAST_PATIENCE, PATIENT_SHARE = 8, 0.4


def with_lengths(options: Configuration, rows: int, task: str) -> Configuration:
    """Return options with batch size, epochs and patience chosen where they are open.

    Args:
        options: what the user chose.
        rows: the number of training rows.
        task: "classification" or "regression".

    Example:
        >>> chosen = with_lengths(Configuration(), 341, "classification")
        >>> chosen.batch_size, chosen.epochs, chosen.patience
        (16, 228, 91)
    """
    batch_size = options.batch_size or default_batch_size(rows)
    epochs, patience = options.epochs, options.patience
    if epochs is None:
        wanted = -(-UPDATES[task] // batch_count(rows, batch_size))
        epochs = min(max(wanted, FEWEST_EPOCHS), MOST_EPOCHS)
    if patience is None:
        patience = max(LEAST_PATIENCE, int(PATIENT_SHARE * epochs))
    return replace(options, batch_size=batch_size, epochs=epochs, patience=patience)


def for_fewer_rows(options: Configuration, rows: int, fewer: int, task: str) -> Configuration:
    """Return options whose lengths suit `fewer` training rows as they suited `rows`.

    What was chosen by the user stays in its proportion to what would have been chosen.

    Example:
        >>> options = Configuration(batch_size=100, epochs=114, patience=0)
        >>> found = for_fewer_rows(options, 341, 100, "classification")
        >>> found.batch_size, found.epochs, found.patience
        (100, 128, 0)
    """
    left_open = replace(options, batch_size=None, epochs=None, patience=None)
    usual, found = (with_lengths(left_open, count, task) for count in (rows, fewer))

    def scaled(own: int | None, usually: int | None, now: int | None) -> int:
        return round((own or 0) * (now or 0) / (usually or 1))

    batch_size = scaled(options.batch_size, usual.batch_size, found.batch_size)
    epochs = scaled(options.epochs, usual.epochs, found.epochs)
    patience = scaled(options.patience, usual.patience, found.patience)
    return replace(
        options,
        batch_size=min(max(batch_size, 1), fewer),
        epochs=max(epochs, 1),
        patience=max(patience, 1) if options.patience else 0,
    )


def default_batch_size(rows: int) -> int:
    """Return a power of two such that an epoch has about forty updates, from 16 to 256 rows.

    Example:
        >>> default_batch_size(341), default_batch_size(20_000), default_batch_size(5)
        (16, 256, 5)
    """
    power = 2 ** round(math.log2(max(rows, 1) / BATCHES_AN_EPOCH)) if rows else 1
    return int(min(max(power, SMALLEST_BATCH), LARGEST_BATCH, rows))
