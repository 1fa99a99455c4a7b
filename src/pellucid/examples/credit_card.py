"""Credit-card default: a network beside the classical pipeline, and what its probabilities are for.

A bank knows the limit, the age and six months of bills and payments of each client, and asks who
will not pay next month. A network, scikit-learn's logistic regression and its gradient boosting
learn from the same rows and are compared on others: by the ROC area, the chance that a client who
defaults gets a higher probability than one who does not, and by calibration, whether of those with
20 % about 20 % default. A probability becomes a decision only by a threshold, and which one is
best depends on what the two kinds of error cost.

The table is UCI's "default of credit card clients" (Yeh and Lien, 2009). Where it is not found, a
generated one of the same form stands in, and says nothing about real clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, LINE, ORANGE, VERMILLION, drawing
from pellucid.examples.alarms import BINS, calibrate, decide, roc_areas, roc_curve
from pellucid.examples.credit_card_table import FILE, FOLDER, encode, find_file, generate, read
from pellucid.graph.node import constant_node
from pellucid.layers import Dense, Dropout, Sequential
from pellucid.training.train import train

MODELS = ("network", "logistic regression", "gradient boosting")
COLOURS = dict(zip(MODELS, (VERMILLION, BLUE, GREEN), strict=True))
RESAMPLES = 300
THRESHOLDS = np.linspace(0.05, 0.95, 91)
MISSED_COST = 5.0
"""What a missed default costs where a false alarm costs 1: invented for the example."""


@dataclass(frozen=True, eq=False)
class Model:
    """What a model says of the test rows, and how good that is.

    Attributes:
        probabilities: of default, (rows,).
        area: under the ROC curve.
        curve: false and true alarms, each as a share, at falling thresholds, (2, points).
        calibration: mean probability and share of defaults in bins of equal size, (2, BINS).
        beside: the network's area less this one's: lower and upper end of a 95 % interval.
    """

    probabilities: Array
    area: float
    curve: Array
    calibration: Array
    beside: tuple[float, float]

    @property
    def calibration_error(self) -> float:
        """The mean distance between probability and share of defaults over the bins."""
        return float(np.abs(self.calibration[0] - self.calibration[1]).mean())


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured on the test rows.

    Attributes:
        real: whether the clients are real ones, and not generated.
        rows: of training, validation and test.
        defaults: whether each test client defaulted, (rows,) of 0 and 1.
        models: name to what it says.
        decisions: of the network at `THRESHOLDS`: shares of clients flagged, of defaults caught,
            of flagged clients who default, of right decisions, and the mean cost, (5, thresholds).
    """

    real: bool
    rows: tuple[int, int, int]
    defaults: Array
    models: dict[str, Model]
    decisions: Array


