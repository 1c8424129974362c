"""The product's settings for the workers of a test, with short pauses."""

from pops.settings import *  # noqa: F403
from pops.settings import CELERY_BEAT_SCHEDULE

EMAIL_TIMEOUT = 1
RECEIPT_EMAIL_CLAIM = 4
RECEIPT_EMAIL_TIME_LIMIT = 3
RECEIPT_EMAIL_FIRST_PAUSE = RECEIPT_EMAIL_LONGEST_PAUSE = 0.3
CELERY_BEAT_SCHEDULE = {"sweep": {**CELERY_BEAT_SCHEDULE["sweep-receipt-emails"], "schedule": 0.5}}
