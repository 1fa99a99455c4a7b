"""The directive `room`: what a module of pellucid gives, from its docstrings.

    .. room:: pellucid.layers
    .. room:: pellucid.training.train pellucid.training.metrics
    .. room:: pellucid
       :names: fit load Run

Of a module with `__all__`, the names are grouped by the modules that define them; of others, what
they define themselves is shown. Primitives, which are objects that build nodes, are shown as the
functions that they are to a user. What `import pellucid` gives is shown there alone.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from plain_docstrings import plain
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

import pellucid
from pellucid.graph.primitive import Primitive


class Room(SphinxDirective):
    """Write the docstrings of modules, as text that Sphinx reads on."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"names": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the nodes of all modules."""
        modules = self.arguments[0].split()
        lines: list[str] = []
        for name in modules:
            module = import_module(name)
            if "names" in self.options:
                lines += _objects(name, self.options["names"].split())
                continue
            if len(modules) > 1 and name != modules[0]:
                lines += _title(name.rpartition(".")[2].replace("_", " ").capitalize())
            lines += _module(module)
        return parsed(self, lines)


def parsed(directive: SphinxDirective, lines: list[str]) -> list[nodes.Node]:
    """Return what lines of reStructuredText say, its sections labelled by the page's name."""
    node = nodes.section(document=directive.state.document)
    source = StringList(lines, directive.env.docname)
    directive.state.nested_parse(source, 0, node, match_titles=True)
    for section in node.findall(nodes.section):
        if section is not node:
            # Labels are for the whole site, and every room has a section named Base.
            page = directive.env.docname.rpartition("/")[2]
            section["ids"] = [f"{page}-{section['ids'][0]}"]
            section["names"] = []
    for signature in node.findall(addnodes.desc_signature):
        # Pages of source link back to the name that a thing has in its module, or a room above it.
        module, name = signature.get("module"), signature.get("fullname")
        parts = source_module(module, name).split(".") if module and name else []
        places = [".".join([*parts[:count], name]) for count in range(1, len(parts) + 1)]
        signature["ids"] += [place for place in places if place not in signature["ids"]]
    return node.children


def source_module(module: str, name: str) -> str:
    """Return the module that defines a name of a module; plain values stand in it themselves."""
    value = getattr(import_module(module), name.partition(".")[0], None)
    home = getattr(value, "__module__", None)
    return home if isinstance(home, str) and home.startswith("pellucid.") else module


def _module(module: ModuleType) -> Iterator[str]:
    yield f".. py:module:: {module.__name__}"
    yield ""
    yield from _docstring(module)
    names = getattr(module, "__all__", None)
    if names is None or not hasattr(module, "__path__"):
        yield from _objects(module.__name__, _own(module) if names is None else list(names))
        return
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_home(module, name), []).append(name)
    for home in sorted(groups, key=lambda home: (not home.endswith(".base"), home)):
        order = list(vars(import_module(home)))
        found = sorted(groups[home], key=lambda name: order.index(name) if name in order else 0)
        if len(groups) > 1:
            yield from _title(home.rpartition(".")[2].replace("_", " ").capitalize())
            if home != module.__name__:
                yield from _docstring(import_module(home))
        yield from _objects(module.__name__, found)


def _own(module: ModuleType) -> list[str]:
    """Return the public names that a module without `__all__` defines and describes."""
    analyzer = ModuleAnalyzer.for_module(module.__name__)
    described = {name for where, name in analyzer.find_attr_docs() if not where}
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (
            name in described
            or (
                (inspect.isclass(value) or inspect.isfunction(value))
                and value.__module__ == module.__name__
            )
        )
    ]


def _home(module: ModuleType, name: str) -> str:
    """Return the module that defines a name; for data, the first that has it."""
    value = getattr(module, name)
    kind = type(value) if isinstance(value, Primitive) else value
    home = getattr(kind, "__module__", None)
    if isinstance(home, str) and home.startswith(f"{module.__name__}."):
        return home
    for other in vars(module).values():
        inner = inspect.ismodule(other) and other.__name__.startswith(f"{module.__name__}.")
        if inner and name in _assigned(other):
            return other.__name__
    return module.__name__


def _assigned(module: ModuleType) -> set[str]:
    """Return the names that a module's own lines give a value."""
    targets: list[ast.expr] = []
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets.append(statement.target)
    return {
        part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
    }


def _objects(module: str, names: list[str]) -> Iterator[str]:
    elsewhere = []
    for name in names:
        value = getattr(import_module(module), name)
        full = f"{module}.{name}"
        if module != "pellucid" and name in pellucid.__all__ and value is getattr(pellucid, name):
            elsewhere.append(f":py:obj:`pellucid.{name}`")
        elif isinstance(value, Primitive) and callable(value):
            yield from _primitive(module, name, value)
        elif inspect.isclass(value):
            yield from (f".. autoclass:: {full}", "   :members:", "")
        elif inspect.isroutine(value):
            yield from (f".. autofunction:: {full}", "")
        elif not inspect.ismodule(value):
            yield from _data(module, name, value)
    if elsewhere:
        yield from (f"Stands under :doc:`pellucid`: {', '.join(elsewhere)}.", "")


def _data(module: str, name: str, value: Any) -> Iterator[str]:
    described = ModuleAnalyzer.for_module(_home(import_module(module), name)).find_attr_docs()
    yield from (f".. py:currentmodule:: {module}", "", f".. py:data:: {name}")
    if isinstance(value, str | int | float | tuple) and len(repr(value)) <= 60:
        yield f"   :value: {value!r}"
    yield ""
    leaf = type(value).__doc__ if isinstance(value, Primitive) else None
    for line in _lines(leaf) or plain(described.get(("", name), [])):
        yield f"   {line}".rstrip()
    yield ""


def _primitive(module: str, name: str, primitive: Primitive) -> Iterator[str]:
    call = inspect.signature(type(primitive).__call__)
    parameters = [
        parameter.replace(annotation=parameter.empty)
        for parameter in list(call.parameters.values())[1:]
    ]
    signature = call.replace(parameters=parameters, return_annotation=call.empty)
    yield from (f".. py:currentmodule:: {module}", "")
    yield from (f".. py:function:: {name}{signature}", "")
    words = _lines(type(primitive).__doc__)
    how = _lines(type(primitive).__call__.__doc__)
    if how != ["Build the node."]:
        words += ["", *how]
    if primitive.edges:
        words += ["", *plain([f"Derivative at ties and edges: {primitive.edges}."])]
    yield from (f"   {line}".rstrip() for line in words)
    yield ""


def _docstring(module: ModuleType) -> list[str]:
    return [*_lines(module.__doc__), ""]


def _lines(docstring: str | None) -> list[str]:
    return plain(inspect.cleandoc(docstring or "").splitlines())


def _title(text: str) -> list[str]:
    return ["", text, "-" * len(text), ""]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("room", Room)
    app.connect("viewcode-follow-imported", lambda app, *place: source_module(*place))
    return {"parallel_read_safe": True}
