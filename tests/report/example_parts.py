"""The pieces of example facts: what one section of the report gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

COLUMNS = (
    "age",
    "workclass",
    "education",
    "hours per week",
    "capital gain",
    "occupation",
    "relationship",
    "sex",
    "native country",
    "fnlwgt",
)
LABELS = {
    "workclass": ["Private", "Self-employed", "Government", "Without pay"],
    "education": ["Bachelors", "High school", "Masters", "Some college", "11th", "Doctorate"],
    "occupation": ["Sales", "Craft and repair", "Executive", "Cleaners", "Technical support"],
    "relationship": ["Husband", "Wife", "Own child", "Not in family"],
    "sex": ["Female", "Male"],
    "native country": ["United States", "Mexico", "Philippines", "Germany"],
}


def rounded(values: Any) -> list[float]:
    return [round(float(value), 6) for value in values]


def interval(value: float, spread: float) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + 1.1 * spread}


def baseline(value: float, spread: float, network: float, higher: bool) -> dict[str, Any]:
    difference = (network - value) if higher else (value - network)
    low, high = difference - spread, difference + spread
    judgement = "better" if low > 0 else "worse" if high < 0 else "cannot tell"
    return {
        **interval(value, spread),
        "difference": {"value": difference, "low": low, "high": high},
        "judgement": judgement,
    }


def metric(
    network: float, spread: float, better: str, baselines: Sequence[float]
) -> dict[str, Any]:
    names = ("constant", "linear", "boosting")
    return {
        "network": interval(network, spread),
        "better": better,
        "baselines": {
            name: baseline(value, spread, network, better == "higher")
            for name, value in zip(names, baselines, strict=True)
        },
    }


def verdict(sentence: str, main: str, metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        "part": "test",
        "sentence": sentence,
        "main": main,
        "metrics": metrics,
        "baselines": {
            "constant": {"rows": 29304, "of": 29304, "seconds": 0.01, "note": None},
            "linear": {"rows": 29304, "of": 29304, "seconds": 0.61, "note": None},
            "boosting": {"rows": 20000, "of": 29304, "seconds": 2.4, "note": None},
        },
    }


def histogram(values: Any, bins: int = 40) -> dict[str, Any]:
    counts, edges = np.histogram(values, bins)
    return {"edges": rounded(edges), "counts": [int(count) for count in counts]}


def layers(generator: np.random.Generator, names: Sequence[str]) -> dict[str, Any]:
    weights, activations, gradients = [], [], []
    for place, name in enumerate(names):
        drawn = generator.normal(0, 0.05 + 0.12 / (place + 1), 4000)
        weights.append(
            {
                "layer": name,
                **histogram(drawn),
                "mean": float(drawn.mean()),
                "deviation": float(drawn.std()),
            }
        )
        active = np.maximum(generator.normal(-0.2, 1.0 + 0.2 * place, 4000), 0)
        activations.append(
            {
                "layer": name,
                **histogram(active),
                "dead": 0.047 if place == 0 else 0.0,
                "saturated": 0.0,
            }
        )
        sizes = generator.normal(-3.2 - 0.3 * place, 0.8, 4000)
        gradients.append(
            {"layer": name, **histogram(sizes), "norm": 0.021 / (place + 1), "norm_first": 0.83}
        )
    return {"weights": weights, "activations": activations, "gradients": gradients}


def training(generator: np.random.Generator, epochs: int, classes: bool) -> dict[str, Any]:
    steps = np.arange(1, epochs + 1)
    noise = generator.normal(0, 0.004, epochs)
    train = 0.28 + 0.5 * np.exp(-steps / (0.12 * epochs)) - 0.03 * steps / epochs
    validation = 0.31 + 0.48 * np.exp(-steps / (0.12 * epochs)) + noise
    validation += 0.06 * (steps / epochs) ** 3
    best = int(np.argmin(validation)) + 1
    columns = {"train_loss": rounded(train), "validation_loss": rounded(validation)}
    if classes:
        accuracy = 0.87 - 0.2 * np.exp(-steps / (0.1 * epochs)) + noise / 3
        columns["validation_accuracy"] = rounded(accuracy)
    columns["learning_rate"] = rounded(0.002 * 0.5 * (1 + np.cos(np.pi * steps / epochs)))
    return {
        "epochs": columns,
        "best_epoch": best,
        "stopped_epoch": epochs,
        "stopped_early": True,
        "monitor": "validation_loss",
        "seconds": 6.31,
    }


def network(outputs: int) -> dict[str, Any]:
    layers = [
        {"path": "hidden_1", "kind": "Dense", "shape": [128], "parameters": 13952, "flops": 27776},
        {
            "path": "hidden_1_relu",
            "kind": "Activation",
            "shape": [128],
            "parameters": 0,
            "flops": 128,
        },
        {"path": "dropout", "kind": "Dropout", "shape": [128], "parameters": 0, "flops": 256},
        {"path": "hidden_2", "kind": "Dense", "shape": [64], "parameters": 8256, "flops": 16448},
        {
            "path": "hidden_2_relu",
            "kind": "Activation",
            "shape": [64],
            "parameters": 0,
            "flops": 64,
        },
        {
            "path": "output",
            "kind": "Dense",
            "shape": [outputs],
            "parameters": 65 * outputs,
            "flops": 129 * outputs,
        },
    ]
    return {
        "layers": layers,
        "parameters": sum(int(str(layer["parameters"])) for layer in layers),
        "members": 1,
        "optimizer": "adamw",
        "loss": "softmax cross-entropy",
        "learning_rate": 0.002,
        "batch_size": 256,
        "schedule": "cosine",
        "dropout": 0.1,
        "averaging": 0.05,
    }


def data_columns(
    generator: np.random.Generator, names: Sequence[str], target: Sequence[str]
) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = []
    for name in names:
        if name in LABELS:
            summary: dict[str, Any] = {"top": LABELS[name][0]}
            columns.append(
                {
                    "name": name,
                    "kind": "category",
                    "role": "feature",
                    "missing": int(generator.integers(0, 900)),
                    "distinct": len(LABELS[name]),
                    "reason": None,
                    "summary": summary,
                }
            )
        else:
            low, mean, high = sorted(rounded(generator.normal(40, 30, 3)))
            columns.append(
                {
                    "name": name,
                    "kind": "number",
                    "role": "feature",
                    "missing": 0,
                    "distinct": int(generator.integers(20, 2000)),
                    "reason": None,
                    "summary": {"min": low, "mean": mean, "max": high},
                }
            )
    columns.append(
        {
            "name": "id",
            "kind": "identifier",
            "role": "left out",
            "missing": 0,
            "distinct": 48842,
            "reason": "every row has a value of its own",
            "summary": {},
        }
    )
    columns += [
        {
            "name": name,
            "kind": "category",
            "role": "target",
            "missing": 0,
            "distinct": 2,
            "reason": None,
            "summary": {},
        }
        for name in target
    ]
    return columns


def data(
    generator: np.random.Generator,
    task: str,
    target: str | list[str],
    classes: list[str],
    names: Sequence[str],
) -> dict[str, Any]:
    listed = target if isinstance(target, list) else [target]
    return {
        "source": "census.csv",
        "target": target,
        "task": task,
        "classes": classes,
        "rows": {"train": 29304, "validation": 9768, "test": 9770},
        "split": "Rows were split at random, classes in equal shares.",
        "columns": data_columns(generator, names, listed),
        "notes": [
            "4 duplicate rows were found on both sides of the split.",
            "Column 'fnlwgt' is full of digits and may be a code.",
        ],
        "understood": {
            "separator": ",",
            "header": True,
            "encoding": "utf-8",
            "missing": ["", "?", "NA"],
        },
    }


def binary_curves(
    generator: np.random.Generator, label: str, strength: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    truth = generator.random(3000) < 0.25
    score = generator.normal(0, 1, 3000) + strength * truth
    order = np.argsort(-score)
    hits, misses = np.cumsum(truth[order]), np.cumsum(~truth[order])
    places = np.unique(np.linspace(0, 2999, 180).astype(int))
    true_rate = np.r_[0, hits[places] / hits[-1]]
    false_rate = np.r_[0, misses[places] / misses[-1]]
    precision = hits[places] / (places + 1)
    recall = hits[places] / hits[-1]
    roc = {
        "class": label,
        "false_positive_rate": rounded(false_rate),
        "true_positive_rate": rounded(true_rate),
        "area": float(np.trapezoid(true_rate, false_rate)),
    }
    pr = {
        "class": label,
        "recall": rounded(recall),
        "precision": rounded(precision),
        "area": float(np.trapezoid(precision, recall)),
        "share": float(truth.mean()),
    }
    return roc, pr


def class_curves(generator: np.random.Generator, classes: list[str]) -> dict[str, Any]:
    shown = classes[1:] if len(classes) == 2 else classes[:8]
    both = [
        binary_curves(generator, label, 1.2 + 0.35 * place) for place, label in enumerate(shown)
    ]
    bins = []
    for place in range(10):
        mean = 0.05 + 0.1 * place
        seen = float(np.clip(mean + generator.normal(0, 0.025), 0.01, 0.99))
        rows = int(2400 / (1 + place))
        half = 1.96 * (seen * (1 - seen) / rows) ** 0.5
        bins.append(
            {
                "low": 0.1 * place,
                "high": 0.1 * (place + 1),
                "mean_probability": mean,
                "frequency": seen,
                "rows": rows,
                "frequency_low": max(seen - half, 0.0),
                "frequency_high": min(seen + half, 1.0),
            }
        )
    count = len(classes)
    counts = generator.poisson(120 / count, (count, count)) + np.diag(
        generator.integers(700, 5600, count)
    )
    return {
        "roc": [roc for roc, _ in both],
        "precision_recall": [pr for _, pr in both],
        "calibration": {"bins": bins, "error": 0.0123},
        "confusion": {"classes": classes, "counts": counts.tolist()},
    }


def number_curves(generator: np.random.Generator, rows: int = 2000) -> dict[str, Any]:
    truth = generator.gamma(4.0, 60_000.0, rows)
    prediction = truth * generator.normal(1.0, 0.14, rows) + generator.normal(0, 12_000, rows)
    error = np.abs(truth - prediction)
    return {
        "scatter": {"truth": rounded(truth), "prediction": rounded(prediction)},
        "residuals": histogram(truth - prediction, 40),
        "quantiles": [
            {"quantile": share, "error": float(np.quantile(error, share))}
            for share in (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
        ],
    }


def slices(generator: np.random.Generator, names: Sequence[str], metric: str) -> dict[str, Any]:
    overall = 0.853
    labels = []
    for name in names:
        if name in LABELS:
            labels += [(name, f"{name} = {label}") for label in LABELS[name][:3]]
        else:
            labels += [(name, f"{name} in [{low}, {low + 12})") for low in (18, 30)]
    values = np.sort(overall + generator.normal(0, 0.035, len(labels)))
    rows = [
        {
            "column": name,
            "slice": label,
            "rows": int(generator.integers(90, 4000)),
            "value": float(value),
            "low": float(value) - 0.018,
            "high": float(value) + 0.016,
        }
        for (name, label), value in zip(labels, values, strict=True)
    ]
    return {"metric": metric, "overall": overall, "rows": rows}


def importance(names: Sequence[str]) -> dict[str, Any]:
    columns = []
    for place, name in enumerate(names):
        value = 0.11 * 0.66**place
        spread = 0.004 + 0.0006 * place
        columns.append(
            {"column": name, "value": value, "low": value - spread, "high": value + spread}
        )
    return {"metric": "log_loss", "part": "test", "columns": columns}


def dependence(
    generator: np.random.Generator, names: Sequence[str], classes: Sequence[str | None]
) -> list[dict[str, Any]]:
    found = []
    for name in names:
        grid: list[Any]
        if name in LABELS:
            grid, kind = list(LABELS[name]), "category"
        else:
            grid, kind = rounded(np.linspace(17, 90, 24)), "number"
        curves = []
        for place, label in enumerate(classes):
            middle = 0.15 + 0.14 * place + 0.1 * np.sin(np.linspace(0.3 + place, 2.8, len(grid)))
            curves.append(
                {
                    "class": label,
                    "mean": rounded(middle),
                    "low": rounded(middle - 0.05),
                    "high": rounded(middle + 0.06),
                }
            )
        rows = [int(count) for count in generator.integers(20, 900, len(grid))]
        found.append({"column": name, "kind": kind, "grid": grid, "curves": curves, "rows": rows})
    return found


def worst(names: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    rows = []
    for place in range(12):
        truth, prediction = classes[place % len(classes)], classes[(place + 1) % len(classes)]
        values = [
            LABELS[name][place % 2] if name in LABELS else str(20 + 3 * place) for name in names
        ]
        rows.append(
            {
                "row": 1042 + 977 * place,
                "truth": truth,
                "prediction": prediction,
                "probability": 0.997 - 0.003 * place,
                "loss": 5.8 - 0.3 * place,
                "values": values,
            }
        )
    return {"columns": list(names), "rows": rows}


def run() -> dict[str, Any]:
    return {
        "folder": "census.pellucid",
        "command": "pellucid fit census.csv --target income --seed 7 --out census.pellucid",
        "seed": 7,
        "backend": "native",
        "versions": {"pellucid": "0.4.0", "numpy": "2.1.0", "python": "3.11.2"},
        "fingerprint": "5e1f0c9ab2d47788",
        "seconds": 9.84,
        "language": "en",
    }


def diagnosis() -> list[dict[str, Any]]:
    return [
        {
            "name": "overfitting",
            "level": "problem",
            "sentence": "From epoch 24 on the validation loss rises (0.312 to 0.337) while the "
            "training loss goes on falling.",
            "advice": "More dropout (--dropout 0.3), more weight decay (--weight-decay 0.01) or "
            "more rows.",
            "evidence": {
                "best_epoch": 24,
                "gap": 0.0573,
                "validation_loss": 0.312,
                "curve": [0.31, 0.33, 0.337],
            },
        },
        {
            "name": "heavy_rows",
            "level": "hint",
            "sentence": "1 % of the test rows carry 14 % of the loss.",
            "advice": "Look at the rows below: are their labels right?",
            "evidence": {"share": 0.14, "rows": [1042, 2019, 2996]},
        },
    ]


def learning_curve() -> dict[str, Any]:
    rows = [500, 1500, 5000, 15000, 29304]
    test = [0.41, 0.372, 0.346, 0.331, 0.322]
    return {
        "metric": "log_loss",
        "rows": rows,
        "train": [0.19, 0.24, 0.272, 0.287, 0.295],
        "test": test,
        "low": [x - 0.01 for x in test],
        "high": [x + 0.01 for x in test],
    }
