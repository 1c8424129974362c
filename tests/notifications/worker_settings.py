"""The product's settings for the workers of a test, with short pauses."""

from pops.settings import *  # noqa: F403
from pops.settings import CELERY_BEAT_SCHEDULE

EMAIL_TIMEOUT = 1
# Well apart: a machine that stands still for some seconds must not end a claim while its worker lives.
MESSAGE_CLAIM = 20
MESSAGE_TIME_LIMIT = 15
MESSAGE_LANES = {lane: {"first_pause": 0.3, "longest_pause": 0.3, "give_up": 24 * 3600} for lane in ("mail", "urgent")}
CELERY_BEAT_SCHEDULE = {"sweep": {**CELERY_BEAT_SCHEDULE["sweep-messages"], "schedule": 0.5}}
