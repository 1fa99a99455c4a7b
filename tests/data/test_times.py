"""Dates and times written as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.times import TIME_FORMS, TimeForm, find_times, likely_form


def seconds(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-02-29", seconds(2020, 2, 29)),
        ("1969-12-31", -86400.0),
        ("2020-02-29 13:14", seconds(2020, 2, 29, 13, 14)),
        ("2020-02-29T13:14:15", seconds(2020, 2, 29, 13, 14, 15)),
        ("2020-02-29T13:14:15.25", seconds(2020, 2, 29, 13, 14, 15) + 0.25),
        ("2020-02-29T13:14:15Z", seconds(2020, 2, 29, 13, 14, 15)),
        ("2020-02-29 13:14:15+02:00", seconds(2020, 2, 29, 11, 14, 15)),
        ("2020-02-29 13:14:15-0530", seconds(2020, 2, 29, 18, 44, 15)),
        ("2020/2/9", seconds(2020, 2, 9)),
        ("31.12.2019", seconds(2019, 12, 31)),
        ("31/12/2019 11:30 PM", seconds(2019, 12, 31, 23, 30)),
        ("12/31/2019 12:05am", seconds(2019, 12, 31, 0, 5)),
        ("31/12/69", seconds(1969, 12, 31)),
        ("31/12/68", seconds(2068, 12, 31)),
        ("5 Mar 2020", seconds(2020, 3, 5)),
        ("05-September-2020", seconds(2020, 9, 5)),
        ("Mar 5, 2020 10:00", seconds(2020, 3, 5, 10)),
        ("2020年1月5日", seconds(2020, 1, 5)),
        ("1949-01", seconds(1949, 1, 1)),
    ],
)
def test_forms(text: str, expected: float) -> None:
    times = find_times([text])
    assert times.seconds is not None
    assert times.seconds.tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        *("2020-02-30", "2020-13-01", "2020-00-01", "0000-01-01", "12:30", "2020-01-01 24:00"),
        *("2020-01-01 10:60", "2020-01-01 10:00:61", "1/2/3", "1-2-03", "3.11.07", "20200101"),
        *("2020", "1.5", "x", "5 Mai 2020", "2020-01-01x", "2020-01-01 13:00 PM", "١٢/١٢/٢٠٢٠", ""),
    ],
)
def test_what_is_no_time(text: str) -> None:
    times = find_times([text])
    assert times.seconds is None
    assert times.forms == ()


def test_the_order_of_day_and_month_is_decided_by_all_values() -> None:
    assert find_times(["01/02/2020", "13/02/2020"]).forms == ("DD/MM/YYYY",)
    assert find_times(["01/02/2020", "02/13/2020"]).forms == ("MM/DD/YYYY",)
    undecided = find_times(["03/03/2020", "03/04/2020"])
    assert undecided.seconds is None
    assert undecided.forms == ("DD/MM/YYYY", "MM/DD/YYYY")
    assert undecided.between == ("03/04/2020", "03/04/2020")
    assert find_times(["03/03/2020"]).seconds is not None


def test_two_forms_are_not_mixed() -> None:
    mixed = find_times(["2020-01-01", "2020-01-02", "03.01.2020"])
    assert mixed.seconds is None
    assert mixed.forms == ("YYYY-MM-DD", "DD.MM.YYYY")
    assert mixed.between == ("2020-01-01", "03.01.2020")
    contradicted = find_times(["31/01/2020", "01/31/2020"])
    assert contradicted.seconds is None
    assert contradicted.forms == ("DD/MM/YYYY", "MM/DD/YYYY")
    assert find_times(["2020-01-01", "soon"]).forms == ("YYYY-MM-DD",)


def test_forms_that_look_like_numbers_are_used_only_when_told() -> None:
    assert find_times(["20200131"]).seconds is None
    assert find_times(["20200131"], told=True).forms == ("YYYYMMDD",)
    assert find_times(["2020", "1999"], told=True).forms == ("YYYY",)
    assert find_times([], told=True).seconds is None


FORMATS = {
    "YYYY-MM-DD": "%Y-%m-%d %H:%M:%S",
    "YYYY/MM/DD": "%Y/%m/%d %H:%M",
    "YYYY.MM.DD": "%Y.%m.%d",
    "DD/MM/YYYY": "%d/%m/%Y %I:%M %p",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD-MM-YYYY": "%d-%m-%Y %H:%M:%S",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD.MM.YYYY": "%d.%m.%Y %H:%M:%S",
    "DD/MM/YY": "%d/%m/%y",
    "MM/DD/YY": "%m/%d/%y",
    "DD.MM.YY": "%d.%m.%y",
    "DD Month YYYY": "%d %b %Y",
    "Month DD, YYYY": "%B %d, %Y",
    "YYYY-MM": "%Y-%m",
    "YYYYMMDD": "%Y%m%d",
    "YYYY": "%Y",
}


@pytest.mark.parametrize(
    "form", [form for form in TIME_FORMS if form.ticks is None], ids=lambda form: form.name
)
@given(moment=st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31)))
def test_what_the_standard_library_writes(form: TimeForm, moment: datetime) -> None:
    written = moment.strftime(FORMATS.get(form.name, "%Y年%m月%d日"))
    parsed = datetime.strptime(written, FORMATS.get(form.name, "%Y年%m月%d日"))
    expected = (parsed - datetime(1970, 1, 1)).total_seconds()
    assert form.seconds(written) == expected


@pytest.mark.parametrize(("ticks", "unit"), [(1, "seconds"), (1000, "milliseconds")])
@given(moment=st.datetimes(datetime(2001, 9, 10), datetime(2200, 1, 1)))
def test_counts_since_1970_where_told(ticks: int, unit: str, moment: datetime) -> None:
    seconds = int((moment - datetime(1970, 1, 1)).total_seconds())
    texts = [str(seconds * ticks)]
    assert find_times(texts).seconds is None
    times = find_times(texts, told=True)
    assert times.seconds is not None
    assert times.forms == (f"{unit} since 1970",)
    assert times.seconds.tolist() == [seconds]


def test_the_form_of_most_texts() -> None:
    form = likely_form(["n/k", "31.02.2020", "1.3.2020", "2.3.2020", "2020-03-04"])
    assert form is not None
    assert form.name == "DD.MM.YYYY"
    assert likely_form(["n/k", "never"]) is None
    assert likely_form(["20200304"]) is None
    # What stands in the way is in every second place of a long list.
    assert likely_form(["2020-03-04", "never"] * 5000) == TIME_FORMS[0]
