"""A link's token stands in no log, whatever becomes of the request."""

import datetime as dt
import logging
from types import SimpleNamespace

import pytest
from celery.utils.log import get_task_logger
from django.test import Client
from gunicorn.config import Config

from pops.celery import app as celery_app
from pops.core.logs import hide_tokens
from pops.gunicorn import TokenlessLogger, access_log_format
from pops.quickpay.models import Link
from tests.moments import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(capfd):
    """What our console handler writes, as it is configured."""
    [handler] = [one for one in logging.getLogger().handlers if one.name == "console"]
    lines = []
    emit, handler.emit = handler.emit, lambda record: lines.append(handler.format(record))
    yield lines
    handler.emit = emit


def test_nothing_that_django_logs_names_one(token, console, practice, monkeypatch):
    Link.objects.update(replaced_at=NOON)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.get(f"/q/{token}/")
    client.get(f"/q/{token[1:]}/")
    client.post(f"/q/{token}/")
    client.post("/q/", {"token": token})
    monkeypatch.setattr("pops.web.portal.quickpay.links.find_link", lambda token: 1 / 0)
    client.get(f"/q/{token}/")
    practice.opened_at = None
    practice.save()
    client.get(f"/q/{token}/")

    text = "\n".join(console)
    assert text.count("/q/[hidden]/") >= 5
    assert "ZeroDivisionError" in text
    assert token not in text
    assert token[1:] not in text


def test_nothing_that_the_web_server_logs_names_one(token, caplog):
    logger = TokenlessLogger(Config())
    logger.error_log.propagate = True
    logger.error("Error handling request %s", f"/q/{token}/")
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": f"/q/{token}/", "PATH_INFO": f"/q/{token}/", "SERVER_PROTOCOL": "1"}
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[])
    request = SimpleNamespace(headers=[("AUTHORIZATION", f"Bearer {token}")])
    atoms = logger.atoms(answer, request, environ, dt.timedelta(milliseconds=1204))

    assert access_log_format % atoms == '- "GET /q/[hidden]/" 200 1 1204ms'
    assert token not in str(atoms)  # whatever the format of a practice's own asks for
    assert "Error handling request /q/[hidden]/" in caplog.text
    assert token not in caplog.text


def test_nothing_that_a_worker_logs_names_one(token, console, monkeypatch):
    monkeypatch.setattr(celery_app.log, "already_setup", False)
    celery_app.log.setup("INFO")  # as each worker and the scheduler do when they start
    get_task_logger("pops").warning("Could not write what leads to /q/%s/", token)

    assert [line for line in console if line.endswith("pops Could not write what leads to /q/[hidden]/")]
    assert token not in "".join(console)


def test_other_addresses_stay_as_they_are():
    text = "GET /receipts/1001/ /quickpay/0b1c/ /faq/open/ /q/ /new-address/eyJ:1/ /q/abc"

    assert hide_tokens(text) == "GET /receipts/1001/ /quickpay/0b1c/ /faq/open/ /q/ /new-address/[hidden]/ /q/[hidden]"
