"""Warnings: where something was planted, and quiet where nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from pellucid.data.kinds import parse_told
from pellucid.data.leakage import find_leaks
from pellucid.data.split_choice import Splitting, parse_splitting
from pellucid.data.table import Table
from pellucid.data.target import CLASSIFICATION, Target
from pellucid.data.targets import Targets
from pellucid.data.understanding import understand
from pellucid.language import say
from tests.data.made_tables import pandas_table, table
from tests.shared_data import shared_data

RANDOM = Splitting()


def leaks(
    made: Table,
    target: str,
    splitting: Splitting | None = RANDOM,
    drop: tuple[str, ...] = (),
    seed: int = 0,
) -> list[str]:
    """What is said of a table that is split as `pellucid fit` does."""
    made = made.drop(drop)
    made = made.take(Target.present(made[target]))
    whole = Target.infer(made[target])
    labels = whole.encode(made[target]) if whole.task == CLASSIFICATION else None
    rows = (splitting or RANDOM).apply(made, seed=seed, stratify=labels)
    parts = {name: made.take(part) for name, part in rows.parts().items()}
    learned = Target.infer(parts["train"][target], whole.task)
    found = find_leaks(parts, learned, understand(parts["train"], [target]), splitting)
    assert all(say(sentence, "zh") for sentence in found)
    return [say(sentence) for sentence in found]


def numbers(rows: int, columns: int, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {f"x{i}": random.normal(size=rows) for i in range(columns)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "diabetes", "wine"])
def test_clean_tables_are_quiet(name: str, seed: int) -> None:
    print("seed", seed)
    bunch = getattr(datasets, f"load_{name}")()
    columns = {f"x{i}": column for i, column in enumerate(bunch.data.T)}
    if name != "diabetes":
        columns["y"] = bunch.target_names[bunch.target]
    else:
        columns["y"] = bunch.target
    assert leaks(table(columns), "y", seed=seed) == []


@pytest.mark.parametrize(
    ("path", "target", "options"),
    [
        ("penguins/penguins.csv", "species", {}),
        ("auto_mpg/mpg.csv", "mpg", {}),
        ("california_housing/housing.csv", "median_house_value", {}),
        ("credit_card_default/UCI_Credit_Card.csv", "default.payment.next.month", {}),
        ("covertype_15k/covertype_15k.csv.gz", "Cover_Type", {}),
        ("bank_churn/Churn_Modelling.csv", "Exited", {}),
        ("german_credit/german.csv", "column_21", {"header": False}),
        ("abalone/abalone.csv", "column_9", {"header": False}),
        ("horse_colic/horse-colic.csv", "column_24", {"header": False}),
        ("airfoil/airfoil_self_noise.dat", "TARGET", {"separator": "\t"}),
        ("diamonds/diamonds.csv.gz", "price", {}),
        ("energy_efficiency/ENB2012_data.csv", "Y1", {}),
        ("adult/adult-train.csv", "column_15", {"header": False}),
    ],
)
def test_real_tables_without_traps_are_quiet(
    path: str, target: str, options: Mapping[str, Any]
) -> None:
    assert leaks(pandas_table(shared_data(path), **options), target) == []


def test_titanic() -> None:
    found = leaks(pandas_table(shared_data("titanic/titanic.csv")), "survived")
    assert found[0] == (
        "column 'alive' is the target 'survived' under other names: leave it out with --drop alive"
    )
    assert len(found) == 2
    assert "test rows" in found[1]


def test_bike_sharing() -> None:
    made = pandas_table(shared_data("bike_sharing/hour.csv"), dates={"dteday": "%d/%m/%y"})
    pair = (
        "'casual' + 'registered' is the target 'cnt': if they are only known afterwards, leave "
        "them out with --drop casual --drop registered"
    )
    when = (
        "column 'dteday' holds times, but rows are split by chance: if the network will be used on "
        "later rows than it learned from, test it so with --split time:dteday"
    )
    assert leaks(made, "cnt") == [pair, when]
    assert leaks(made, "cnt", Splitting("time", "dteday"), ("casual",)) == []


@pytest.mark.parametrize(
    ("path", "target", "options"),
    [
        ("letter_recognition/letter-recognition.csv", "Letter", {}),
        ("wine_quality/winequality-red.csv", "column_12", {"header": False}),
        ("wine_quality/winequality-white.csv", "column_12", {"header": False}),
        ("spambase/spam.data", "column_58", {"header": False, "separator": " "}),
    ],
)
def test_real_duplicates(path: str, target: str, options: Mapping[str, Any]) -> None:
    (found,) = leaks(pandas_table(shared_data(path), **options), target)
    assert "test rows" in found
    assert found.endswith("so the error on new rows may be larger than the one found")


@pytest.mark.parametrize("times", [2, 6])
def test_rows_that_stand_there_several_times(times: int) -> None:
    columns = {name: np.tile(values, times) for name, values in numbers(100, 3, 4).items()}
    (found,) = leaks(table(columns | {"y": np.tile(np.arange(100.0) % 17, times)}), "y")
    assert "test rows" in found


def test_years_in_order() -> None:
    (found,) = leaks(pandas_table(shared_data("beijing_pm25/pollution.csv.gz")), "pm2.5")
    assert "--split time:year" in found


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_quiet(seed: int) -> None:
    print("seed", seed)
    random = np.random.default_rng(seed)
    columns = numbers(80, 100, seed)
    columns |= {f"t{i}": random.choice(["a", "b", "c"], 80) for i in range(50)}
    columns |= {f"n{i}": random.integers(0, 3, 80) for i in range(50)}
    for target in (random.normal(size=80), random.integers(0, 2, 80), random.integers(0, 50, 80)):
        assert leaks(table({**columns, "y": target}), "y", seed=seed) == []


@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e200])
def test_a_number_that_says_the_class(scale: float) -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 2000)
    told = np.where(random.random(2000) < 0.002, 0, labels) * 10.0 + random.normal(size=2000)
    found = leaks(table({**numbers(2000, 3), "later": told * scale, "y": labels}), "y")
    assert [text.split(" (")[0] for text in found] == [
        "column 'later' alone predicts 'y' almost perfectly"
    ]
    noisy = np.where(random.random(2000) < 0.2, random.integers(0, 3, 2000), labels)
    assert leaks(table({**numbers(2000, 3), "weak": noisy, "y": labels}), "y") == []


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_value_answers(seed: int) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    labels = random.integers(0, 3, 300)
    told = labels * 10.0 + random.uniform(-1, 1, 300)
    (found,) = leaks(table({**numbers(300, 3), "later": told, "y": labels}), "y", seed=seed)
    assert "(0 of " in found


def test_that_a_value_is_missing_may_say_the_class() -> None:
    random = np.random.default_rng(1)
    labels = random.random(500) < 0.3
    boat = [str(random.integers(0, 6)) if label else None for label in labels]
    (found,) = leaks(table({**numbers(500, 2), "boat": boat, "y": labels}), "y")
    assert found.startswith("column 'boat' alone predicts 'y' almost perfectly (0 of ")


def test_words_that_say_the_class() -> None:
    random = np.random.default_rng(2)
    codes = random.integers(0, 4, 600)
    columns = {**numbers(600, 2), "y": [f"class {code}" for code in codes]}
    names = np.array(["ash", "oak", "elm", "fir"])[codes]
    (found,) = leaks(table({**columns, "tree": names}), "y")
    assert found == (
        "column 'tree' is the target 'y' under other names: leave it out with --drop tree"
    )
    finer = [f"{name} {random.integers(0, 5)}" for name in names]
    (found,) = leaks(table({**columns, "tree": finer}), "y")
    assert found.startswith("column 'tree' alone predicts 'y' almost perfectly")


@pytest.mark.parametrize("function", [np.log, np.sqrt, lambda y: 1000 - 3 * y, lambda y: y])
def test_another_scale_of_the_target(function: Any) -> None:
    y = np.random.default_rng(3).lognormal(2, 1, 500)
    (found,) = leaks(table({**numbers(500, 2), "cents": function(y), "y": y}), "y")
    assert "'cents'" in found


def test_one_feature_may_well_be_enough() -> None:
    x = np.linspace(0, 6, 500)
    assert leaks(table({"x": x, "y": np.sin(x)}), "y") == []


@pytest.mark.parametrize(
    ("sign", "function"),
    [("+", np.add), ("-", np.subtract), ("*", np.multiply)],
)
def test_two_columns_that_make_the_target(sign: str, function: Any) -> None:
    random = np.random.default_rng(4)
    first, second = random.normal(10, 5, 300), random.normal(10, 5, 300)
    columns = {**numbers(300, 3), "first": first, "second": second, "y": function(first, second)}
    (found,) = leaks(table(columns), "y")
    assert found.startswith(f"'first' {sign} 'second' is the target 'y'")
    # Where some rows lack a value, and where some rows are otherwise.
    first[:30] = np.nan
    assert len(leaks(table({**columns, "first": first}), "y")) == 1
    second[100:150] += 1.0
    assert leaks(table({**columns, "second": second}), "y") == []


def test_a_column_of_zeros_makes_no_pair() -> None:
    y = np.random.default_rng(5).normal(size=200)
    columns = {**numbers(200, 2), "zero": [0.0] * 199 + [1e-300], "copy": y, "y": y}
    (found,) = leaks(table(columns), "y")
    assert found.startswith("column 'copy' is the target")


def test_each_of_several_targets() -> None:
    random = np.random.default_rng(6)
    a, b = random.normal(size=300), random.normal(size=300)
    made = table({**numbers(300, 3), "log": np.exp(a), "a": a, "b": b})
    targets = Targets.infer(made, ["a", "b"])
    found = find_leaks({"train": made}, targets, understand(made, ["a", "b"]), RANDOM)
    assert [sentence.values["target"] for sentence in found] == ["a"]


def doubled(rows: int, copies: int) -> Table:
    """Some rows of noise stand in a table twice."""
    columns = numbers(rows, 3)
    repeated = {name: np.concatenate([values, values[:copies]]) for name, values in columns.items()}
    y = np.random.default_rng(8).normal(size=rows + copies)
    order = np.random.default_rng(9).permutation(rows + copies)
    return table({**repeated, "y": y}).take(order)


def test_rows_in_two_parts() -> None:
    (found,) = leaks(doubled(500, 100), "y")
    assert "of 120 test rows" in found
    assert leaks(doubled(500, 3), "y") == []
    # Without a test, it is said of the validation.
    made = doubled(500, 100)
    parts = {"train": made.take(np.arange(400)), "validation": made.take(np.arange(400, 600))}
    target = Target.infer(parts["train"]["y"])
    (sentence,) = find_leaks(parts, target, understand(parts["train"], ["y"]))
    assert "of 200 validation rows" in say(sentence)
    assert "验证行" in say(sentence, "zh")


def test_few_different_rows_are_the_nature_of_the_data() -> None:
    random = np.random.default_rng(10)
    a, b = random.integers(0, 2, 400), random.integers(0, 2, 400)
    assert leaks(table({"a": a, "b": b, "y": a ^ b}), "y") == []
    more = {"a": random.integers(0, 60, 400), "b": random.integers(0, 12, 400)}
    assert leaks(table({**more, "y": random.normal(size=400)}), "y") == []


def days(rows: int, order: Any) -> list[datetime]:
    return [datetime(2020, 1, 1) + timedelta(days=int(i)) for i in order(np.arange(rows))]


def test_times_that_are_ignored() -> None:
    shuffle = np.random.default_rng(11).permutation
    columns = {**numbers(300, 2), "y": np.random.default_rng(12).normal(size=300)}
    option = "--split 'time:sold on'"
    for order in (np.sort, shuffle):
        made = table({**columns, "sold on": days(300, order)})
        (found,) = leaks(made, "y")
        assert option in found
        assert leaks(made, "y", parse_splitting("time:sold on")) == []
        assert leaks(made, "y", None) == []
    # Dates of birth say nothing about when a row was written, unless rows are in their order.
    assert leaks(table({**columns, "date of birth": days(300, shuffle)}), "y") == []
    both = table({**columns, "made": days(300, shuffle), "sold on": days(300, np.sort)})
    assert option in leaks(both, "y")[0]
    years = table({**columns, "year": np.arange(300) // 30 + 1990})
    assert "--split time:year" in leaks(years, "y")[0]
    shuffled = table({**columns, "year": shuffle(np.arange(300) // 30 + 1990)})
    assert leaks(shuffled, "y") == []


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("patient", [f"p{i // 6}" for i in range(300)], True),
        ("CustomerId", [10 * (i // 6) for i in range(300)], True),
        ("patient", [f"p{i % 5}" for i in range(300)], False),
        ("patient", [f"p{i}" for i in range(300)], False),
        ("town", [f"p{i // 6}" for i in range(300)], False),
        ("customer age", [i // 6 for i in range(300)], False),
        ("user", [i // 6 + 0.5 for i in range(300)], False),
    ],
)
def test_groups_that_are_ignored(name: str, values: list[Any], said: bool) -> None:
    columns = {**numbers(300, 2), "y": np.random.default_rng(13).normal(size=300)}
    made = table({**columns, name: values})
    found = [text for text in leaks(made, "y") if "--split group:" in text]
    assert len(found) == said
    if said:
        assert found[0].startswith(f"several rows have the same '{name}'")
        assert leaks(made, "y", Splitting("group", name)) == []


def panel(rows: Any, shuffled: bool) -> Table:
    """Regions in years: each in each, or in years drawn by chance."""
    regions, years = np.divmod(np.asarray(rows), 20)
    if shuffled:
        years = np.random.default_rng(15).permutation(years)
    y = np.random.default_rng(16).normal(size=len(years))
    names = [f"region {region}" for region in regions]
    return table({**numbers(len(y), 2), "where": names, "year": years + 1990, "y": y})


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_a_panel_has_things_and_times(share: float) -> None:
    every = np.arange(40 * 20)
    rows = np.sort(np.random.default_rng(17).permutation(every)[: int(share * len(every))])
    when, where = leaks(panel(rows, False), "y")
    assert "column 'year' holds times" in when
    assert "--split time:year" in when
    assert "several rows have the same 'where' (40 different ones in" in where
    assert "--split group:where" in where
    assert leaks(panel(rows, False), "y", parse_splitting("group:where")) == []
    assert leaks(panel(rows, True), "y") == []


def test_a_time_of_its_own_for_each_row_makes_no_panel() -> None:
    columns = {**numbers(400, 1), "y": np.random.default_rng(18).normal(size=400)}
    made = table({**columns, "town": [f"t{i % 40}" for i in range(400)], "on": days(400, np.sort)})
    (found,) = leaks(made, "y")
    assert "--split time:on" in found


def test_columns_that_are_left_out_give_nothing_away() -> None:
    made = table({**numbers(100, 2), "y": np.random.default_rng(14).normal(size=100)})
    made = table({**{c.name: c.values for c in made.columns}, "copy": made["y"].values})
    target = Target.infer(made["y"])
    entries = understand(made, ["y"], {"copy": parse_told("identifier")})
    assert find_leaks({"train": made}, target, entries, RANDOM) == ()
    few = made.take(np.arange(30))
    assert find_leaks({"train": few}, target, understand(few, ["y"]), RANDOM) == ()


def test_a_large_table_is_sampled() -> None:
    random = np.random.default_rng(15)
    y = random.normal(size=60_000)
    a = random.normal(size=60_000)
    made = table({**numbers(60_000, 3), "exp": np.exp(y), "a": a, "b": y - a, "y": y})
    found = leaks(made, "y")
    assert [text.split(" ")[1] for text in found] == ["'exp'", "+"]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cuts", [[1000.0], [900.0, 1100.0]])
def test_thresholds_give_classes_away(seed: int, cuts: list[float]) -> None:
    print("seed", seed)
    random = np.random.default_rng(seed)
    rent = random.normal(1000.0, 250.0, 500)
    columns = {**numbers(500, 3, seed), "rent": rent}
    columns["y"] = [f"class {place}" for place in np.searchsorted(cuts, rent)]
    said = " ".join(leaks(table(columns), "y", seed=seed))
    assert "column 'rent' alone predicts 'y' almost perfectly (0 of" in said
    # A threshold that is often wrong gives nothing away.
    columns["rent"] = rent + random.normal(0.0, 100.0, 500)
    assert "'rent'" not in " ".join(leaks(table(columns), "y", seed=seed))


def test_a_threshold_counts_rows_without_a_number_as_wrong() -> None:
    random = np.random.default_rng(1)
    rent = random.normal(1000.0, 250.0, 500)
    columns = {**numbers(500, 3), "rent": rent, "y": ["no" if x < 1000.0 else "yes" for x in rent]}
    assert "'rent'" in " ".join(leaks(table(columns), "y"))
    columns["rent"] = [None if place % 4 == 0 else x for place, x in enumerate(rent)]
    assert "'rent'" not in " ".join(leaks(table(columns), "y"))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows", [400, 4000])
def test_a_column_that_gives_the_target_away_under_noise(rows: int, seed: int) -> None:
    print("seed", seed)
    random = np.random.default_rng(seed)
    units = np.exp(random.normal(3.0, 1.0, rows))
    columns = {**numbers(rows, 2, seed + 9), "units": units}
    revenue = 2.5 * units * (1.0 + random.normal(0.0, 0.07, rows))
    (said,) = leaks(table({**columns, "revenue": revenue}), "units")
    assert said.startswith("column 'revenue' alone predicts 9")
    assert "of the variance of the ranks of 'units'" in said
    assert "--drop revenue" in said
    # A column that predicts well, and one that is often not there, are no traps.
    rough = 2.5 * units * np.exp(random.normal(0.0, 0.4, rows))
    assert leaks(table({**columns, "rough": rough}), "units") == []
    holes = np.where(random.uniform(size=rows) < 0.2, np.nan, revenue)
    assert leaks(table({**columns, "holes": holes}), "units") == []
