"""Initializers that keep the variance of signals from layer to layer.

Each element is drawn independently with mean 0 and a variance that depends on the fans, the number
of inputs and outputs of a unit: a uniform draw on [-a, a) has variance a^2 / 3, so a is the root of
three times the variance. Normal draws are plain, not truncated, as in the papers.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Literal

from pellucid.dtypes import DType
from pellucid.initializers.base import Array, Initializer, fans
from pellucid.initializers.random import Normal, Uniform
from pellucid.shapes import Shape


class VarianceScaling(Initializer):
    """A draw whose variance depends on the fans."""

    distribution: ClassVar[Literal["uniform", "normal"]]

    @abstractmethod
    def variance(self, inputs: int, outputs: int) -> float:
        """Return the variance, given the number of inputs and outputs of a unit."""

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the draws."""
        inputs, outputs = (max(fan, 1) for fan in fans(shape))
        variance = self.variance(inputs, outputs)
        if self.distribution == "uniform":
            limit = sqrt(3.0 * variance)
            return Uniform(-limit, limit)(shape, dtype, seed, name)
        return Normal(0.0, sqrt(variance))(shape, dtype, seed, name)


class _Glorot(VarianceScaling):
    def variance(self, inputs: int, outputs: int) -> float:
        """Return 2 / (inputs + outputs)."""
        return 2.0 / (inputs + outputs)


class _He(VarianceScaling):
    def variance(self, inputs: int, outputs: int) -> float:
        """Return 2 / inputs."""
        return 2.0 / inputs


class _LeCun(VarianceScaling):
    def variance(self, inputs: int, outputs: int) -> float:
        """Return 1 / inputs."""
        return 1.0 / inputs


@dataclass(frozen=True)
class GlorotUniform(_Glorot):
    """Uniform on [-a, a), a = sqrt(6 / (inputs + outputs)): for tanh and other odd activations.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, equation 16.

    Example:
        >>> import numpy as np
        >>> value = GlorotUniform()((50, 100), np.dtype("float32"), seed=0, name="weight")
        >>> bool(abs(value).max() <= 0.2)
        True
    """

    name: ClassVar[str] = "glorot_uniform"
    distribution = "uniform"


@dataclass(frozen=True)
class GlorotNormal(_Glorot):
    """Normal with variance 2 / (inputs + outputs).

    Source: Glorot, Bengio, AISTATS 2010, equation 12.

    Example:
        >>> import numpy as np
        >>> GlorotNormal()((50, 100), np.dtype("float32"), seed=0, name="weight").shape
        (50, 100)
    """

    name: ClassVar[str] = "glorot_normal"
    distribution = "normal"


@dataclass(frozen=True)
class HeUniform(_He):
    """Uniform on [-a, a), a = sqrt(6 / inputs): for ReLU.

    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Example:
        >>> import numpy as np
        >>> HeUniform()((50, 100), np.dtype("float32"), seed=0, name="weight").shape
        (50, 100)
    """

    name: ClassVar[str] = "he_uniform"
    distribution = "uniform"


@dataclass(frozen=True)
class HeNormal(_He):
    """Normal with variance 2 / inputs: for ReLU.

    Source: He, Zhang, Ren, Sun, ICCV 2015, equation 10.

    Example:
        >>> import numpy as np
        >>> HeNormal()((50, 100), np.dtype("float32"), seed=0, name="weight").shape
        (50, 100)
    """

    name: ClassVar[str] = "he_normal"
    distribution = "normal"


@dataclass(frozen=True)
class LeCunUniform(_LeCun):
    """Uniform on [-a, a), a = sqrt(3 / inputs).

    Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6.

    Example:
        >>> import numpy as np
        >>> LeCunUniform()((50, 100), np.dtype("float32"), seed=0, name="weight").shape
        (50, 100)
    """

    name: ClassVar[str] = "lecun_uniform"
    distribution = "uniform"


@dataclass(frozen=True)
class LeCunNormal(_LeCun):
    """Normal with variance 1 / inputs: for SELU.

    Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6; for SELU, Klambauer
    et al., "Self-normalizing neural networks", NeurIPS 2017.

    Example:
        >>> import numpy as np
        >>> LeCunNormal()((50, 100), np.dtype("float32"), seed=0, name="weight").shape
        (50, 100)
    """

    name: ClassVar[str] = "lecun_normal"
    distribution = "normal"
