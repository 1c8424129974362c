"""Every task has a queue that a worker takes from; what beat sends goes stale; no nudge undoes what was committed."""

import ast

from django.conf import settings

from pops.celery import app
from tests.conventions.source import find, modules, offenders

QUEUES = {queue.name for queue in settings.CELERY_TASK_QUEUES}


def queue_of(name: str) -> str:
    return str(app.amqp.router.route({}, name)["queue"].name)


def test_every_task_goes_to_a_queue_that_is_there():
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]

    assert ours
    assert {queue_of(name) for name in ours} <= QUEUES


def test_what_beat_sends_goes_stale_before_the_next_one():
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["options"]["expires"] <= entry["schedule"], name
        assert entry["options"].get("queue", queue_of(entry["task"])) in QUEUES, name


def is_fragile(node: ast.AST) -> bool:
    """on_commit(...) without robust=True: a broker that is down would answer a committed payment with an error."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("transaction.on_commit", "on_commit"):
        return False
    return not any(one.arg == "robust" and ast.unparse(one.value) == "True" for one in node.keywords)


def test_a_nudge_that_fails_spoils_nothing():
    assert offenders(is_fragile, modules()) == [], "say robust=True: the sweep does what nobody was told of"


def test_the_check_sees_a_fragile_nudge():
    assert find(is_fragile, "transaction.on_commit(nudger.nudge, robust=True)") == []
    assert find(is_fragile, "transaction.on_commit(nudger.nudge)") == [1]
