"""Another broker in the middle of a test."""

import kombu.pools

from pops.celery import app as celery_app


def use_broker(url: str) -> None:
    """Send all tasks there from now on."""
    celery_app.conf.broker_url = url
    celery_app.amqp._producer_pool = celery_app._pool = None  # connections to the other one are kept in there
    kombu.pools.reset()
