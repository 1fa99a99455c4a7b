"""The words in a column's name, and what they say of the column: an identifier, a code, a group.

A name is evidence, never proof: whoever asks looks at the values as well.
"""

from __future__ import annotations

import re

__all__ = ["name_words", "names_code", "names_group", "names_identifier", "names_year"]

# Where a word of a name ends: 'CustomerId', 'row_number', 'zip code', 'IDNumber', 'x1'.
_WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[^\\W\\d_A-Z]+|\\d+")

_IDENTIFIERS = frozenset(
    {"id", "ids", "idx", "index", "key", "number", "no", "nr", "num", "serial", "uid", "uuid"}
    | {"guid", "kennung", "nummer", "编号", "序号", "学号", "号码"}
)
_CODES = frozenset(
    {"code", "codes", "zip", "zipcode", "postcode", "postal", "plz", "id", "type", "cd"}
    | {"category", "region", "district", "channel", "sic", "naics", "icd", "fips", "邮编", "代码"}
)
_GROUPS = frozenset(
    {"patient", "customer", "client", "user", "subject", "person", "participant"}
    | {"account", "household", "student", "employee", "member", "device", "session", "speaker"}
    | {"author", "donor", "animal", "patnr", "患者", "客户", "用户", "编号"}
)
_OWNERS = (
    "customer|client|user|patient|subject|person|order|account|product|item|store|household|"
    "student|employee|member|device|session|row|record|case|transaction|object|sample"
)
_JOINED_ID = re.compile(f"({_OWNERS})id")


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case.

    >>> name_words("CustomerId"), name_words("zip_code"), name_words("customerid")
    (('customer', 'id'), ('zip', 'code'), ('customer', 'id'))
    """
    words: list[str] = []
    for word in _WORD.findall(name):
        joined = _JOINED_ID.fullmatch(word.lower())
        words += [joined[1], "id"] if joined else [word.lower()]
    return tuple(words)


def names_identifier(name: str) -> bool:
    """Whether a name says that its column numbers or names the rows."""
    return not _IDENTIFIERS.isdisjoint(name_words(name))


def names_code(name: str) -> bool:
    """Whether a name says that the numbers of its column are codes, which have no order."""
    return not _CODES.isdisjoint(name_words(name))


def names_group(name: str) -> bool:
    """Whether a name says that rows with the same value belong to one person or thing.

    >>> names_group("patient"), names_group("patient_id"), names_group("patient_age")
    (True, True, False)
    """
    words = name_words(name)
    return "id" in words or (len(words) > 0 and words[-1] in _GROUPS)


def names_year(name: str) -> bool:
    """Whether a name says that the numbers of its column are years.

    >>> names_year("year"), names_year("YearsAtCompany")
    (True, False)
    """
    return not {"year", "yr", "jahr", "年", "年份"}.isdisjoint(name_words(name))
