"""Another broker in the middle of a test."""

from contextlib import suppress

from kombu.pools import connections, producers

from pops.celery import app as celery_app


def use_broker(url: str) -> None:
    """Send all tasks there from now on."""
    celery_app.conf.broker_url = url
    celery_app.amqp._producer_pool = celery_app._pool = None  # connections to the other one are kept in there
    for group in (producers, connections):
        # Not kombu's reset(): it goes through them while a nudge's thread may add one.
        for pool in list(group.values()):
            with suppress(Exception):
                pool.force_close_all()
        group.clear()
