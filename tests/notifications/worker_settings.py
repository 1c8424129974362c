"""The product's settings for the workers of a test, with short pauses."""

from pops.settings import *  # noqa: F403
from pops.settings import CELERY_BEAT_SCHEDULE

EMAIL_TIMEOUT = 3
# Well apart: a machine that stands still for some seconds must not end a claim while its worker lives.
MESSAGE_TIME_LIMIT = 15
LANE = {"claim": 20, "first_pause": 0.3, "longest_pause": 0.3, "give_up": 24 * 3600}
MESSAGE_LANES = {"mail": LANE, "urgent": LANE}
SWEEPS = ("sweep-messages", "sweep-urgent-texts", "sweep-texts")
CELERY_BEAT_SCHEDULE = {name: {**CELERY_BEAT_SCHEDULE[name], "schedule": 0.5} for name in SWEEPS}
