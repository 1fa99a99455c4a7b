"""Draw the pictures of the README again: python docs/draw_pictures.py

The one of a report needs playwright and a Chromium.
"""

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


def draw_report(path: Path) -> None:
    """Show the top of the report of the README's first command, as a browser does."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        run = Path(name) / "breast-cancer"
        pellucid.fit("breast-cancer", out=run)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 1400}, color_scheme="light")
        page.goto((run / "report.html").as_uri())
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    draw_neuron(PICTURES / "neuron.png")
    draw_report(PICTURES / "report.png")
