"""What networks are made of.

A network is a layer; `Sequential` and its like are layers made of layers. A layer of one's own is a
class with `call`: see `base`.
"""

from pellucid.layers.activation import ACTIVATIONS, Activation, PReLU
from pellucid.layers.base import Layer, parameter, state
from pellucid.layers.column_embedding import ColumnEmbeddings
from pellucid.layers.configuration import LAYERS, layer_from
from pellucid.layers.container import Concatenate, Residual, Sequential
from pellucid.layers.dense import Dense
from pellucid.layers.dropout import Dropout
from pellucid.layers.embedding import Embedding
from pellucid.layers.ensemble import MemberDense
from pellucid.layers.mode import Mode
from pellucid.layers.normalization import BatchNorm, LayerNorm
from pellucid.layers.number_embedding import PeriodicEmbedding
from pellucid.layers.shape import Flatten, Reshape
from pellucid.layers.summary import LayerRow, Summary, summarize
from pellucid.layers.vector import flatten_parameters, unflatten_parameters

__all__ = [
    "ACTIVATIONS",
    "LAYERS",
    "Activation",
    "BatchNorm",
    "ColumnEmbeddings",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "Layer",
    "LayerNorm",
    "LayerRow",
    "MemberDense",
    "Mode",
    "PReLU",
    "PeriodicEmbedding",
    "Reshape",
    "Residual",
    "Sequential",
    "Summary",
    "flatten_parameters",
    "layer_from",
    "parameter",
    "state",
    "summarize",
    "unflatten_parameters",
]
