"""Whether the learning rate was too high or too low, or training too short."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.diagnosis.evidence import CONSTANT, TRAIN, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding
from pellucid.diagnosis.heavy_rows import heavy_rows

Array = np.ndarray[Any, Any]

FEW_STEPS, MANY_STEPS = 3, 9
"""Steps in a row whose median counts, early in the run and at any time: a single batch with odd
rows is no sign of the rate."""
MOST_WINDOWS = 1_000_000
BURST_OVER_START, BURST_OVER_CONSTANT = 1.8, 2.5
"""By how much the loss bursts above where it began (and above its bursts of later, which odd rows
make, and beyond what dropout does), and above what says nothing. At 100 times the usual
rate the first ratio was up to 100 and the second 1 to 500, at the usual one the first at most 1.5:
a healthy loss does not rise, however bad its beginning. Small networks stand such rates well: then
there is no burst, and no finding."""
HEAVIEST = 1.5
"""By how much the loss bursts above what always saying the same costs on the batch for which that
costs most: where a few rows have most of the loss, as outliers do, batches with some of them burst
at any rate, to at most 1.1 of it."""
ERRATIC, ERRATIC_TRAINING = 0.05, 0.15
"""The median jump from one epoch to the next in the second half of the run, in units of what saying
nothing costs: of training and validation loss both, or of the training loss where it is alone.
Healthy runs have at most 0.035 in the lesser of the two (and up to 0.15 in one, from few validation
rows or from dropout), those whose steps leap over the valley 0.05 and more."""
ALMOST_ALL = 0.9
"""The best epoch lies in the last tenth: the loss was still falling."""
STEADY, FALLING = 0.2, 0.1
"""The fall of the second half of the epochs in units of the first half's: a suited rate takes the
most at once (at most 0.1, or patience ends the run), one that is 1000 times too low 0.2 to 0.8."""
FAR = 0.3
"""The training loss in units of saying nothing, above which a network is far from fitted."""
STILL, NOT_FITTED = 0.035, 0.05
"""How far training moved the weights, in units of their size before it, and the loss that is left
as above: at a rate 1000 times too low the weights moved by 0.01 to 0.03 and losses of 0.07 to 0.7
were left; at a suited rate, a hundredth of it, with other optimizers, in a few epochs or with heavy
penalties the weights moved by 0.036 to 2.8."""
USUAL_MOVE = 0.2
"""How far a suited rate moves them: by 0.09 to 0.4, by more with few weights."""
MATTERS = 0.01
"""The fall of the second half in units of the first loss, below which going on is idle."""
_CURVES = ("train_loss", "validation_loss")


def rate_too_high(evidence: Evidence) -> Finding | None:
    """Tell whether the loss burst upward, or jumps about to the end."""
    steps = np.asarray(evidence.steps, np.float64)
    rate = evidence.learning_rate
    if not steps.size or rate is None:
        return None
    start = evidence.initial_loss if evidence.initial_loss is not None else float(steps[0])
    nothing = evidence.constant_loss if evidence.constant_loss is not None else start
    floor = evidence.floor_of(steps)
    steps, start, nothing = steps - floor, start - floor, nothing - floor
    early = steps[: max(len(steps) // 4, MANY_STEPS)]
    usual = max(start, _highest_median(steps[len(early) :], FEW_STEPS))
    burst, lasting = _highest_median(early, FEW_STEPS), _highest_median(steps, MANY_STEPS)
    peak = max(
        burst if burst >= usual * _least_burst(early, FEW_STEPS, evidence.dropout) else 0.0,
        lasting if lasting >= start * _least_burst(steps, MANY_STEPS, evidence.dropout) else 0.0,
    )
    values = {
        "rate": rate,
        "lower": rate / 10.0,
        "start": start + floor,
        "peak": peak + floor,
        "nothing": nothing + floor,
    }
    odd = max(BURST_OVER_CONSTANT, HEAVIEST * _heaviest_batch(evidence, floor)) * nothing
    if peak > 0.0 and peak >= odd:
        return finding("rate_too_high", PROBLEM, values)
    jump = _jump(evidence)
    # Outliers make the loss of every epoch jump, at any rate.
    odd_rows = heavy_rows(evidence)
    if odd_rows is not None and odd_rows.level == PROBLEM:
        return None
    nothing += floor - evidence.floor_of(*map(evidence.epoch_curve, _CURVES))
    if jump is not None and nothing > 0 and jump >= ERRATIC * nothing:
        values["jump"] = jump
        return finding("rate_too_high", PROBLEM, values, variant="rate_too_high_erratic")
    return None


def rate_too_low(evidence: Evidence) -> Finding | None:
    """Tell whether the loss falls to the end, far from fitted, steadily or by hardly a move.

    Where the rate falls to the end of a run, the loss falls late at any rate: then only the weights
    tell.
    """
    fall = _fall(evidence)
    rate = evidence.learning_rate
    share = _share_left(evidence)
    if fall is None or rate is None or share is None:
        return None
    moved = evidence.layers.get("moved") if evidence.layers else None
    values = {**fall, "rate": rate, "higher": rate * 10.0, "share": share}
    if moved is not None and moved < STILL and share >= NOT_FITTED:
        values |= {
            "moved": moved,
            "higher": rate * min(max(10.0, USUAL_MOVE / max(moved, 1e-9)), 1000.0),
        }
        return finding("rate_too_low", PROBLEM, values, variant="rate_too_low_still")
    if share < FAR or fall["ratio"] < STEADY or _is_annealed(evidence):
        return None
    return finding("rate_too_low", PROBLEM, values)


def unfinished(evidence: Evidence) -> Finding | None:
    """Tell whether the loss was still falling when the epochs were over."""
    fall = _fall(evidence)
    if fall is None or fall["ratio"] < FALLING:
        return None
    if fall["fall"] < MATTERS * (fall["first"] - evidence.floor_of(_watched(evidence))):
        return None
    if _is_annealed(evidence):
        return None
    return finding("unfinished", HINT, {**fall, "more": 3 * int(fall["epochs"])})


def _is_annealed(evidence: Evidence) -> bool:
    """Return whether the rate fell to its end, which makes the loss fall there and is over."""
    rates = evidence.epoch_curve("learning_rate")
    return bool(rates.size and rates[-1] < 0.5 * rates.max())


def _heaviest_batch(evidence: Evidence, floor: float) -> float:
    """Return what always saying the same costs at most on a batch, in units of its mean."""
    losses = np.sort(np.asarray(evidence.constant_losses, np.float64)) - floor
    mean = float(losses.mean()) if losses.size else 0.0
    return float(losses[-max(evidence.batch_size, 1) :].mean()) / mean if mean > 0 else 1.0


def _watched(evidence: Evidence) -> Array:
    """Return the validation loss by epoch, which has no dropout in it, or the training loss."""
    curve = evidence.epoch_curve("validation_loss")
    curve = curve if curve.size else evidence.epoch_curve("train_loss")
    return curve[np.isfinite(curve)]


def _jump(evidence: Evidence) -> float | None:
    """Return the lesser of the two losses' jumps, the training loss's in units that compare."""
    jumps = []
    for name in _CURVES:
        curve = evidence.epoch_curve(name)
        late = curve[len(curve) // 2 :]
        late = late[np.isfinite(late)]
        if len(late) >= 4:
            jumps.append(float(np.median(np.abs(np.diff(late)))))
    if len(jumps) == 1:
        return jumps[0] * ERRATIC / ERRATIC_TRAINING
    return min(jumps, default=None)


def _highest_median(steps: Array, width: int) -> float:
    """Return the highest median of `width` steps in a row; nan and infinity count as highest."""
    if not steps.size:
        return 0.0
    losses = np.nan_to_num(steps, nan=np.inf, posinf=np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(losses, min(width, len(losses)))
    # Of very long runs some windows stand for all.
    windows = windows[:: max(len(windows) // MOST_WINDOWS, 1)]
    return float(min(np.median(windows, axis=1).max(), np.finfo(np.float64).max))


def _least_burst(steps: Array, width: int, dropout: float) -> float:
    """Return by how much the highest median of `width` steps must rise to be no work of dropout.

    If logarithms of losses vary by chance with the standard deviation s, the median of n steps in a
    row has one of about s sqrt(pi / 2n), and the highest of m such medians reaches about
    sqrt(2 log m) of these. Neighbouring steps tell s; dropout makes no more of it than what it
    multiplies units by varies itself, sqrt(p / (1 - p)).
    """
    logarithms = np.log(steps[np.isfinite(steps) & (steps > 0)])
    if len(logarithms) < 2:
        return BURST_OVER_START
    deviation = 1.4826 * float(np.median(np.abs(np.diff(logarithms)))) / 2.0**0.5
    deviation = min(deviation, (dropout / (1.0 - dropout)) ** 0.5)
    reached = deviation * (np.pi / width * np.log(len(steps))) ** 0.5
    return max(BURST_OVER_START, float(np.exp(min(reached, 700.0))))


def _fall(evidence: Evidence) -> dict[str, float] | None:
    """Return how the loss fell in both halves of a run that used all its epochs."""
    curve = _watched(evidence)
    count = len(curve)
    if evidence.stopped_early or count < 4 or evidence.best_epoch < ALMOST_ALL * count:
        return None
    wide = max(count // 10, 1)
    middle = (count - wide) // 2
    first, half, last = (
        float(curve[begin : begin + wide].mean()) for begin in (0, middle, count - wide)
    )
    if half <= last or first <= last:
        return None
    before = max(first - half, np.finfo(np.float64).tiny)
    return {
        "epochs": count,
        "best": evidence.best_epoch,
        "first": first,
        "half": half,
        "last": last,
        "fall": half - last,
        "ratio": min((half - last) / before, 1e6),
    }


def _share_left(evidence: Evidence) -> float | None:
    """Return the training loss in units of what always saying the same costs."""
    own, nothing = evidence.mean_loss(TRAIN), evidence.baseline_loss(CONSTANT, TRAIN)
    return None if own is None or not nothing else own / nothing
