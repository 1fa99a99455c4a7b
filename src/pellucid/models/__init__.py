"""Networks of known architectures, as functions that give layers."""

from pellucid.models.mlp import multilayer_perceptron
from pellucid.models.tabular import tabular_network

__all__ = ["multilayer_perceptron", "tabular_network"]
