"""pellucid: deep learning you can see through.

    import pellucid

    run = pellucid.fit("breast-cancer")
    run.metrics["test"]

Rooms, from the inside out: `graph`, `primitives`, `autodiff`, `backends`, `layers`, `losses`,
`optimizers`, `schedules`, `initializers`, `data`, `training`, `inspection`, `models`,
`interchange`, `report`, `fitting`, `examples`, `cli`. Importing pellucid loads NumPy and the
standard library only.
"""

from __future__ import annotations

from pellucid._version import __version__
from pellucid.api import Run, fit, load

__all__ = ["Run", "__version__", "fit", "load"]
