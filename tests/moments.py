"""Moments and their business dates, as tests use them."""

import datetime as dt

NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)  # 12:00 in New York
TODAY = dt.date(2026, 3, 2)
MIDNIGHT = dt.datetime(2026, 3, 3, 5, 0, tzinfo=dt.UTC)  # the night after TODAY in New York
TOMORROW = dt.date(2026, 3, 3)
# Noon, midnight, and the hours that there are none of and two of, on the nights when New York's clocks are set.
NIGHTS_OF_CLOCKS = [
    dt.datetime(2026, 3, 7, 17, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 8, 4, 59, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 8, 6, 59, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 8, 7, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 9, 3, 59, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 2, 4, 59, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 2, 5, 0, tzinfo=dt.UTC),
]