def run(folder: str | Path | None = None) -> Numbers:
    """Train the three models, and measure them on rows that none has seen.

    Args:
        folder: where the table is; looked for if None, and generated if not found.

    Raises:
        DataError: a folder is given and the table is not there, or it is damaged.
    """
    file = find_file(folder)
    table = generate() if file is None else read(file)
    order = np.random.default_rng(0).permutation(len(table))
    parts = np.split(table[order], [len(table) * 2 // 3, len(table) * 4 // 5])
    truth = parts[2][:, -1]
    said = _probabilities(*parts)
    resamples = np.random.default_rng(1).multinomial(
        len(truth), np.full(len(truth), 1 / len(truth)), RESAMPLES
    )
    areas = {name: roc_areas(each, truth, resamples) for name, each in said.items()}
    models = {}
    for name, each in said.items():
        low, high = np.quantile(areas["network"][1:] - areas[name][1:], (0.025, 0.975))
        curve, calibration = roc_curve(each, truth), calibrate(each, truth)
        models[name] = Model(each, areas[name][0].item(), curve, calibration, (low, high))
    sizes = (len(parts[0]), len(parts[1]), len(parts[2]))
    decisions = decide(said["network"], truth, THRESHOLDS, MISSED_COST)
    return Numbers(file is not None, sizes, truth, models, decisions)


def _probabilities(training: Array, validation: Array, test: Array) -> dict[str, Array]:
    """Train each model on the training rows; return the probabilities it gives to the test's."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    plain = [encode(part[:, :-1]) for part in (training, validation, test)]
    mean, deviation = plain[0].mean(0), plain[0].std(0)
    scaled = [((x - mean) / np.where(deviation > 0, deviation, 1)).astype("f4") for x in plain]
    y, held = (part[:, -1:].astype("f4") for part in (training, validation))
    trained = train(
        Sequential(Dense(64, "relu"), Dropout(0.2), Dense(1)),
        scaled[0],
        y,
        validation=(scaled[1], held),
        loss="binary_cross_entropy",
        learning_rate=0.003,
        epochs=30,
        batch_size=256,
        patience=5,
        restore_best=True,
    )
    network = evaluate(p.sigmoid(constant_node(trained.predict(scaled[2]))), {})
    # Several threads would wait for each other on a busy machine.
    with threadpool_limits(1):
        linear = LogisticRegression(max_iter=1000).fit(scaled[0], y[:, 0])
        boosting = HistGradientBoostingClassifier(random_state=0).fit(training[:, :-1], y[:, 0])
        classical = linear.predict_proba(scaled[2]), boosting.predict_proba(test[:, :-1])
    found = (network[:, 0], *(each[:, 1] for each in classical))
    return {name: each.astype("f8") for name, each in zip(MODELS, found, strict=True)}


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    training, validation, test = numbers.rows
    count = f"{sum(numbers.rows):,}"
    lines = [f'{count} clients of UCI\'s "default of credit card clients" (Taiwan, 2005).']
    if not numbers.real:
        lines = [
            f"GENERATED: {count} invented clients. The real table was not found: get UCI's "
            '"default of',
            f'credit card clients", save it as {FOLDER}/{FILE} and name the folder around',
            "it in the environment variable PELLUCID_DATA.",
        ]
    share = numbers.defaults.mean()
    lines += [
        f"{training:,} rows to learn from, {validation:,} to stop the network, {test:,} to test, "
        f"of whom {share:.1%} default.",
        "",
        f"  {'':20}{'ROC area':>8}{'accuracy':>10}{'calibration error':>19}"
        "   area against it (95 %)",
    ]
    for name, model in numbers.models.items():
        low, high = model.beside
        verdict = "network better" if low > 0 else "network worse" if high < 0 else "cannot tell"
        gain = "" if name == "network" else f"   {low:+.3f} to {high:+.3f}: {verdict}"
        right = ((model.probabilities >= 0.5) == numbers.defaults).mean()
        row = f"{model.area:8.3f}{right:10.1%}{model.calibration_error:19.1%}"
        lines.append(f"  {name:20}{row}{gain}")
    lines += [
        f"  {'nobody defaults':20}{0.5:8.3f}{1 - share:10.1%}",
        "The intervals tell of other test rows, not of another start of the network.",
        "",
        "The network's probability as a decision (a missed default costs "
        f"{MISSED_COST:g}, a false alarm 1):",
        f"  {'threshold':11}{'flagged':>9}{'defaults caught':>17}{'flagged rightly':>17}"
        f"{'accuracy':>10}{'cost a client':>15}",
    ]
    for place in (5, 12, 25, 45, 65):
        flagged, caught, precise, right, cost = numbers.decisions[:, place]
        row = f"{flagged:9.1%}{caught:17.1%}{precise:17.1%}{right:10.1%}{cost:15.3f}"
        lines.append(f"  {THRESHOLDS[place]:<11.2f}{row}")
    best = THRESHOLDS[numbers.decisions[4].argmin()]
    return "\n".join(
        [
            *lines,
            f"The cost is lowest at {best:.2f}. Right probabilities would put it at 1 / (1 + "
            f"{MISSED_COST:g}) = {1 / (1 + MISSED_COST):.2f}:",
            "from there on a client is likely enough to default to be worth a false alarm.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the ROC curves, the calibration, and what the threshold decides."""
    with drawing(path, 12.6, 4.9) as figure:
        roc, calibration, threshold = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.06, right=0.985, bottom=0.11, top=0.82, wspace=0.22)
        label = "UCI's credit-card clients" if numbers.real else "Generated, not real, clients"
        heading = f"{label}: {numbers.rows[2]:,} test rows"
        figure.text(0.06, 0.93, heading, fontsize=12, fontweight="bold")
        for name, model in numbers.models.items():
            style = {"color": COLOURS[name], "label": f"{name}: {model.area:.3f}"}
            roc.plot(*model.curve, linewidth=1.5, **style)
            marks = {"color": COLOURS[name], "label": f"{name}: {model.calibration_error:.1%}"}
            calibration.plot(*model.calibration, "o-", markersize=4, linewidth=1.5, **marks)
        for axes in (roc, calibration):
            axes.plot([0, 1], [0, 1], "--", color=LINE, linewidth=1)
            axes.xaxis.set_major_formatter("{x:.0%}")
            axes.yaxis.set_major_formatter("{x:.0%}")
        roc.set(title="ROC curve, and area under it", xlabel="false alarms of those who pay")
        roc.set(ylabel="caught of those who default")
        roc.legend(loc="lower right")
        calibration.set(title="Calibration, and its mean error", ylabel="share who default")
        calibration.set(xlabel=f"probability, in {BINS} bins of equal size")
        calibration.legend(loc="upper left")
        names = ("flagged", "defaults caught", "flagged rightly", "accuracy", "cost a client")
        looks = zip((LINE, VERMILLION, BLUE, GREEN, INK), ("-", "-", "-", "-", "--"), strict=True)
        for name, values, (colour, line) in zip(names, numbers.decisions, looks, strict=True):
            # The share of a handful of clients says little.
            shown = np.where(numbers.decisions[0] < 0.01, np.nan, values)
            values = shown if name == "flagged rightly" else values
            threshold.plot(THRESHOLDS, values, line, color=colour, label=name, linewidth=1.5)
        best = int(numbers.decisions[4].argmin())
        threshold.plot(THRESHOLDS[best], numbers.decisions[4, best], "o", color=ORANGE)
        threshold.set(title="The network's threshold", xlabel="threshold", ylim=(0, 1.3))
        threshold.yaxis.set_ticks((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        threshold.legend(loc="upper right", ncols=2)
