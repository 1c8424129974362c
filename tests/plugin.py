"""Loaded before Django's settings: gives each test process a Redis database of its own."""

import os
import re

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
os.environ["REDIS_URL"] = re.sub(r"/\d*$", f"/{_worker + 1}", os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
