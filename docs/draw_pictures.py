"""Draw the pictures of the README again: python docs/draw_pictures.py"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pellucid
from pellucid import primitives as p

PICTURES = Path(__file__).parent / "pictures"


def draw_neuron(path: Path) -> None:
    """Draw the course's neuron with every value and gradient."""
    w = [pellucid.input_node(f"w{i}", ()) for i in range(3)]
    x = [pellucid.input_node(f"x{i}", ()) for i in range(2)]
    f = 1 / (1 + p.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))
    seen = pellucid.trace(f.named("f"), dict(zip([*w, *x], [2, -3, -3, -1, -2], strict=True)))
    pellucid.draw_graph(
        seen.output,
        path,
        values=seen.values,
        gradients=seen.gradients,
        title="a neuron, forward and backward",
    )


def draw_curves(path: Path) -> None:
    """Draw the curves of the README's first command."""
    with tempfile.TemporaryDirectory() as folder:
        pellucid.fit("breast-cancer", out=Path(folder) / "run")
        shutil.copy(Path(folder) / "run" / "curves.png", path)


if __name__ == "__main__":
    draw_neuron(PICTURES / "neuron.png")
    draw_curves(PICTURES / "curves.png")
