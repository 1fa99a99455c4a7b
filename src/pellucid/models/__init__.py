"""Networks of known architectures, as functions that give layers."""

from pellucid.models.mlp import multilayer_perceptron

__all__ = ["multilayer_perceptron"]
