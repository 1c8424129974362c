"""The settings of a test's workers that post to other programs: the clock of the feed and of webhooks goes faster."""

from pops.settings import CELERY_BEAT_SCHEDULE as CLOCKS
from tests.notifications.worker_settings import *  # noqa: F403
from tests.notifications.worker_settings import LANE

MESSAGE_LANES = {"hooks": LANE}
CELERY_BEAT_SCHEDULE = {name: {**CLOCKS[name], "schedule": 0.5} for name in ("sequence-changes", "sweep-hooks")}
