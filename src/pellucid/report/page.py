"""The report: one page for a run, which needs nothing but itself, and its pictures beside it.

Receives the facts of a run, finished numbers and sentences as plain JSON; gives `report.html` in a
folder, and for each picture a PNG and its numbers as JSON in `pictures/`. The page opens offline,
runs no script and asks for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from pellucid.atomic import write_atomically
from pellucid.drawing import chinese_font
from pellucid.errors import FolderError, OptionError
from pellucid.language import CHINESE, ENGLISH, LANGUAGES
from pellucid.language.number import NONE
from pellucid.report.canvas import Picture, png
from pellucid.report.section import Facts, Section, Sheet, Writer
from pellucid.report.sections import (
    columns,
    data,
    dependence,
    findings,
    inside,
    predictions,
    probabilities,
    trained,
    training,
    verdict,
    worst,
)
from pellucid.report.style import style_sheet
from pellucid.report.words import Words, plain

PAGE = "report.html"
PICTURES = "pictures"

WRITERS: tuple[Writer, ...] = (
    verdict.measured,
    findings.diagnosis,
    data.data,
    trained.trained,
    training.training,
    predictions.predictions,
    probabilities.probabilities,
    columns.slices,
    columns.importance,
    dependence.dependence,
    inside.inside,
    training.learning_curve,
    columns.drift,
    worst.worst,
    trained.repeat,
)
"""The sections in their order; one whose facts are missing is left out."""

# A browser that obeys this asks for nothing, whatever a text of the data may hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(folder: Path, facts: Mapping[str, Any], language: str = ENGLISH) -> list[Path]:
    """Write the report of a run.

    Args:
        folder: where `report.html` and `pictures/` come to lie.
        facts: what is known of the run, as plain JSON; whatever is missing is left out.
        language: "en" or "zh".

    Returns:
        the files, the page first.

    Raises:
        OptionError: there is no such language, or a sentence cannot be said.
        FolderError: a file cannot be written.

    Example:
        >>> import tempfile
        >>> facts = {"data": {"target": "species", "rows": {"train": 90, "test": 30}}}
        >>> [path.name for path in write_report(Path(tempfile.mkdtemp()), facts)]
        ['report.html']
    """
    content, pictures = composed(facts, language)
    beside = folder / PICTURES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if pictures:
            beside.mkdir(exist_ok=True)
    except OSError as error:
        raise FolderError(f"{beside} cannot be made: {error.strerror}") from None
    files = [folder / PAGE]
    for picture in pictures:
        files += [beside / f"{picture.name}.png", beside / f"{picture.name}.json"]
        write_atomically(files[-2], png(picture))
        write_atomically(files[-1], as_json(picture.numbers))
    write_atomically(files[0], content)
    return files


def composed(facts: Facts, language: str = ENGLISH) -> tuple[str, list[Picture]]:
    """Return the page, and the pictures that are to lie beside it."""
    checked_language(language)
    sheet = Sheet(Words(language))
    sections = written(WRITERS, facts, sheet)
    head = verdict.opening(facts, sheet)
    content = whole_page(_title(facts, sheet.words), head, sections, sheet)
    return content, _labelled(facts, sheet)


def checked_language(language: str) -> None:
    """Refuse a language that there is not."""
    if language not in LANGUAGES:
        raise OptionError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")


def written(writers: Iterable[Writer], facts: Facts, sheet: Sheet) -> list[Section]:
    """Return the sections that the facts have something for."""
    return [section for write in writers if (section := write(facts, sheet)) is not None]


def as_json(numbers: Any) -> str:
    """Return plain JSON as text; letters that are no letters by themselves are escaped."""
    text = json.dumps(numbers, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def whole_page(
    title: str, head: str, sections: Sequence[Section], sheet: Sheet, beside: bool = True
) -> str:
    """Return the page around its sections.

    Args:
        title: of the window, as plain text.
        head: markup of what stands first.
        sections: in their order.
        sheet: on which they put their pictures.
        beside: whether the pictures also lie beside the page.
    """
    words = sheet.words
    entries = "".join(
        f'<li><a href="#{section.name}">{escape(section.title)}</a></li>' for section in sections
    )
    body = "".join(
        f'<section id="{section.name}" aria-labelledby="{section.name}-title">'
        f'<h2 id="{section.name}-title">{escape(section.title)}</h2>{section.body}</section>'
        for section in sections
    )
    foot = [words("footer")]
    if beside and sheet.pictures:
        foot.append(words("footer_pictures"))
        if _needs_english(words.language):
            foot.append(words("footer_no_font"))
    below = "".join(f"<p>{escape(line)}</p>" for line in foot)
    navigation = f'<nav aria-label="{escape(words("contents"))}"><ul>{entries}</ul></nav>'
    return (
        f'<!doctype html>\n<html lang="{"zh-Hans" if words.language == CHINESE else "en"}">'
        '<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{style_sheet()}</style></head>\n"
        f'<body><a class="skip" href="#main">{escape(words("skip"))}</a><div class="page">{head}'
        f'{navigation if entries else ""}<main id="main">{body}</main>'
        f"<footer>{below}</footer></div></body></html>\n"
    )


def _title(facts: Facts, words: Words) -> str:
    data_facts = facts.get("data") or {}
    target = data_facts.get("target")
    names = target if isinstance(target, list) else [target]
    shown = ", ".join(plain(name, 40) for name in names[:3] if name is not None)
    return f"{words('title', target=shown or NONE)} · pellucid"


def _needs_english(language: str) -> bool:
    """Return whether pictures in files are labelled in English, for want of a Chinese font."""
    return language == CHINESE and chinese_font() is None


def _labelled(facts: Facts, sheet: Sheet) -> list[Picture]:
    """Return the pictures for the files, in a language whose letters can be drawn."""
    if not _needs_english(sheet.words.language):
        return sheet.pictures
    plain_sheet = Sheet(Words(ENGLISH), drawn=False)
    written(WRITERS, facts, plain_sheet)
    return plain_sheet.pictures
