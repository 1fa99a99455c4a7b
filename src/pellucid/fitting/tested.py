"""The test rows one by one: their numbers in the source, the truth, and what the network says."""

from __future__ import annotations

import csv
import io

from pellucid.data.prepared import Prepared
from pellucid.fitting.columns import naming_columns
from pellucid.fitting.model import Model
from pellucid.fitting.verdict import Judged

MOST_ROWS = 100_000
"""Of more test rows the first are written."""


def tested_rows(prepared: Prepared, model: Model, judged: Judged) -> str | None:
    """Return a CSV text: "row", what names rows, the target's columns, and those of a prediction.

    None where there are no test rows.
    """
    if judged.part != "test":
        return None
    some, table = slice(0, MOST_ROWS), prepared.tables["test"]
    target, deviations = prepared.target, judged.deviations["test"]
    predictions = model.told(
        judged.predictions["test"][some], None if deviations is None else deviations[some]
    )
    truths = zip(target.each, target.split(prepared.truths["test"][some]), strict=True)
    # Not by name: a target may be called as a column of ours is.
    columns = [
        ("row", table.row_numbers[some]),
        *((name, table[name].texts()[some]) for name in naming_columns(prepared)),
        *((one.name, one.decode(truth)) for one, truth in truths),
        *predictions.columns().items(),
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows(zip(*(values.tolist() for _, values in columns), strict=True))
    return text.getvalue()
