"""A trained network that predicts on tables: what `model.safetensors` holds.

The file has the parameters as tensors, and as its description the network's layers, the encoding of
the columns, the target, and the versions that made it. Nothing in it is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid._version import __version__
from pellucid.backends import DEFAULT_BACKEND, backend_named
from pellucid.backends.base import Backend
from pellucid.backends.rows import RowFunction
from pellucid.data.any_target import AnyTarget, target_from
from pellucid.data.descriptions import list_of, number_of
from pellucid.data.encoding import Encoding
from pellucid.data.reading import Reading
from pellucid.data.seen_rows import SeenRows
from pellucid.data.sources import TableLike, load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.data.target import CLASSIFICATION
from pellucid.dtypes import float32
from pellucid.errors import DataError, EncodingError, ModelFileError, OptionError
from pellucid.evaluation.aim import DISTRIBUTION
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.metrics import Scores
from pellucid.fitting.known_rows import known_by
from pellucid.fitting.objective import Objective, objective_for
from pellucid.fitting.scores import intervals_by_name, scores_by_name
from pellucid.graph.node import Node, input_node
from pellucid.interchange.tensors import read_tensors, write_tensors
from pellucid.layers.base import Layer
from pellucid.layers.configuration import layer_from

Array = np.ndarray[Any, Any]
FORMAT = 2


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model says of rows.

    Attributes:
        values: the predicted label or number of each row, (rows,); numbers (rows, targets) where
            several columns are predicted.
        probabilities: of each class, float64 (rows, classes), or None for numbers.
        classes: the labels, in the order of the probabilities; empty for numbers.
        targets: the names of the columns that are predicted.
        deviations: the standard deviation of each number, of the shape of `values`, where the
            network was trained to know it; in the target's units, or of its logarithm where that
            was learned.
        deviation_name: what is deviated from: "standard_deviation", or
            "standard_deviation_of_log".
    """

    values: Array
    probabilities: Array | None
    classes: tuple[Any, ...]
    targets: tuple[str, ...]
    deviations: Array | None = None
    deviation_name: str = "standard_deviation"

    def columns(self) -> dict[str, Array]:
        """Return the columns of a prediction file.

        They are `prediction`, and `probability_<class>` or `standard_deviation`;
        `prediction_<target>` .. of several targets.
        """
        if self.values.ndim == 2:
            quantities = {"prediction": self.values}
            if self.deviations is not None:
                quantities[self.deviation_name] = self.deviations
            return {
                f"{what}_{name}": values
                for what, columns in quantities.items()
                for name, values in zip(self.targets, columns.T, strict=True)
            }
        columns = {"prediction": self.values}
        if self.deviations is not None:
            columns[self.deviation_name] = self.deviations
        if self.probabilities is not None:
            for position, label in enumerate(self.classes):
                columns[f"probability_{label}"] = self.probabilities[:, position]
        return columns


