"""Every error that pellucid raises on purpose.

    PellucidError
    ├── GraphError            a graph that cannot mean anything
    │   ├── ShapeError        shapes that do not fit, on the line that builds the node
    │   ├── DTypeError        types that do not fit, likewise
    │   └── VerificationError a pass left a graph that breaks a rule
    ├── DataError             a file, table, row or column that cannot be used
    │   └── EncodingError     bytes that are no text in the encoding that was thought of
    ├── OptionError           an option or argument that is impossible
    ├── ModelFileError        a model file that is damaged or not pellucid's
    ├── FolderError           a run folder that is taken, missing or cannot be written
    ├── BackendError          a backend that cannot do what was asked on this machine
    ├── ExecutionError        an operation met a value it has no meaning for
    └── NonFiniteError        training met a nan or an infinity

A message says who, what was needed, what came, and the likely remedy, in the user's names.
On the command line each of them ends the program with exit code 2 and no traceback.
"""

from __future__ import annotations

__all__ = [
    "BackendError",
    "DTypeError",
    "DataError",
    "EncodingError",
    "ExecutionError",
    "FolderError",
    "GraphError",
    "ModelFileError",
    "NonFiniteError",
    "OptionError",
    "PellucidError",
    "ShapeError",
    "VerificationError",
]


class PellucidError(Exception):
    """The root of the tree: catch this to catch all of them."""


class GraphError(PellucidError):
    """A graph that cannot mean anything."""


class ShapeError(GraphError, ValueError):
    """Shapes that do not fit."""


class DTypeError(GraphError, TypeError):
    """Element types that do not fit."""


class VerificationError(GraphError):
    """A pass left a graph that breaks a rule; names pass, node and rule."""


class DataError(PellucidError, ValueError):
    """A file, table, row or column that cannot be used."""


class EncodingError(DataError):
    """Bytes of a file that are no text in the encoding that was thought of."""


class OptionError(PellucidError, ValueError):
    """An option or argument that is impossible."""


class ModelFileError(PellucidError):
    """A model file that is damaged, truncated or not pellucid's."""


class FolderError(PellucidError):
    """A run folder that is taken, missing or cannot be written."""


class BackendError(PellucidError):
    """A backend that cannot do what was asked on this machine."""


class ExecutionError(PellucidError):
    """An operation met a value it has no meaning for, such as an index out of range."""


class NonFiniteError(PellucidError):
    """Training met a nan or an infinity; names epoch, step and node."""
