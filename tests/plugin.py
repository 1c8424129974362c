"""Loaded before Django's settings: gives each test process a Redis database of its own."""

import os

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_server, _, _number = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0").rpartition("/")
os.environ["REDIS_URL"] = f"{_server}/{int(_number or 0) + _worker}"
