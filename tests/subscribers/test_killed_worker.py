"""A real worker on the real broker, killed while another program has what was posted and has not answered yet."""

import threading
from collections import Counter

import pytest
from django.db.models.functions import Now

from notifications.models import Message
from tests.notifications.processes import processes, sweep_until

pytestmark = pytest.mark.django_db(transaction=True)

CLOCKS = ("sequence-changes", "sweep-hooks")
HOOKS = Message.objects.filter(lane=Message.Lane.HOOKS)


@pytest.mark.long
def test_what_it_was_posting_comes_again_under_the_same_id_and_all_else_once(
    pay, endpoint, receiver, tmp_path, monkeypatch
):
    def all_told():
        return HOOKS.count() == 4 and not HOOKS.exclude(state="sent").exists()

    monkeypatch.setenv("WEBHOOK_NETWORKS", "127.0.0.0/8")
    worker_is_gone = threading.Event()
    receiver.answer = lambda got: worker_is_gone.wait() and 200
    for _ in range(3):
        pay()

    with processes(tmp_path / "celery.log", mail_port=0, settings_module="tests.subscribers.worker_settings") as celery:
        worker = celery.start(queue="hooks")
        sweep_until(lambda: receiver.got, *CLOCKS)
        celery.kill(worker)
        worker_is_gone.set()
        posted = set(receiver.ids)
        assert HOOKS.filter(state="sending").exists(), "nobody noted an answer"
        HOOKS.filter(state="sending").update(due_at=Now())  # what a worker claims is free after a while
        celery.start(queue="hooks")
        sweep_until(all_told, *CLOCKS)

    assert Counter(receiver.ids) == {**dict.fromkeys(posted, 2), **dict.fromkeys(set(receiver.ids) - posted, 1)}
    assert len(set(receiver.ids)) == 4  # the batch that was opened, and three receipts
