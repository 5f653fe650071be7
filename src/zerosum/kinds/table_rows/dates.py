"""Dates and times as numbers, and back: days, or seconds, since 1970."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from zerosum.kinds.table_rows.codecs import Values

DAY = 86_400
START = datetime(1970, 1, 1, tzinfo=UTC)
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y")
TIMES = tuple(f"{date}{between}{clock}" for date in DATES for between in (" ", "T") for clock in ("%H:%M:%S", "%H:%M"))
CLOCKS = ("%H:%M:%S", "%H:%M")
LOOKED_AT = 50


def form_of(texts: Sequence[str]) -> str:
    """Return the form that all of the texts have, as `datetime.strptime` has it; "" where none is."""
    few = list(texts[:: max(len(texts) // LOOKED_AT, 1)])
    if not few or not all(any(sign in text for sign in "-./:") for text in few):
        return ""
    return next((form for form in (*DATES, *TIMES, *CLOCKS) if _fits(few, form) and _fits(texts, form)), "")


def type_of(form: str) -> str:
    """Return "date" or "time": what a form tells."""
    return "time" if "%H" in form else "date"


def _fits(texts: Sequence[str], form: str) -> bool:
    try:
        for text in texts:
            datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def numbers_of(texts: Sequence[str], form: str) -> Values:
    """Return texts as numbers: days of a date, seconds of a time; of a clock those since midnight."""
    moments = (datetime.strptime(text, form).replace(tzinfo=UTC) for text in texts)
    seconds = np.array([(moment - START).total_seconds() for moment in moments])
    if "%Y" not in form:
        return seconds % DAY
    return seconds if type_of(form) == "time" else seconds / DAY


def texts_of(numbers: Values, form: str) -> list[str]:
    """Return numbers as texts of a form."""
    unit = timedelta(seconds=1) if type_of(form) == "time" else timedelta(days=1)
    return [(START + unit * float(number)).strftime(form) for number in numbers]
