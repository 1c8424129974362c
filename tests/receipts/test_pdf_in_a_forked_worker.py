"""Celery forks its workers: nothing that a fork would lose may be made before, or every PDF hangs (Pango 1.56)."""

import subprocess
import sys

import pytest
from celery import current_app
from django.utils import timezone

from batches.closing import close_batch
from batches.models import BatchClose, BatchDocument
from receipts.documents.calls import MAKE_MISSING, RENDER_MISSING
from receipts.models import ReceiptDocument
from tests.concurrency import wait_until
from tests.notifications.processes import processes

FORKED = """
import gc, os, sys
from pathlib import Path
from celery.concurrency.prefork import TaskPool
from pops.celery import app
def say(pool):
    imported, frozen = "weasyprint" in sys.modules, gc.get_freeze_count() > 100_000
    gc.unfreeze()  # or they are not among the objects
    from weasyprint.text.fonts import FontConfiguration
    fonts = sum(isinstance(made, FontConfiguration) for made in gc.get_objects())
    threads = len(list(Path("/proc/self/task").iterdir()))
    print(fonts, "fonts", threads, "thread", imported, frozen, file=sys.__stdout__, flush=True)
    os._exit(0)
TaskPool.on_start = say
app.Worker(pool="prefork", concurrency=1).start()
"""


def test_what_is_imported_before_the_fork_has_no_fonts_no_thread_and_is_out_of_the_garbage_collections_way():
    run = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[-1] == "0 fonts 1 thread True True"


@pytest.mark.django_db(transaction=True)
def test_a_forked_worker_renders_receipts_and_packets(pay, staff_user, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
    receipts = [pay() for _ in range(3)]
    close_batch(batch_id=receipts[0].batch_id, now=timezone.now(), by=staff_user)
    close = BatchClose.objects.get()

    with processes(tmp_path / "celery.log", mail_port=9, settings_module="pops.settings") as celery:
        celery.start(queue="documents")
        for task in (RENDER_MISSING, MAKE_MISSING):
            current_app.send_task(task)
        wait_until(lambda: ReceiptDocument.objects.count() == 3)
        wait_until(lambda: BatchDocument.objects.filter(close=close).count() == 2)

    pdfs = list(tmp_path.rglob("*.pdf"))
    assert len(pdfs) == 4
    assert all(pdf.read_bytes().startswith(b"%PDF-") for pdf in pdfs)
