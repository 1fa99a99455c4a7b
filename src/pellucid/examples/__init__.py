"""The course's systems as short programs that are installed with the package.

Each module has three functions: `run()` computes its numbers with pellucid's own graph and gives
them as a dataclass, `tell(numbers)` puts them into words, `draw(numbers, path)` makes its picture.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from pellucid.errors import OptionError

EXAMPLES: dict[str, str] = {
    "height": "a neuron that tells tall people (160 cm)",
    "logic": "AND, OR and NOT by threshold units, by hand and learned",
    "xor": "XOR: why one layer cannot, and three ways that can",
    "smooth_boundary": "8 and 16 perceptrons, and sigmoids, making a smooth boundary",
    "sigmoid_sum": "a curve as a sum of sigmoids: what w, b and c do, by hand and learned",
    "universal_approximation": "one hidden layer of 1 to 256 units: error against width",
    "model_bias": "model bias: a line on curved data, a linear model where features interact",
    "output_layers": "linear regression, logistic regression and perceptron on one data set",
    "backpropagation": "two graphs node by node, and the delta recursion of a small network",
    "class_pass": "will I pass this class? before and after training",
    "descent": "gradient descent on theta squared with three learning rates",
    "batches": "full batch, stochastic and mini-batch descent, and updates an epoch",
    "batch_and_rate": "a larger batch allows a larger rate, up to the limit 2 / L",
    "surface": "a loss surface over two weights, and the optimizers' paths on it",
    "activations": "activations, their derivatives, vanishing gradients and dead ReLUs",
    "overfitting": "overfitting, dropout and early stopping",
    "learning_curve": "under- and overfitting against the number of rows, and against a penalty",
    "pixels": "a grey and a colour picture as numbers: flattened, standardised, filtered",
    "handwritten_digits": "handwritten digits to the end, with the pictures it gets wrong",
    "digits_map": "a map (PCA, t-SNE) of the digits as pixels and in the last hidden layer",
    "clustering": "clustering beside classification: k-means without labels, a network with them",
    "one_hot_embedding": "one-hot against a learned embedding for a column with 200 values",
    "deep_or_wide": "deep against wide networks at equal parameter counts, with spread over seeds",
    "pretraining": "pretraining layer by layer against none, and what made it unnecessary",
    "credit_card": "credit-card default beside the classical pipeline: ROC, calibration, threshold",
}
"""Name to what it shows, in the order of the course."""


def example(name: str) -> ModuleType:
    """Return the module of an example.

    Raises:
        OptionError: there is none of that name.
    """
    module = name.replace("-", "_")
    if module not in EXAMPLES:
        raise OptionError(f"there is no example {name!r}: choose one of {', '.join(EXAMPLES)}")
    return import_module(f"pellucid.examples.{module}")


def show(name: str, folder: Path) -> tuple[str, Path]:
    """Run an example; return its words and the picture that it drew into `folder`."""
    module = example(name)
    numbers = module.run()
    picture = folder / f"{name.replace('-', '_')}.png"
    module.draw(numbers, picture)
    return module.tell(numbers), picture
