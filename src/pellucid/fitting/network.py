"""The network that a fit builds by default, from the options and the encoded columns."""

from __future__ import annotations

from pellucid.data.encoding import Encoding
from pellucid.errors import OptionError
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.objective import Objective
from pellucid.layers.base import Layer
from pellucid.models.tabular import tabular_network


def build_network(options: Configuration, encoding: Encoding, objective: Objective) -> Layer:
    """Return the network for a table.

    Raises:
        OptionError: the options do not go together.
    """
    normalization = None if options.normalization == "none" else options.normalization
    if normalization and options.ensemble > 1:
        raise OptionError("normalization and ensemble exclude each other")
    return tabular_network(
        objective.outputs,
        numbers=encoding.quantities if options.number_embedding == "periodic" else (),
        categories={column.position: column.count for column in encoding.embedded},
        hidden=options.hidden,
        activation=options.activation,
        dropout=options.dropout or 0.0,
        normalization=normalization,
        members=options.ensemble,
    )
