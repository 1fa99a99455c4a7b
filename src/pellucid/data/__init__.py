"""Files, tables, built-in sets, splits and encodings: from what a person has to arrays of numbers.

This room knows no graph. It receives files, frames or arrays and gives NumPy arrays, with
everything that it learned from the training rows kept in an `Encoding` and a `Target`, which
are plain JSON in a model file. `prepare` walks the whole way.
"""

from __future__ import annotations

from pellucid.data.any_target import AnyTarget
from pellucid.data.builtin import BUILTIN, Builtin, list_builtin, load_builtin
from pellucid.data.encoding import Encoding
from pellucid.data.files import read_table
from pellucid.data.fingerprint import fingerprint
from pellucid.data.kinds import Kind
from pellucid.data.memory import Memory
from pellucid.data.prepared import PARTS, Prepared, Preparing, prepare
from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.splitting import Split, split
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.data.targets import Targets

__all__ = [
    "BUILTIN",
    "CLASSIFICATION",
    "PARTS",
    "REGRESSION",
    "AnyTarget",
    "Builtin",
    "Column",
    "Encoding",
    "Kind",
    "Memory",
    "Prepared",
    "Preparing",
    "Reading",
    "Split",
    "Storage",
    "Table",
    "Target",
    "Targets",
    "fingerprint",
    "list_builtin",
    "load_builtin",
    "load_table",
    "prepare",
    "read_table",
    "split",
]
