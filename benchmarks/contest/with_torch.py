"""PyTorch: eager with a fused optimizer, and the same with `torch.compile`.

Data are tensors in memory, and batches are taken with `index_select`: a DataLoader would be slower.
Optimizers are fused where PyTorch has them so, and work on lists of tensors (foreach) elsewhere.
"""

from __future__ import annotations

import shutil
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from contest.contestant import Contestant, LeftOutError, Maker
from contest.network import (
    ADAM_DECAYS,
    EPSILON,
    MOMENTUM,
    NORM_EPSILON,
    RMSPROP_DECAY,
    SOFTMAX,
    WEIGHT_DECAY,
    Network,
)
from contest.problem import GIVEN, HOST, Problem

MODES = {"compile": None, "autotune": "max-autotune-no-cudagraphs"}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU}
RENAMED = {"table": "weight", "scale": "weight", "shift": "bias"}


class Residual(nn.Module):
    """x + inner(x)."""

    def __init__(self, inner: nn.Module) -> None:
        """Take the inner module."""
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the sum."""
        return x + self.inner(x)


def build_module(network: Network) -> tuple[nn.Module, dict[str, nn.Module]]:
    """Return the network, and the modules that have parameters by name."""
    named: dict[str, nn.Module] = {}
    modules: list[nn.Module] = []
    if network.embedding is not None:
        named["embedding"] = nn.Embedding(*network.embedding)
        modules += [named["embedding"], nn.Flatten()]
    for number, inputs, units, residual in network.hidden_layers():
        named[f"hidden_{number}"] = nn.Linear(inputs, units, bias=network.bias)
        block = [named[f"hidden_{number}"]]
        if network.normalization is not None:
            norm = nn.BatchNorm1d if network.normalization == "batch" else nn.LayerNorm
            named[f"norm_{number}"] = norm(units, eps=NORM_EPSILON)
            block.append(named[f"norm_{number}"])
        block.append(ACTIVATIONS[network.activation]())
        if network.dropout:
            block.append(nn.Dropout(network.dropout))
        modules += [Residual(nn.Sequential(*block))] if residual else block
    named["output"] = nn.Linear(network.last_width, network.outputs)
    return nn.Sequential(*modules, named["output"]), named


def copy_weights(named: dict[str, nn.Module], weights: dict[str, Any]) -> None:
    """Set all parameters to the problem's weights."""
    with torch.no_grad():
        for path, values in weights.items():
            layer, name = path.split(".")
            tensor = torch.from_numpy(values)
            turned = isinstance(named[layer], nn.Linear) and name == "weight"
            getattr(named[layer], RENAMED.get(name, name)).copy_(tensor.T if turned else tensor)


def build_optimizer(network: Network, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimizer, in the form that is the fastest on a processor."""
    rate = network.rate
    if network.optimizer == "sgd":
        return torch.optim.SGD(parameters, rate, fused=True)
    if network.optimizer == "momentum":
        return torch.optim.SGD(parameters, rate, momentum=MOMENTUM, fused=True)
    if network.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, rate, RMSPROP_DECAY, EPSILON, foreach=True)
    if network.optimizer == "adam":
        return torch.optim.Adam(parameters, rate, ADAM_DECAYS, EPSILON, fused=True)
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, rate, ADAM_DECAYS, EPSILON, fused=True)


class Torch(Contestant):
    """Forward and loss, perhaps compiled; backward; the optimizer's step."""

    def __init__(self, problem: Problem, threads: int, name: str) -> None:
        """Build the module and, if asked for, arrange for its compilation in the first step."""
        super().__init__(problem, threads)
        torch.set_num_threads(threads)
        torch.manual_seed(problem.seed)
        self._module, self._named = build_module(problem.network)
        criterion = nn.CrossEntropyLoss() if problem.network.loss == SOFTMAX else nn.MSELoss()
        module = self._module

        def loss_of(features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return criterion(module(features), target)

        self._loss = loss_of
        if name in MODES:
            # Compiled functions are kept for one code object, whatever module it closes over.
            torch._dynamo.reset()
            self._loss = torch.compile(loss_of, mode=MODES[name], dynamic=False)
        labels = problem.network.loss == SOFTMAX
        target = torch.from_numpy(problem.target)
        self._features = torch.from_numpy(problem.features)
        self._target = target.long() if labels else target
        self._orders = torch.from_numpy(problem.orders).long()
        self._random = np.random.default_rng(problem.seed)
        self.reset()

    def reset(self) -> None:
        """Copy the first weights, and make a new optimizer."""
        copy_weights(self._named, self.problem.weights)
        self._optimizer = build_optimizer(self.problem.network, list(self._module.parameters()))
        self._epoch = 0

    def _step(self, rows: torch.Tensor) -> torch.Tensor:
        features = self._features.index_select(0, rows)
        loss = self._loss(features, self._target.index_select(0, rows))
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return loss

    def run(self, epochs: int) -> None:
        """Take the steps one by one."""
        for _ in range(epochs):
            for rows in self._order():
                self._step(rows)
            self._epoch += 1

    def _order(self) -> torch.Tensor:
        if self.problem.shuffle == GIVEN:
            return self._orders[self._epoch % len(self._orders)]
        if self.problem.shuffle == HOST:
            return torch.from_numpy(self.problem.drawn_order(self._random))
        return torch.randperm(len(self._features)).view(self._orders.shape[1:])

    def losses(self, steps: int) -> list[float]:
        """Take steps and keep their losses."""
        self.reset()
        return [self._step(rows).item() for rows in self._orders[0, :steps]]


def makers(name: str, backend: str) -> dict[str, Maker]:
    """Return what makes the contestant."""
    compilers = [shutil.which(program) for program in ("c++", "g++", "clang++")]
    if name in MODES and not any(compilers):
        raise LeftOutError("torch.compile needs a C++ compiler on a processor, and there is none")
    return {"": partial(Torch, name=name)}
