"""The way of data through pellucid, one function a stage. Run it: python docs/the_way.py

    file -> table -> split and encoding -> graph of a training step -> run -> tested network
    -> prediction

`pellucid fit` does the same, with a folder, checkpoints and progress around it.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.backends import backend_named
from pellucid.backends.base import Segment
from pellucid.backends.rows import RowFunction
from pellucid.data.builtin import load_builtin
from pellucid.data.files import read_table
from pellucid.data.prepared import Prepared, Preparing, prepare
from pellucid.data.table import Table
from pellucid.dtypes import float32
from pellucid.graph.node import input_node
from pellucid.graph.program import RunProgram
from pellucid.graph.text import text
from pellucid.layers import Dense, Sequential
from pellucid.losses import SoftmaxCrossEntropy
from pellucid.optimizers import adam
from pellucid.primitives import softmax
from pellucid.schedules import Constant
from pellucid.training.metrics import Accuracy
from pellucid.training.program import build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

EPOCHS = 60


def write_a_file(folder: Path) -> Path:
    """Stage 0: a person has a file. Here it is the irises, with a value missing."""
    table = load_builtin("iris")
    path = folder / "irises.csv"
    columns = [column.texts() for column in table.columns]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.names)
        rows = [list(row) for row in zip(*columns, strict=True)]
        rows[7][1] = ""
        writer.writerows(rows)
    return path


def read_the_file(path: Path) -> Table:
    """Stage 1: a file becomes a table, columns of numbers, times or words."""
    table = read_table(path)
    print(f"1 table: {len(table)} rows of {', '.join(table.names)}")
    return table


def split_and_encode(table: Table) -> Prepared:
    """Stage 2: rows are split; what encoding needs to know is learned from training rows only."""
    prepared = prepare(table, "species", preparing=Preparing(seed=1))
    print(f"2 encoded: {prepared.rows}; features {', '.join(prepared.encoding.names)}")
    return prepared


def build_a_network() -> Sequential:
    """Stage 3: layers are Python objects that compose nodes."""
    return Sequential(Dense(16, "tanh", name="hidden"), Dense(3, name="output"))


def look_at_a_step(network: Sequential, prepared: Prepared) -> None:
    """Stage 4: a loss and its gradients are a graph, which can be read."""
    features = input_node("features", (4, prepared.encoding.width))
    labels = input_node("labels", (4,), "int32")
    loss = SoftmaxCrossEntropy()(network(features), labels)
    slopes = gradients(loss, list(network.parameters().values()))
    lines = text([loss, *slopes]).splitlines()
    print(f"4 graph of a step on 4 rows: {len(lines)} nodes, from")
    print(f"    {lines[0]}\n  to\n    {lines[-1]}")


def program_the_run(network: Sequential, prepared: Prepared) -> tuple[Recipe, RunProgram]:
    """Stage 5: all of training is one program over named state."""
    recipe = Recipe(
        loss=SoftmaxCrossEntropy(),
        optimizer=adam(),
        schedule=Constant(0.01),
        epochs=EPOCHS,
        batch_size=16,
        seed=1,
        metrics=(Accuracy(),),
        monitor="validation_loss",
        patience=20,
    )
    columns = {
        "features": row_type(prepared.features["train"]),
        "target": row_type(prepared.truths["train"]),
    }
    rows = prepared.rows
    program = build_program(network, recipe, columns, rows["train"], rows["validation"])
    print(f"5 run program: {len(program.state)} variables of state, such as")
    print(f"    {', '.join(variable.name for variable in program.state[:6])}")
    return recipe, program


def run_the_program(recipe: Recipe, program: RunProgram, prepared: Prepared) -> Segment:
    """Stage 6: a backend runs the whole of it in one call."""
    data = {
        part: {"features": prepared.features[part], "target": prepared.truths[part]}
        for part in ("train", "validation")
    }
    executable = backend_named("native").compile(program)
    until = recipe.epochs * program.order.steps_per_epoch
    segment = executable.run(initial_state(program, recipe.seed), data, until)
    epochs = segment.record.epochs
    print(f"6 run: {int(segment.state['step'])} steps, {int(segment.state['epoch'])} epochs")
    print(f"    training loss {epochs['train_loss'][0]:.3f} -> {epochs['train_loss'][-1]:.3f}")
    return segment


def test_the_network(network: Sequential, segment: Segment, prepared: Prepared) -> RowFunction:
    """Stage 7: what counts is the error on rows that training has not seen."""
    leaves = network.parameters()
    predict = RowFunction(
        backend_named("native"),
        lambda rows: softmax(network(rows)),
        (prepared.encoding.width,),
        float32,
        {leaf: segment.state[f"best.{name}"] for name, leaf in leaves.items()},
    )
    guesses = predict(prepared.features["test"]).argmax(1)
    accuracy = float(np.mean(guesses == prepared.truths["test"]))
    print(f"7 tested: accuracy {accuracy:.3f} on {prepared.rows['test']} rows not seen")
    return predict


def predict_new_rows(predict: RowFunction, prepared: Prepared) -> list[Any]:
    """Stage 8: new rows go the same way; an unknown value is no obstacle."""
    path = Path(tempfile.mkdtemp()) / "new.csv"
    names = list(dict.fromkeys(prepared.encoding.sources))
    path.write_text(",".join(names) + "\n5.1,3.5,1.4,0.2\n6.7,,5.6,2.4\n")
    probabilities = predict(prepared.encoding.transform(read_table(path)))
    labels = prepared.target.decode(probabilities.argmax(1)).tolist()
    print(f"8 predicted: {labels}")
    return labels


def main() -> list[Any]:
    """Walk the way."""
    folder = Path(tempfile.mkdtemp())
    prepared = split_and_encode(read_the_file(write_a_file(folder)))
    network = build_a_network()
    look_at_a_step(network, prepared)
    recipe, program = program_the_run(network, prepared)
    segment = run_the_program(recipe, program, prepared)
    predict = test_the_network(network, segment, prepared)
    return predict_new_rows(predict, prepared)


if __name__ == "__main__":
    main()
