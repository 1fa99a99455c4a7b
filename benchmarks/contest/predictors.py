"""Predictions of a dense ReLU network in every library: an array goes in, an array comes out.

Each maker receives the weights and biases and the number of rows of a call; gives a function. All
are given the same values, and whatever is done once (tracing, compiling, freezing) is done here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from contest.contestant import LeftOutError

Array = np.ndarray[Any, Any]
Predictor = Callable[[Array], Array]


class Job(NamedTuple):
    """What is to be computed: layers of (weight, bias), for calls of `rows` rows."""

    layers: list[tuple[Array, Array]]
    rows: int
    threads: int
    backend: str

    @property
    def features(self) -> int:
        """The width of a row."""
        return self.layers[0][0].shape[0]


def with_pellucid(job: Job) -> dict[str, Predictor]:
    """Compile the graph: with the weights as constants, and as inputs of every call."""
    from pellucid.backends import backend_named
    from pellucid.errors import PellucidError
    from pellucid.graph.node import constant_node, input_node
    from pellucid.primitives import relu

    try:
        backend = backend_named(job.backend, job.threads)
    except PellucidError as error:
        raise LeftOutError(str(error)) from None
    x = input_node("x", (job.rows, job.features))

    def build(leaves: list[Any]) -> Any:
        y = x
        for number in range(0, len(leaves), 2):
            y = y @ leaves[number] + leaves[number + 1]
            y = relu(y) if number + 2 < len(leaves) else y
        return y

    values = [array for layer in job.layers for array in layer]
    fixed = backend.compile_function({"x": x}, {"y": build([constant_node(v) for v in values])})
    leaves = {f"p{i}": input_node(f"p{i}", v.shape) for i, v in enumerate(values)}
    free = backend.compile_function({"x": x, **leaves}, {"y": build(list(leaves.values()))})
    given = dict(zip(leaves, values, strict=True))
    return {
        "pellucid": lambda rows: fixed({"x": rows})["y"],
        "pellucid, weights given": lambda rows: free({"x": rows, **given})["y"],
    }


def _torch_module(job: Job) -> Any:
    import torch
    from torch import nn

    torch.set_num_threads(job.threads)
    modules: list[nn.Module] = []
    for weight, bias in job.layers:
        linear = nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1]).eval()


def with_torch(job: Job) -> dict[str, Predictor]:
    """Call the module in inference mode."""
    import torch

    module = _torch_module(job)

    @torch.inference_mode()
    def predict(rows: Array) -> Array:
        return module(torch.from_numpy(rows)).numpy()

    return {"PyTorch": predict}


def with_compile(job: Job) -> dict[str, Predictor]:
    """Call the compiled module in inference mode."""
    import torch

    if not any(shutil.which(program) for program in ("c++", "g++", "clang++")):
        raise LeftOutError("it needs a C++ compiler on a processor, and there is none")
    torch._dynamo.reset()
    module = torch.compile(_torch_module(job), dynamic=False)

    @torch.inference_mode()
    def predict(rows: Array) -> Array:
        return module(torch.from_numpy(rows)).numpy()

    return {"torch.compile": predict}


def with_jax(job: Job) -> dict[str, Predictor]:
    """Call a compiled function that has the weights as arguments."""
    import jax
    import jax.numpy as jnp

    layers = [(jnp.asarray(weight), jnp.asarray(bias)) for weight, bias in job.layers]

    @jax.jit
    def network(layers: Any, x: Any) -> Any:
        for weight, bias in layers[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        return x @ layers[-1][0] + layers[-1][1]

    return {"JAX": lambda rows: np.asarray(network(layers, rows))}


def with_onnx(job: Job) -> dict[str, Predictor]:
    """Run a session of onnxruntime."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, initializers, name = [], [], "x"
    for number, (weight, bias) in enumerate(job.layers):
        for kind, value in (("w", weight), ("b", bias)):
            initializers.append(numpy_helper.from_array(value, f"{kind}{number}"))
        sources, result = [name, f"w{number}", f"b{number}"], f"y{number}"
        nodes.append(helper.make_node("Gemm", sources, [result]))
        name = result
        if number + 1 < len(job.layers):
            nodes.append(helper.make_node("Relu", [result], [f"h{number}"]))
            name = f"h{number}"
    kind, width = TensorProto.FLOAT, job.layers[-1][1].shape[0]
    ends = [
        [helper.make_tensor_value_info(end, kind, [job.rows, size])]
        for end, size in (("x", job.features), (name, width))
    ]
    graph = helper.make_graph(nodes, "network", *ends, initializers)
    opsets = [helper.make_opsetid("", 21)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers)
    return {"onnxruntime": lambda rows: session.run([name], {"x": rows})[0]}


def with_sklearn(job: Job) -> dict[str, Predictor]:
    """Call `predict_proba`."""
    from sklearn.neural_network import MLPClassifier

    random = np.random.default_rng(0)
    classes = job.layers[-1][1].shape[0]
    units = [bias.shape[0] for _, bias in job.layers[:-1]]
    x = random.standard_normal((classes, job.features), np.float32)
    labels = np.arange(classes)
    estimator = MLPClassifier(hidden_layer_sizes=units).partial_fit(x, labels, classes=labels)
    estimator.coefs_ = [weight for weight, _ in job.layers]
    estimator.intercepts_ = [bias for _, bias in job.layers]
    return {"scikit-learn": estimator.predict_proba}


MAKERS: dict[str, Callable[[Job], dict[str, Predictor]]] = {
    "pellucid": with_pellucid,
    "torch": with_torch,
    "compile": with_compile,
    "jax": with_jax,
    "onnx": with_onnx,
    "sklearn": with_sklearn,
}


def find_predictors(
    names: list[str], widths: tuple[int, ...], rows: int, threads: int, backend: str
) -> tuple[dict[str, Predictor], dict[str, str]]:
    """Return the functions of those that are there, and why the others are left out."""
    random = np.random.default_rng(0)
    layers = [
        (
            random.standard_normal((inputs, units), np.float32) * np.float32(2 / inputs) ** 0.5,
            random.standard_normal(units, np.float32),
        )
        for inputs, units in pairwise(widths)
    ]
    found: dict[str, Predictor] = {}
    missing = {}
    for name in names:
        if name not in MAKERS:
            raise SystemExit(f"there is no contestant {name!r}: use some of {', '.join(MAKERS)}")
        try:
            found |= MAKERS[name](Job(layers, rows, threads, backend))
        except ModuleNotFoundError as error:
            missing[name] = f"{error.name} is not installed"
        except LeftOutError as error:
            missing[name] = str(error)
    return found, missing
