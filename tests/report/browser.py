"""A real browser for the tests of pages, where one is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import Any

from tests.patience import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@cache
def why_none() -> str | None:
    """Return why there is no browser, or None where there is one."""
    if find_spec("playwright") is None:
        return "playwright is not installed"
    if (path := executable()) is None:
        return f"no browser is installed: none of {', '.join(NAMES)}"
    # Some systems install a script of that name which says where to get the browser.
    done = subprocess.run([path, "--version"], capture_output=True, timeout=PATIENCE, check=False)
    return None if done.returncode == 0 else f"{path} does not start"


def executable() -> str | None:
    """Return the path of a browser."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """Give a running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable(),
            args=["--no-sandbox", "--disable-gpu"],
            timeout=1000 * PATIENCE,
        )
        try:
            yield running
        finally:
            running.close()


def opened_page(running: Any, **options: Any) -> Any:
    """Return a new page of a browser, which waits as long as the other tests do."""
    page = running.new_page(**options)
    page.set_default_timeout(1000 * PATIENCE)
    return page


# Each of these is a function of the page that returns a list of complaints.

TOO_WIDE = """() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('.scroll') && !element.matches('.scroll')) continue;
    if (element.closest('svg') && !element.matches('svg')) continue;
    if (element.matches('.skip')) continue;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.left < -0.5 || box.right > wide + 0.5)
      found.push(`${element.tagName}.${element.className.baseVal ?? element.className} `
        + `from ${box.left} to ${box.right} of ${wide}: ${element.textContent.slice(0, 40)}`);
    const style = getComputedStyle(element);
    if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden')
      found.push(`${element.tagName} cuts off its content: ${element.textContent.slice(0, 40)}`);
  }
  return found;
}"""

OVERLAPS = """() => {
  const found = [];
  for (const picture of document.querySelectorAll('svg.picture')) {
    const frame = picture.getBoundingClientRect();
    if (!frame.width) continue;
    const texts = [...picture.querySelectorAll('text')].filter(one => one.textContent.trim());
    const boxes = texts.map(one => one.getBoundingClientRect());
    const name = picture.getAttribute('aria-label').slice(0, 30);
    boxes.forEach((box, i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(`${name}: '${texts[i].textContent}' leaves the picture`);
      for (let j = i + 1; j < boxes.length; j++) {
        const across = Math.min(box.right, boxes[j].right) - Math.max(box.left, boxes[j].left);
        const down = Math.min(box.bottom, boxes[j].bottom) - Math.max(box.top, boxes[j].top);
        const line = Math.min(box.height, boxes[j].height, box.width, boxes[j].width);
        if (across > 0.5 && down > Math.max(0.5, 0.2 * line))
          found.push(`${name}: '${texts[i].textContent}' over '${texts[j].textContent}'`);
      }
    });
  }
  return found;
}"""

CONTRAST = """() => {
  const found = [];
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = {};
  const rgba = colour => {
    if (colour in known) return known[colour];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return known[colour] = [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3]));
  const light = rgb => {
    const [r, g, b] = rgb.map(x => x / 255)
      .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = element => {
    const chain = [];
    for (let one = element; one; one = one.parentElement) chain.unshift(one);
    return chain.reduce((below, one) =>
      over(rgba(getComputedStyle(one).backgroundColor), below), [255, 255, 255]);
  };
  const check = (element, colour, below) => {
    const reached = ratio(over(rgba(colour), below), below);
    if (reached < 4.5)
      found.push(`${reached.toFixed(2)}: '${element.textContent.trim().slice(0, 40)}'`);
  };
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('svg') || !element.getClientRects().length) continue;
    const own = [...element.childNodes].some(one => one.nodeType === 3 && one.data.trim());
    if (own) check(element, getComputedStyle(element).color, ground(element));
  }
  for (const text of document.querySelectorAll('svg.picture text')) {
    const box = text.getBoundingClientRect();
    if (!box.width) continue;
    let below = ground(text.closest('svg').parentElement);
    for (const shape of text.closest('svg').querySelectorAll('path')) {
      const style = getComputedStyle(shape);
      if (style.fill === 'none' || shape.closest('defs')) continue;
      const area = shape.getBoundingClientRect();
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      if (area.left > x || area.right < x || area.top > y || area.bottom < y) continue;
      const fill = [...rgba(style.fill)];
      fill[3] *= parseFloat(style.fillOpacity) * parseFloat(style.opacity);
      below = over(fill, below);
    }
    check(text, getComputedStyle(text).fill, below);
  }
  return found;
}"""

CHECKS = {"too wide": TOO_WIDE, "overlaps": OVERLAPS, "contrast": CONTRAST}
