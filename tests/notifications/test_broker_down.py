"""The broker goes away and comes back: payments are recorded all the while, and every receipt arrives."""

from collections import Counter

import pytest
from django.core.cache import caches

from notifications.models import Message
from pops.local.broker import Broker
from pops.local.servers import throwaway_folder
from tests.broker import use_broker
from tests.concurrency import wait_until
from tests.notifications.processes import all_sent, processes

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own_broker(settings):
    """A broker of the test's own, for tasks and for the cache."""
    with throwaway_folder() as folder:
        broker = Broker(folder, durable=False)
        use_broker(broker.start())
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": broker.url}}
        yield broker
        broker.stop()
        use_broker(settings.CELERY_BROKER_URL)
        caches["default"].close()


def test_receipts_of_a_time_without_a_broker_arrive_when_it_is_back(pay, own_broker, mail_server, tmp_path):
    with processes(tmp_path / "celery.log", mail_port=mail_server.port, broker=own_broker.url) as celery:
        celery.start("beat")
        celery.start()
        for _ in range(5):
            pay()
        wait_until(all_sent)

        own_broker.stop()
        for _ in range(10):
            pay()
        assert Message.objects.count() == 15, "recorded, whatever the worker still takes in its turn"

        own_broker.start()
        for _ in range(5):
            pay()
        wait_until(all_sent)

    arrived = Counter(mail.message_id for mail in mail_server.accepted)
    assert len(arrived) == 20
    assert set(arrived.values()) == {1}
