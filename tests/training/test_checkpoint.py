"""Checkpoints: the last two are kept, a damaged one is passed over, a foreign one is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import ModelFileError
from pellucid.training.checkpoint import Checkpoints
from pellucid.training.state import initial_state
from tests.recording_backend import same_bits
from tests.training.test_whole_runs import build, make_data


def test_the_last_whole_checkpoint_is_found(tmp_path: Path) -> None:
    program, _ = build("adam", 3, make_data(1, 3))
    state = initial_state(program, 1)
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    assert checkpoints.latest(program) is None
    for step in (3, 12, 200):
        checkpoints.write(state | {"step": np.array(step)})
    paths = sorted((tmp_path / "checkpoints").iterdir())
    assert [int(path.stem.removeprefix("step-")) for path in paths] == [12, 200]
    found = checkpoints.latest(program)
    assert found is not None
    assert same_bits(found, state | {"step": np.array(200)})
    paths[1].write_bytes(paths[1].read_bytes()[:100])
    found = checkpoints.latest(program)
    assert found is not None
    assert int(found["step"]) == 12
    paths[0].write_bytes(b"")
    with pytest.raises(ModelFileError, match="step-000000000200"):
        checkpoints.latest(program)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    three, _ = build("adam", 3, make_data(1, 3))
    four, _ = build("adam", 4, make_data(1, 4))
    plain, _ = build("sgd", 3, make_data(1, 3))
    checkpoints = Checkpoints(tmp_path)
    checkpoints.write(initial_state(plain, 1))
    with pytest.raises(ModelFileError, match=r"is of another run: it has no 'optimizer\."):
        checkpoints.latest(three)
    checkpoints.write(initial_state(three, 1) | {"step": np.array(9)})
    with pytest.raises(ModelFileError, match=r"'dense_3\.weight' is float32 \(6, 3\)"):
        checkpoints.latest(four)
