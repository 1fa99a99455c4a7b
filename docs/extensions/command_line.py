"""The directive `commands`: every subcommand of `pellucid`, in the order of its own help."""

from __future__ import annotations

from docutils import nodes
from rooms import parsed
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pellucid.cli.main import COMMANDS


class Commands(SphinxDirective):
    """Write what `sphinx_click` makes of each subcommand."""

    def run(self) -> list[nodes.Node]:
        """Return their sections."""
        lines: list[str] = []
        for name in COMMANDS:
            module = f"pellucid.cli.{name.replace('-', '_')}"
            lines += [f".. click:: {module}:command", f"   :prog: pellucid {name}", ""]
        return parsed(self, lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
