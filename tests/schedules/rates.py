"""Computing the rates of a schedule, with the tests' own loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.backends import backend_named
from pellucid.dtypes import float32
from pellucid.graph.node import input_node
from pellucid.schedules import Schedule

Array = np.ndarray[Any, Any]


def rates(schedule: Schedule, steps: Sequence[int]) -> Array:
    """Return the rate at each step, with the first values of the schedule's variables."""
    step = input_node("step", (), "int64")
    variables = schedule.variables()
    rate = schedule.rate(step, variables)
    assert rate.dtype == float32
    assert rate.shape == ()
    function = backend_named("reference").compile_function({"step": step}, {"rate": rate})
    return np.array([function({"step": np.array(t)})["rate"] for t in steps])
