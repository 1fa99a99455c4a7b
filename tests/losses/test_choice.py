"""Losses by name and by configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.losses import (
    LOSSES,
    Huber,
    Loss,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
    loss_from,
)

EXAMPLES: list[Loss] = [
    *(loss_from(name) for name in LOSSES if name != "quantile"),
    Quantile(0.3),
    Huber(2.5),
    SoftmaxCrossEntropy((1, 2.5), 0.1),
]


@pytest.mark.parametrize("loss", EXAMPLES, ids=str)
def test_a_configuration_survives_json_and_makes_an_equal_loss(loss: Loss) -> None:
    described = json.loads(json.dumps(loss.configuration()))
    assert described["loss"] == loss.name
    assert loss_from(described) == loss
    assert loss_from(described).configuration() == described


def test_every_loss_has_an_example() -> None:
    assert {type(loss) for loss in EXAMPLES} == set(LOSSES.values())
    assert all(kind.name == name for name, kind in LOSSES.items())


def test_a_loss_is_returned_as_it_is() -> None:
    loss = SquaredError()
    assert loss_from(loss) is loss
    assert loss_from("Squared-Error") == loss


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("squared_eror", "^there is no loss 'squared_eror': did you mean 'squared_error'[?] Use"),
        ("mse", "^there is no loss 'mse': use one of squared_error, absolute_error, huber, quant"),
        ("quantile", "^the loss 'quantile' needs the option 'level'$"),
        ({"loss": "huber", "d": 1}, "^the loss 'huber' has no option 'd': its options are delta$"),
        ({"loss": "huber", "delta": -1}, "^Huber needs delta to be a number above 0, got -1$"),
        ({"name": "huber"}, "^the configuration of the loss needs 'loss', its name"),
        (None, r"^a loss is a Loss, a configuration or a name \(squared_error, absolute_error"),
    ],
)
def test_what_is_refused(value: Any, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        loss_from(value)
