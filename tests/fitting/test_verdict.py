"""What a verdict is told beside predictions: the groups, and what gives the target away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.evaluation.judgement import verdict
from pellucid.fitting import verdict as module


def test_the_verdict_knows_the_groups_and_what_gives_the_target_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    def listening(*arguments: Any, **more: Any) -> Any:
        told.append(more)
        return verdict(*arguments, **more)

    monkeypatch.setattr(module, "verdict", listening)
    draw = np.random.default_rng(0)
    owner = np.repeat(np.arange(30), 10)
    y = draw.normal(size=300) + draw.normal(size=30)[owner]
    columns = {"x": draw.normal(size=300), "copy": 2 * y + 1, "owner": owner, "y": y}
    tiny: dict[str, Any] = {"epochs": 1, "hidden": (3,), "baselines": (), "report": False}
    pellucid.fit(columns, "y", out=tmp_path / "grouped", split="group:owner", **tiny)
    pellucid.fit(columns, "y", out=tmp_path / "plain", drop=("copy",), **tiny)
    grouped, plain = told
    parts = np.unique(grouped["groups"], return_counts=True)
    assert len(grouped["groups"]) == 60
    assert parts[1].tolist() == [10] * 6
    assert tuple(grouped["given_away"]) == ("copy",)
    assert plain["groups"] is None
    assert tuple(plain["given_away"]) == ()
