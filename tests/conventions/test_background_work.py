"""Every task has a queue that a worker takes from; what beat sends goes stale before the next one."""

from django.conf import settings

from pops.celery import app

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
