"""How Sphinx builds the site of this folder: python -m sphinx -W --keep-going docs docs/_build"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

from pellucid import __version__

project = "pellucid"
author = "the authors of pellucid"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "plain_docstrings",
    "rooms",
    "command_line",
    "course",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "README.md"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

# Docstrings are plain text with names in single backticks, which become links where they can.
default_role = "py:obj"
add_module_names = False
toc_object_entries_show_parents = "hide"
autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "pellucid"
html_static_path = ["static"]
html_css_files = ["pellucid.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # Pages opened from a folder may not fetch one another.
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "native"
