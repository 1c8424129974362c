"""The settings of a test's workers that post to other programs: with short pauses."""

from tests.notifications.worker_settings import *  # noqa: F403
from tests.notifications.worker_settings import LANE

MESSAGE_LANES = {"hooks": LANE}
