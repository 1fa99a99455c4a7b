"""Docstrings as they are written in this project, put into reStructuredText.

They are plain text: names in single backticks, formulas with stars and bars, indented blocks that
keep their lines, doctests, and sections such as `Args:`, which `sphinx.ext.napoleon` reads after
this.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import textwrap
from typing import Any

from sphinx.application import Sphinx

import pellucid

SECTION = re.compile(r"(Args|Attributes|Example|Raises|Returns|Yields):$")
ITEM = re.compile(r"(\s+\*{0,2}\w+:)(.*)")
GENERATED = re.compile(r"Create new instance of \w+\(|Alias for field number \d")
SPAN = re.compile(r"(`[^`]+`)")
ROOMS = {module.name for module in pkgutil.iter_modules(pellucid.__path__)}
MARK = re.compile(r"[\\*|]|(?<=\w)_(?!\w)")


def plain(lines: list[str]) -> list[str]:
    """Return the lines of a docstring as reStructuredText, sections left as they are."""
    done: list[str] = []
    section = doctest = False
    block = 0
    before = ""
    for line in lines:
        bare = line.strip()
        indented = line.startswith(" ")
        if not bare:
            doctest = False
        elif not indented or bare.startswith(">>>"):
            doctest = bare.startswith(">>>")
            section = bool(SECTION.match(line)) or (section and indented)
            _end_block(done, block)
            block = 0
        elif not section and not block and not doctest and not before.strip():
            done += ["", ""]
            block = len(done)
        item = ITEM.fullmatch(line) if section else None
        if doctest or block or not bare:
            done.append(line)
        elif item:
            done.append(item[1] + _text(item[2]))
        else:
            done.append(_text(line))
        before = line
    _end_block(done, block)
    return done


def _end_block(done: list[str], block: int) -> None:
    """Say what an indented block is that begins on a line; 0 is none."""
    if block:
        try:
            ast.parse(textwrap.dedent("\n".join(done[block:])))
            language = "python"
        except SyntaxError:
            language = "text"
        done[block - 2] = f".. code-block:: {language}"


def _text(text: str) -> str:
    """Keep what stands in backticks, and take every other mark as a character."""
    parts = SPAN.split(text)
    for position, part in enumerate(parts):
        if position % 2:
            # An argument called `data` is no room of that name.
            span = f"`{part}`" if part[1:-1] in ROOMS else part
            parts[position] = span + ("\\ " if parts[position + 1][:1].isalnum() else "")
        else:
            parts[position] = MARK.sub(lambda found: "\\" + found.group(), part)
    return "".join(parts)


def _process(
    app: Sphinx, what: str, name: str, object_: Any, options: Any, lines: list[str]
) -> None:
    creation = inspect.getdoc(object_.__init__) if what == "class" else None
    if creation == "\n".join(lines).strip() and not any(map(SECTION.match, lines)):
        # What creating an object does is worth a line only where it says what to hand in.
        lines.clear()
    if lines and GENERATED.match(lines[0]):
        lines.clear()
    lines[:] = plain(lines)
    if what in ("attribute", "data", "property"):
        # Of these napoleon takes what stands before a colon on the first line for a type.
        lines.insert(0, "")


def _process_signature(
    app: Sphinx, what: str, name: str, object_: Any, options: Any, given: str | None, result: str
) -> tuple[str, str] | None:
    # Sphinx takes a signature apart only where it is Python.
    return None if given is None else (given.replace("<factory>", "..."), result)


def setup(app: Sphinx) -> dict[str, bool]:
    """Read docstrings before napoleon does."""
    app.connect("autodoc-process-docstring", _process, priority=400)
    app.connect("autodoc-process-signature", _process_signature)
    return {"parallel_read_safe": True}
