"""The documentation site: built without a warning, whole, and at home without a network."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import pellucid
from pellucid.cli.main import COMMANDS
from pellucid.examples import EXAMPLES
from tests.report.browser import browser, opened_page, why_none

NEEDED = ("sphinx", "myst_parser", "furo", "sphinx_click")
DOCS = Path(__file__).parent.parent / "docs"
ROOMS = (
    *("data", "diagnosis", "errors", "initializers", "inspection", "layers", "losses", "models"),
    *("optimizers", "primitives", "schedules"),
)
LOADING = {"src", "srcset", "poster", "data", "background"}
"""Attributes whose address a browser fetches by itself, beside the href of a link element."""

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in NEEDED),
    reason=f"the site needs {', '.join(NEEDED)}: pip install '.[docs]'",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """Build the site once, whoever of the processes of a test run comes first."""
    folder = tmp_path_factory.getbasetemp().parent / f"site-{testrun_uid}"
    log = folder / "log.txt"
    try:
        folder.mkdir()
    except FileExistsError:
        while not log.exists():
            time.sleep(0.2)
    else:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"),
                *("-d", str(folder / "doctrees"), str(DOCS), str(folder / "html")),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        partial = folder / "log.part"
        partial.write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", "utf-8")
        partial.rename(log)
    said = log.read_text("utf-8")
    assert said.strip() == "0", said
    return folder / "html"


class Reader(HTMLParser):
    """What a page loads, where its links lead, and the places that links can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name in LOADING or (name.endswith("href") and tag not in ("a", "area")):
                self.loaded.append(value)
            elif name == "href":
                self.links.append(value)
            elif name == "id":
                self.places.add(value)
            elif name == "style":
                self.loaded += addresses(value)


def addresses(style: str) -> list[str]:
    """Return what a style sheet loads."""
    return re.findall(r"(?:url\(|@import(?!\s+url))\s*[\"']?([^\"')\s]+)", style)


def is_outside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def pages(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert len(found) > 30
    return found


def test_outside_addresses_are_known() -> None:
    assert [is_outside(text) for text in ("https://a.b/c", "//a.b/c", "http://a.b")] == [True] * 3
    assert not any(map(is_outside, ("../a.css?v=1", "data:image/png;base64,iVBO", "#here", "a/b")))
    assert addresses("@import 'w'; @import url(x); a {b: url(\"y\")} c {d: url( z )}") == [*"wxyz"]


def test_a_page_loads_nothing_from_outside(site: Path) -> None:
    for page in pages(site):
        assert [one for one in Reader(page).loaded if is_outside(one)] == [], page.name
    sheets = sorted(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        loaded = addresses(sheet.read_text("utf-8"))
        assert [one for one in loaded if is_outside(one)] == [], sheet.name


def test_links_between_pages_lead_somewhere(site: Path) -> None:
    known = {page: Reader(page) for page in pages(site)}
    for page, read in known.items():
        for link in read.links:
            parts = urlsplit(link)
            if is_outside(link):
                continue
            to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert to.exists(), f"{page.name} links to {link}"
            if parts.fragment and to in known:
                assert unquote(parts.fragment) in known[to].places, f"{page.name}: {link}"


def inventory(site: Path) -> set[str]:
    """Return the names of the Python objects that the site documents."""
    content = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(content).decode("utf-8").splitlines()
    return {line.split()[0] for line in lines if line.split()[1].startswith("py:")}


def test_every_public_name_is_documented(site: Path) -> None:
    known = inventory(site)
    top = set(pellucid.__all__) - {"__version__", "primitives"}
    missing = [f"pellucid.{name}" for name in top if f"pellucid.{name}" not in known]
    for room in ROOMS:
        module = import_module(f"pellucid.{room}")
        for name in set(module.__all__) - top:
            if f"pellucid.{room}.{name}" not in known:
                missing.append(f"pellucid.{room}.{name}")
    assert missing == []


def test_every_command_and_example_has_a_section(site: Path) -> None:
    commands = (site / "reference" / "command-line.html").read_text("utf-8")
    for name in COMMANDS:
        assert f"<h2>pellucid {name}<" in commands
    examples = (site / "examples.html").read_text("utf-8")
    for name in EXAMPLES:
        assert f"<h2>{name}<" in examples


def test_docstrings_are_read_as_plain_text(site: Path) -> None:
    """No mark of a markup language is left over, and blocks keep their lines."""
    code = re.compile(r"<pre>.*?</pre>|<code.*?</code>|<[^>]+>", re.S)
    for page in sorted((site / "reference").glob("*.html")):
        text = code.sub("", page.read_text("utf-8"))
        for mark in ("``", ":py:", "\\", "&gt;&gt;&gt;"):
            assert mark not in text, f"{page.name} shows {mark}"
    errors = (site / "reference" / "errors.html").read_text("utf-8")
    assert "\n├── GraphError            a graph that cannot mean anything\n" in errors


@pytest.fixture
def shown(site: Path) -> Iterator[Any]:
    if why_none() is not None:
        pytest.skip(str(why_none()))
    with browser() as running:
        page = opened_page(running)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"an error: {error}"))
        yield page
        assert [one for one in asked if not one.startswith(("file:", "data:"))] == []


TOO_WIDE = """() => [...document.querySelectorAll('article *')].filter(element => {
  for (let one = element.parentElement; one.tagName !== 'ARTICLE'; one = one.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(one).overflowX)) return false;
  const box = element.getBoundingClientRect();
  return box.width && (box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5);
}).map(element => element.outerHTML.slice(0, 100))"""
"""Finds what a reader cannot reach: what leaves the screen and stands in no frame that scrolls."""

LOOKED_AT = (
    *("index", "start", "tutorials/from-a-csv", "tutorials/from-a-neuron", "guide/tables"),
    *("examples", "reference/command-line", "reference/layers", "reference/primitives"),
    *("the-way", "zh/from-a-csv", "genindex"),
)


def test_pages_fit_a_phone_and_a_screen(site: Path, shown: Any) -> None:
    for name in LOOKED_AT:
        for width in (390, 1280):
            shown.set_viewport_size({"width": width, "height": 900})
            shown.goto((site / f"{name}.html").as_uri())
            assert shown.evaluate(TOO_WIDE) == [], f"{name} on a screen of {width}"


def test_light_and_dark_follow_the_reader(site: Path, shown: Any) -> None:
    light = {}
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)
        shown.goto((site / "index.html").as_uri())
        colour = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        light[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3]))
    assert light["light"] > 600
    assert light["dark"] < 150


def test_search_works_from_a_folder(site: Path, shown: Any) -> None:
    """Without a server, as from a download: the words of a page lead to it."""
    for words, page in (("fingerprints", "guide/run-folder"), ("LayerNorm", "reference/layers")):
        shown.goto(f"{(site / 'search.html').as_uri()}?q={words}")
        shown.wait_for_selector(f"#search-results li a[href*='{page}.html']")
