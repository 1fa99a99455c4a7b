"""The main job from Python: `fit` a network to a table, `load` one that was fitted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.data.sources import TableLike
    from pellucid.fitting.model import Array, Model, Predictions
    from pellucid.layers.base import Layer


class Run:
    """A fitted network with its record.

    Attributes:
        model: the network with the encoding of its inputs and the meaning of its outputs.
        result: the verdict, as it stands in `result.json`.
        history: {"steps": .., "epochs": ..}, each a table of columns; empty for a loaded run.
        folder: where the run is kept, or None.
    """

    def __init__(
        self,
        model: Model,
        result: dict[str, Any],
        history: dict[str, dict[str, list[float]]],
        folder: Path | None,
    ) -> None:
        """Put the parts together."""
        self.model, self.result, self.history, self.folder = model, result, history, folder

    @property
    def network(self) -> Layer:
        """The layers."""
        return self.model.network

    @property
    def parameters(self) -> dict[str, Array]:
        """Values of the parameters and running statistics, by path."""
        return self.model.values

    @property
    def metrics(self) -> dict[str, dict[str, float | None]]:
        """The metrics on "train", "validation" and "test" rows."""
        return self.result["metrics"]

    def predict(self, data: TableLike) -> Array:
        """Return the predicted label or number of each row of `data`, (rows,).

        Labels have the type that they had in training: texts, whole numbers or booleans.
        """
        return self.model.predict(data).values

    def predictions(self, data: TableLike) -> Predictions:
        """Return predictions with the probability of each class."""
        return self.model.predict(data)

    def evaluate(self, data: TableLike) -> dict[str, float | None]:
        """Return the metrics on the rows of `data` that have a target."""
        return self.model.evaluate(self.model.load_known_rows(data))

    def __repr__(self) -> str:
        """Return what was predicted, and how well."""
        part = "test" if "test" in self.metrics else next(iter(self.metrics))
        scores = ", ".join(f"{k} {v:.4g}" for k, v in self.metrics[part].items() if v is not None)
        return f"<Run predicting {self.result['target']!r}: {scores} on {part} rows>"


def fit(
    data: TableLike,
    target: Any = None,
    *,
    network: Layer | None = None,
    validation: Any = None,
    test: Any = None,
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    resume: bool = False,
    config: str | os.PathLike[str] | None = None,
    verbose: bool = False,
    **options: Any,
) -> Run:
    """Fit a network to a table and test it on rows it has not seen.

    Args:
        data: a file (text with separators, Parquet, Arrow, JSON lines, SQLite, DuckDB), a built-in
            name, a pandas or polars frame, a two-dimensional array, or a dictionary of columns.
        target: the name of the column to be predicted, or its values; a list of names for several.
        network: layers of one's own; a perceptron is built from the options if None.
        validation: a share of the rows, or a table of its own, to stop on; if None what the options
            say, which is a share by the number of rows.
        test: likewise, to test on; if None what the options say, which is 0.2.
        out: the folder of the run; None keeps it in memory.
        overwrite: whether a run in the folder may be replaced.
        resume: whether to go on with the run in the folder.
        config: a TOML file of options.
        verbose: whether to print what happens.
        **options: the attributes of `pellucid.fitting.configuration.Configuration`, such as
            `hidden=(64, 32)`, `epochs=50`, `seed=1`.

    Raises:
        DataError: the data cannot be used.
        OptionError: an option is impossible.
        ShapeError: a network of one's own does not fit the data.
        FolderError: the folder cannot be used.
        NonFiniteError: a nan or an infinity appeared in training.

    Example:
        >>> run = fit("iris", seed=1)
        >>> run.metrics["test"]["accuracy"] > 0.9
        True
        >>> run.predict({"sepal length (cm)": [5.1], "sepal width (cm)": [3.5],
        ...              "petal length (cm)": [1.4], "petal width (cm)": [0.2]}).tolist()
        ['setosa']
    """
    from pellucid.errors import OptionError
    from pellucid.fitting.configuration import Configuration, read_configuration
    from pellucid.fitting.fit import fit_table
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.observer import Observer

    base = Configuration() if config is None else read_configuration(Path(config))
    chosen = base.with_options(options, "fit")
    folder = None if out is None else RunFolder(Path(out))
    if folder is None and (overwrite or resume):
        raise OptionError("overwrite and resume need the folder that they speak of: out=..")
    observer = Observer()
    if verbose:
        from pellucid.cli.speaker import Speaker

        observer = Speaker(folder)
    tables = {"validation": validation, "test": test}
    done = fit_table(
        *(data, chosen.target if target is None else target, chosen, folder),
        network=network,
        parts={part: table for part, table in tables.items() if table is not None},
        overwrite=overwrite,
        resume=resume,
        observer=observer,
    )
    if done is None:
        assert folder is not None
        return load(folder.path, network)
    history = {"steps": done.history.steps.columns, "epochs": done.history.epochs.columns}
    return Run(done.model, done.result, history, None if folder is None else folder.path)


def load(folder: str | os.PathLike[str], network: Layer | None = None) -> Run:
    """Return the run that a folder holds.

    Args:
        folder: of the run.
        network: the layers, needed where some are the user's own.

    Raises:
        ModelFileError: its model file is damaged or not pellucid's.
        OptionError: the network has layers of one's own, and is not given.
        FolderError: it holds no finished run.
    """
    from pellucid.fitting.folder import RESULT, RunFolder
    from pellucid.fitting.model import load_model

    held = RunFolder(Path(folder))
    model = load_model(held.require_model(), network=network)
    return Run(model, held.read_json(RESULT), {}, held.path)
