"""Moments and their business dates, as tests use them."""

import datetime as dt

NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)  # 12:00 in New York
TODAY = dt.date(2026, 3, 2)
MIDNIGHT = dt.datetime(2026, 3, 3, 5, 0, tzinfo=dt.UTC)  # the night after TODAY in New York
TOMORROW = dt.date(2026, 3, 3)