class Model:
    """A network with the encoding of its inputs and the meaning of its outputs."""

    def __init__(
        self,
        network: Layer,
        values: Mapping[str, Array],
        encoding: Encoding,
        objective: Objective,
        backend: Backend,
        reading: Reading | None = None,
        kept: Sequence[str] = (),
    ) -> None:
        """Put the parts together.

        Args:
            network: the layers.
            values: parameters and running statistics by path.
            encoding: of the feature columns.
            objective: the target, and how outputs are read.
            backend: what computes.
            reading: how files were read in training: what meant "no value", the decimal mark,
                the encoding, how columns wrote their numbers, and whether there was no header.
            kept: columns that are carried to the predictions.

        Raises:
            ModelFileError: a value is missing or has another shape than the network needs.
        """
        self.network, self.encoding, self.objective = network, encoding, objective
        network(input_node("features", (1, encoding.width), float32))
        leaves = {**network.parameters(), **network.states()}
        self.values = {name: _fitting(name, leaf, values) for name, leaf in leaves.items()}
        self._state = {leaf: self.values[name] for name, leaf in leaves.items()}
        self.reading, self.kept = reading or Reading(), tuple(kept)
        self._backend = backend
        self._functions: dict[str, RowFunction] = {}

    @property
    def target(self) -> AnyTarget:
        """What is predicted: a column, or several."""
        return self.objective.target

    def load_rows(self, data: TableLike, reading: Reading | None = None) -> Table:
        """Return data as a table whose columns are held as they were in training.

        `reading` says how a file is to be read, where that is not to be found out. A text file
        that is no UTF-8 is read in the encoding of training.
        """
        given = reading or Reading()
        header = self.reading.header if given.header is None else given.header
        storages = {target.name: target.storage for target in self.target.each}
        # What is only carried to the predictions stays as it is written.
        carried = dict.fromkeys(self.kept, Storage.WORDS)
        asked = replace(
            given,
            header=header,
            decimal=given.decimal or self.reading.decimal,
            missing=(*self.reading.missing, *given.missing),
            storages={**carried, **self.encoding.storages, **storages},
            notations=self.reading.notations,
            bounds=self.reading.bounds,
            worded=self.reading.worded,
        )
        try:
            return load_table(data, None, asked)[0]
        except EncodingError:
            # Text in another encoding is hardly ever UTF-8, but UTF-8 is text in most others.
            if given.encoding is not None or self.reading.encoding is None:
                raise
        return load_table(data, None, replace(asked, encoding=self.reading.encoding))[0]

    def read(self, features: Array) -> Array:
        """Return probabilities (rows, classes), or numbers in the user's units, float64.

        Numbers are (rows,), or (rows, targets) where several columns are predicted.
        """
        predicted = self._rows("read", self.objective.read)(features)
        return self.objective.in_units(predicted.astype(np.float64))

    def deviations(self, features: Array) -> Array | None:
        """Return the standard deviations of the numbers that `read` gives, float64, or None.

        They are in the user's units, or of the logarithm where that was learned.
        """
        if self.objective.kind != DISTRIBUTION:
            return None
        standard = self._rows("spread", self.objective.spread)(features).astype(np.float64)
        scales = np.array([one.scale for one in self.target.each])
        return standard * (scales[0] if standard.ndim == 1 else scales)

    def _rows(self, name: str, interpret: Callable[[Node], Node | None]) -> RowFunction:
        if name not in self._functions:

            def output(rows: Node) -> Node:
                found = interpret(self.network(rows))
                assert found is not None
                return found

            self._functions[name] = RowFunction(
                self._backend, output, (self.encoding.width,), float32, self._state
            )
        return self._functions[name]

    def predict(self, data: TableLike) -> Predictions:
        """Predict a row for each row of `data`, in order.

        Args:
            data: a file, a frame, an array or a table with the columns of training; others are
                passed over.

        Raises:
            DataError: a column is missing, or holds what it did not hold in training.
        """
        return self.predict_features(self.encoding.transform(self.load_rows(data)))

    def predict_features(self, features: Array) -> Predictions:
        """Predict for encoded rows, float32 (rows, width)."""
        return self.told(self.read(features), self.deviations(features))

    def told(self, read: Array, deviations: Array | None) -> Predictions:
        """Return what `read` and `deviations` gave as predictions."""
        target = self.target
        if target.task != CLASSIFICATION:
            logarithmic = any(aim.is_logarithmic for aim in self.objective.aims)
            name = "standard_deviation" + ("_of_log" if logarithmic else "")
            return Predictions(read, None, (), target.names, deviations, name)
        codes = read.argmax(1) if len(read) else np.zeros(0, np.int64)
        return Predictions(target.decode(codes), read, target.classes, target.names)

    def load_known_rows(self, data: TableLike, reading: Reading | None = None) -> Table:
        """Return those rows of data that have a target.

        Raises:
            DataError: a column is missing or unfit, or no row has a target.
        """
        table = self.load_rows(data, reading)
        known = np.flatnonzero(self.target.present_rows(table))
        if not len(known):
            raise DataError(f"{table.source}: no row has a '{self.target.name}' to compare with")
        return table.take(known)

    def evaluate(self, known: Table) -> Scores:
        """Return the metrics on rows that have a target, as `load_known_rows` gives them.

        Where several columns are predicted, a metric's name ends in that of its column.

        Raises:
            DataError: a column is missing or unfit.
        """
        return scores_by_name(self.objective, *self._compared(known))

    def intervals(self, known: Table, groups: Array | None = None) -> dict[str, Interval]:
        """Return the metrics of `evaluate` with their 95 % intervals, by the same names.

        Args:
            known: rows that have a target, as `load_known_rows` gives them.
            groups: to which group each row belongs, (rows,): groups are drawn then. Without it,
                rows count as drawn one by one, also where training split them by groups.

        Raises:
            DataError: a column is missing or unfit.
        """
        return intervals_by_name(self.objective, *self._compared(known), groups)

    def _compared(self, known: Table) -> tuple[Array, Array, Array | None]:
        """Return the truth of rows, what is predicted of them, and the deviations."""
        truth = self.target.encode_rows(known)
        features = self.encoding.transform(known)
        return truth, self.read(features), self.deviations(features)

    def share_trained_on(self, known: Table, seen: SeenRows) -> float:
        """Return which share of rows with a target was trained on, as far as a sample tells."""
        return seen.share_of(known_by(known, self.encoding, self.target))

    def save(self, path: Path) -> None:
        """Write the model file.

        A network with a layer of the user's own cannot be described: its file has the parameters,
        and whoever loads it hands in the network.

        Raises:
            FolderError: the file cannot be written.
        """
        try:
            architecture: dict[str, Any] | None = self.network.configuration()
        except NotImplementedError:
            architecture = None
        description = {
            "format": FORMAT,
            "kind": "model",
            "version": __version__,
            "network": architecture,
            "encoding": self.encoding.description(),
            "target": self.target.description(),
            "loss": self.objective.loss_name,
            "quantile": self.objective.quantile,
            "balanced": self.objective.class_weights is not None,
            "members": self.objective.members,
            "missing": list(self.reading.missing),
            "decimal": self.reading.decimal,
            "header": self.reading.header,
            "text_encoding": self.reading.encoding,
            "bounds": list(self.reading.bounds),
            "worded": list(self.reading.worded),
            "notations": {
                name: notation.description() for name, notation in self.reading.notations.items()
            },
            "kept": list(self.kept),
        }
        write_tensors(path, self.values, description)


