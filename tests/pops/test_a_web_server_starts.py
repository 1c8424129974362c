"""A web server of the image takes connections when it can answer them: the proxy asks whatever takes them."""

import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from gunicorn.config import Config

from pops.gunicorn import post_worker_init
from pops.local.datadir import ROOT

COMMAND = json.loads(re.search(r"^CMD (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1])
LOADED = """
import sys, threading
import pops.wsgi
from django.db import connection
print("pops.web.portal.home" in sys.modules, threading.active_count(), connection.connection)
"""


def test_it_listens_once_the_application_is_loaded():
    bare = {"PATH": os.environ["PATH"]}  # with nothing set, nothing can be loaded
    gunicorn = Path(sys.executable).with_name(COMMAND[0])

    run = subprocess.run([gunicorn, *COMMAND[1:-1], "127.0.0.1:0"], cwd=ROOT, env=bare, capture_output=True, text=True)

    assert run.returncode != 0
    assert "SECRET_KEY" in run.stderr
    assert "Listening" not in run.stderr


def test_its_views_are_loaded_and_nothing_that_a_fork_would_lose():
    run = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["True", "1", "None"]


def test_a_worker_collects_nothing_of_what_it_loaded():
    before = gc.get_freeze_count()
    config = Config()
    config.set("post_worker_init", post_worker_init)

    config.post_worker_init(None)

    assert gc.get_freeze_count() > before
