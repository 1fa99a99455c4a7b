"""Complete facts of imaginary runs, in the form in which the report gets them.

The numbers are drawn so that they look like those of a real run: curves fall, areas are those of
the curves, intervals hold their values. Every builder returns plain JSON, new at each call.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.report import example_parts as parts

Facts = dict[str, Any]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "x" * 300,
    "a long name of many words that goes on and on " * 6,
    "身高（厘米）与体重之比的对数变换后再标准化的结果以及其他各种说明文字",
    "👩‍👩‍👧‍👦🏳️‍🌈🙂 mood",
    "مستوى التعليم",
    "רמת הכנסה",
    "z̵̢̛͎̈́a̴͙͑l̷̡̛͈̈g̵̫̅o̶͚͐",
    "\u202eevil\u202c \x00\x1b[31m control\ud800",
    "$x_1^2$ & <b>bold</b> {field} %s \\n",
    "",
    "  spaces   and\nlines\t",
)
"""Names that files may hold."""


def classification(
    classes: Sequence[str] = ("<=50K", ">50K"),
    columns: Sequence[str] = parts.COLUMNS,
    target: str = "income",
    epochs: int = 48,
    seed: int = 1,
) -> Facts:
    """Return the facts of a run whose target is one of `classes`."""
    generator = np.random.default_rng(seed)
    labels = list(classes)
    sentence = (
        "On 9,770 test rows the network is right in 85.3 % of cases (95 % interval 84.6 to "
        "86.0 %): better than always saying the most frequent class and than a linear model; it "
        "cannot be told apart from gradient boosting."
    )
    metrics = {
        "accuracy": parts.metric(0.853, 0.007, "higher", (0.76, 0.838, 0.857)),
        "balanced_accuracy": parts.metric(0.772, 0.011, "higher", (0.5, 0.75, 0.781)),
        "log_loss": parts.metric(0.312, 0.009, "lower", (0.551, 0.334, 0.309)),
        "auc": parts.metric(0.909, 0.006, "higher", (0.5, 0.893, 0.914)),
        "average_precision": parts.metric(0.784, 0.013, "higher", (0.24, 0.742, 0.8)),
        "brier": parts.metric(0.101, 0.004, "lower", (0.182, 0.109, 0.0995)),
        "calibration_error": parts.metric(0.0123, 0.004, "lower", (0.003, 0.011, 0.0089)),
    }
    of_classes: list[str | None] = list(labels[1:]) if len(labels) == 2 else list(labels[:5])
    facts = {
        "run": parts.run(),
        "data": parts.data(generator, "classification", target, labels, columns),
        "network": parts.network(len(labels)),
        "training": parts.training(generator, epochs, True),
        "verdict": {target: parts.verdict(sentence, "log_loss", metrics)},
        "diagnosis": parts.diagnosis(),
        "curves": {target: parts.class_curves(generator, labels)},
        "slices": parts.slices(generator, columns, "accuracy"),
        "importance": parts.importance(columns),
        "dependence": parts.dependence(generator, columns[:6], of_classes),
        "layers": parts.layers(generator, ("hidden_1", "hidden_2", "output")),
        "worst": parts.worst(columns, labels),
        "learning_curve": parts.learning_curve(),
        "drift": [
            {
                "column": columns[0],
                "measure": "kolmogorov_smirnov",
                "statistic": 0.183,
                "threshold": 0.1,
                "shifted": True,
            },
            {
                "column": columns[1],
                "measure": "total_variation",
                "statistic": 0.02,
                "threshold": 0.1,
                "shifted": False,
            },
        ],
    }
    return _plain(facts)


def regression(
    targets: Sequence[str] = ("price",),
    columns: Sequence[str] = parts.COLUMNS,
    seed: int = 2,
) -> Facts:
    """Return the facts of a run whose targets are numbers."""
    generator = np.random.default_rng(seed)
    sentence = (
        "On 9,770 test rows predictions of the price are off by 41,300 in the root mean square "
        "(95 % interval 39,800 to 42,900): better than the mean and than a linear model, worse "
        "than gradient boosting."
    )
    metrics = {
        "rmse": parts.metric(41_300.0, 1_500.0, "lower", (118_000.0, 55_200.0, 38_700.0)),
        "mae": parts.metric(29_800.0, 900.0, "lower", (91_000.0, 40_100.0, 29_300.0)),
        "r2": parts.metric(0.877, 0.012, "higher", (0.0, 0.781, 0.893)),
        "median_error": parts.metric(21_400.0, 700.0, "lower", (73_000.0, 30_200.0, 20_800.0)),
    }
    several = len(targets) > 1
    target: str | list[str] = list(targets) if several else targets[0]

    def known(value: Any) -> Any:
        return dict.fromkeys(targets, value) if several else value

    training = parts.training(generator, 60, False)
    training["stopped_early"] = False
    facts = {
        "run": parts.run(),
        "data": parts.data(generator, "regression", target, [], columns),
        "network": parts.network(len(targets)),
        "training": training,
        "verdict": {name: parts.verdict(sentence, "rmse", metrics) for name in targets},
        "diagnosis": [],
        "curves": {name: parts.number_curves(generator) for name in targets},
        "slices": known(parts.slices(generator, columns, "absolute_error")),
        "importance": known(parts.importance(columns)),
        "dependence": known(parts.dependence(generator, columns[:4], [None])),
        "layers": parts.layers(generator, ("hidden_1", "hidden_2", "output")),
        "worst": known(parts.worst(columns, ["412000.5", "98000"])),
        "learning_curve": None,
        "drift": [],
    }
    return _plain(facts)


def hostile(seed: int = 3) -> Facts:
    """Return facts whose names are what files may hold at their worst."""
    facts = classification(
        classes=(HOSTILE[0], HOSTILE[2], HOSTILE[4], HOSTILE[6], HOSTILE[8]),
        columns=HOSTILE,
        target=HOSTILE[1],
        seed=seed,
    )
    facts["data"]["source"] = HOSTILE[0] + HOSTILE[5] + ".csv"
    facts["run"]["command"] = f"pellucid fit '{HOSTILE[0]}' --target '{HOSTILE[1]}'"
    facts["worst"]["rows"][0]["values"] = list(HOSTILE)
    for place, row in enumerate(facts["slices"]["rows"]):
        row["slice"] = f"{HOSTILE[place % len(HOSTILE)]} = {HOSTILE[(place + 3) % len(HOSTILE)]}"
    facts["dependence"] = parts.dependence(
        np.random.default_rng(seed), [*HOSTILE[:3]], list(HOSTILE[:3])
    )
    facts["dependence"].append(
        {
            "column": HOSTILE[3],
            "kind": "category",
            "grid": list(HOSTILE),
            "curves": [{"class": None, "mean": [0.5] * 13, "low": [0.4] * 13, "high": [0.6] * 13}],
            "rows": [10] * 13,
        }
    )
    for rows in facts["layers"].values():
        rows[0]["layer"] = HOSTILE[3]
        rows[1]["layer"] = HOSTILE[6]
    facts["network"]["layers"][0]["path"] = HOSTILE[2]
    facts["network"]["optimizer"] = HOSTILE[0]
    facts["diagnosis"][0]["sentence"] = f"The class {HOSTILE[0]} is never predicted."
    facts["diagnosis"][0]["evidence"] = {HOSTILE[0]: HOSTILE[1], "long": HOSTILE[2]}
    return facts


def large(
    columns: int = 1000, classes: int = 100, layers: int = 50, epochs: int = 100_000
) -> Facts:
    """Return facts of the largest run that a page is to show."""
    generator = np.random.default_rng(4)
    facts = classification(
        classes=[f"class {place:03d}" for place in range(classes)],
        columns=[f"column {place:04d}" for place in range(columns)],
        epochs=epochs,
    )
    names = [f"block_{place // 5}.dense_{place}" for place in range(layers)]
    facts["layers"] = parts.layers(generator, names)
    facts["network"]["layers"] = [
        {"path": name, "kind": "Dense", "shape": [64], "parameters": 4160, "flops": 8256}
        for name in names
    ]
    return _plain(facts)


def _plain(facts: Facts) -> Facts:
    """Return what JSON makes of the facts: nothing but numbers, texts, lists and dictionaries."""
    return json.loads(json.dumps(facts, allow_nan=False))