def load_model(path: Path, backend: str = DEFAULT_BACKEND, network: Layer | None = None) -> Model:
    """Return the model that a file holds.

    Args:
        path: of the file.
        backend: the name of what computes.
        network: the layers, needed where some are the user's own.

    Raises:
        OptionError: the file cannot describe the network, and none is given.
        ModelFileError: the file is missing, damaged, truncated or not pellucid's.
    """
    tensors, description = read_tensors(path)
    if description.get("kind") != "model":
        raise ModelFileError(f"{path} holds no model, but {description.get('kind')!r}")
    if description.get("format") != FORMAT:
        raise ModelFileError(
            f"{path} has format {description.get('format')!r}: this version reads {FORMAT}"
        )
    architecture = description.get("network")
    if architecture is None and network is None:
        raise OptionError(
            f"{path} has parameters of a network with layers of your own: load it in Python, with "
            "pellucid.load(.., network=..)"
        )
    try:
        target = target_from(description.get("target"))
        listed = ("bounds", "worded")
        reading = Reading.from_description(
            {
                "missing": list_of(description, "missing", str),
                "decimal": description.get("decimal"),
                "header": description.get("header"),
                "encoding": description.get("text_encoding"),
                "notations": description.get("notations", {}),
                **{name: list_of(description, name, str) for name in listed if name in description},
            }
        )
        objective = objective_for(
            target,
            str(description.get("loss")),
            "balanced" if description.get("balanced") else "none",
            np.zeros(0, int),
            number_of(description, "quantile") if "quantile" in description else 0.5,
            members=int(number_of(description, "members", least=1)),
        )
        network = layer_from(architecture) if network is None else network
        encoding = Encoding.from_description(description.get("encoding"))
        kept = list_of(description, "kept", str)
        return Model(network, tensors, encoding, objective, backend_named(backend), reading, kept)
    except (ModelFileError, OptionError) as error:
        raise ModelFileError(f"{path} is damaged: {error}") from None


def _fitting(name: str, leaf: Node, values: Mapping[str, Array]) -> Array:
    if name not in values:
        raise ModelFileError(f"the network's '{name}' is missing")
    value = values[name]
    if value.shape != leaf.shape or value.dtype != leaf.dtype:
        raise ModelFileError(
            f"the network's '{name}' must be {leaf.dtype} {leaf.shape}, "
            f"got {value.dtype} {value.shape}"
        )
    return value
