"""Imports that were brought in the back office, and the end of their files."""

import logging
import shutil
import tempfile
from pathlib import Path

from celery import shared_task
from django.utils import timezone

from pops.core.imports.brought import claim_import, find_waiting, forget_old
from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import

logger = logging.getLogger(__name__)

# An upload has 10 MB at most: some ten seconds' work.
TIME_LIMIT = 240


@shared_task(time_limit=TIME_LIMIT)
def work_off_imports() -> None:
    """Check or load what was asked for, oldest first. Called when it is asked for, and by the sweep."""
    for run_id in find_waiting(now=timezone.now()):
        run = claim_import(run_id=run_id, now=timezone.now())
        if run is not None:
            _work(run)


@shared_task
def forget_imports() -> None:
    """Delete the files and findings of imports that are some days old, and what dead imports left behind."""
    forget_old(now=timezone.now())


def _work(run: AccountImport) -> None:
    only_check = run.state == AccountImport.State.CHECKING
    wish = Wish(kind=run.kind, columns=run.column_of, skip_bad=run.skip_bad, only_check=only_check)

    def tell(step: str, line: int) -> None:
        run.note(lines_done=line, touched_at=timezone.now())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts"
        with run.file.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        try:
            run_import(run, path=path, wish=wish, now=timezone.now(), tell=tell)
        except Exception:
            # What it says may hold a patient's name.
            logger.error("Import %s broke off", run.pk)
    run.note(ended_at=timezone.now())
