"""The command line's own words, in a language.

Receives keys of `language/texts/console.py`, names out of results and sentences as plain JSON;
gives plain text. What has a name in options and results is called so in English.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pellucid.language import ENGLISH, Sentence, say
from pellucid.report.words import Words

NAMED = 8
"""So many names of columns are listed."""


@dataclass(frozen=True)
class Talk:
    """The words in one language.

    Example:
        >>> talk = Talk("zh")
        >>> talk("epoch", epoch=3), talk.named("metric", "log_loss"), talk.scalar("train_loss")
        ('第 3 轮', '对数损失', '训练损失')
        >>> Talk().named("metric", "log_loss"), Talk().scalar("train_loss")
        ('log loss', 'train loss')
    """

    language: str = ENGLISH

    def __call__(self, name: str, /, **values: Any) -> str:
        """Return the text `name` of the command line."""
        return say(Sentence(f"console.{name}", values), self.language)

    def named(self, group: str, name: str) -> str:
        """Return what a name of a group is called: in English as in results, without underscores.

        Args:
            group: such as "metric", "part", "kind" or "baseline".
            name: as it stands in results.
        """
        if self.language == ENGLISH:
            return name.replace("_", " ")
        return Words(self.language).named(group, name)

    def scalar(self, name: str) -> str:
        """Return what a scalar of each epoch is called, such as "validation_loss"."""
        part, _, metric = name.partition("_")
        if part not in ("train", "validation"):
            return self.named("metric", name)
        return self("scalar", part=self.named("part", part), metric=self.named("metric", metric))

    def sentence(self, description: Any) -> str:
        """Return what a sentence says."""
        return say(Sentence.from_description(description), self.language)

    def listed(self, texts: Iterable[str]) -> str:
        """Return texts one after the other."""
        return self("list").join(texts)

    def names(self, names: Collection[str]) -> str:
        """Return the first of some names, in quotes."""
        shown = [repr(name) for name in names][:NAMED]
        return self.listed(shown) + (" …" if len(names) > NAMED else "")

    def parts(self, rows: dict[str, int]) -> str:
        """Return the number of rows of each part that has some."""
        return self.listed(
            self("rows_of_part", count=count, part=self.named("part", part))
            for part, count in rows.items()
            if count
        )

    def counted_rows(self, count: int) -> str:
        """Return a number of rows."""
        return self("rows_counted", count=count)
