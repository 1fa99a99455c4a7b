"""The directive `course`: every example of `pellucid examples`, in the words of its module.

With `-D course_pictures=1` each is run while the site is built, and its numbers and its picture
are shown too. That takes minutes, so that it is left out otherwise.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from plain_docstrings import plain
from rooms import parsed
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pellucid.examples import EXAMPLES, example, show

FOLDER = "_examples"


class Course(SphinxDirective):
    """Write a section for each example."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        lines = [line for name in EXAMPLES for line in self._section(name)]
        return parsed(self, lines)

    def _section(self, name: str) -> Iterator[str]:
        what = EXAMPLES[name]
        yield from ("", name, "-" * len(name), "")
        yield from (f"*{what[0].upper()}{what[1:]}.*", "")
        yield from plain(inspect.cleandoc(example(name).__doc__ or "").splitlines())
        yield from ("", ".. code-block:: sh", "", f"   pellucid examples {name}", "")
        if self.config.course_pictures:
            folder = Path(self.env.srcdir) / "_build" / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            words, picture = show(name, folder)
            yield from (".. code-block:: none", "")
            yield from (f"   {line}" for line in words.splitlines())
            path = picture.relative_to(self.env.srcdir).as_posix()
            yield from ("", f".. image:: /{path}", f"   :alt: {what}", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive and its switch."""
    app.add_config_value("course_pictures", False, "env", types=frozenset({bool, int, str}))
    app.add_directive("course", Course)
    return {"parallel_read_safe": True}
