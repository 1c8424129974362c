"""Every report of the registry becomes a file: at once and by the worker the same rows, for who has its right alone."""

import csv
import io

import pytest
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from payments.reports.models import Export, ReportRun
from payments.reports.registry import REPORTS, find_report
from payments.reports.runs import asking
from payments.reports.tasks import work_off_runs
from tests.factories.accounts import UserFactory
from tests.factories.desk import batch_of, take, tender
from tests.factories.sessions import PortalSessionFactory
from tests.moments import TODAY
from tests.reports.reading import paper_of

SLUGS = [report.slug for report in REPORTS]


def ask(client, slug, form="csv", question="span=today"):
    return client.post(reverse("backoffice:make_file", args=[slug]), {"question": question, "format": form})


def content(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", SLUGS)
def test_at_once_and_by_the_worker_it_is_the_same(slug, ruth, client_of, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(asking, "queue_runs", lambda: None)
    batch_of(ruth)
    for cents in (12_345, 700):
        take(ruth, tender(cents))
        PortalSessionFactory()
    client = client_of(ruth)
    at_once = content(ask(client, slug))
    sheet = load_workbook(io.BytesIO(content(ask(client, slug, "xlsx"))))["Rows"]
    monkeypatch.setattr(asking, "ROWS_AT_ONCE", 0)
    ask(client, slug)
    work_off_runs()
    run = ReportRun.objects.get()

    assert run.problem == ""
    assert content(client.get(reverse("backoffice:report_file", args=[run.pk]))) == at_once
    rows = list(csv.reader(io.StringIO(at_once.decode("utf-8-sig"), newline="")))
    assert (len(rows), len(rows[0])) == (sheet.max_row, sheet.max_column)
    assert {export.rows for export in Export.objects.all()} == {len(rows) - 1} != {0}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("more", ["", "&by=day", "&by=day&totals=only"])
def test_a_month_with_nothing_in_it_is_an_answer_too(slug, more, ruth, client_of):
    question = f"from=2026-02-01&to=2026-02-28{more}"
    client = client_of(ruth)
    page = client.get(f"{reverse('backoffice:report', args=[slug])}?{question}")
    in_csv = content(ask(client, slug, question=question)).decode("utf-8-sig").splitlines()
    sheet = load_workbook(io.BytesIO(content(ask(client, slug, "xlsx", question))))["Rows"]
    paper = paper_of(find_report(slug).table(find_report(slug).ask(QueryDict(question), user=ruth, today=TODAY), ruth))

    assert page.status_code == 200
    assert "Nothing." in page.content.decode() or "only" in more
    assert [len(in_csv), sheet.max_row] == [2 if "only" in more else 1] * 2
    assert ("Nothing." if "only" not in more else "Grand total") in paper


@pytest.mark.parametrize("slug", SLUGS)
def test_who_has_not_its_right_gets_none_and_what_is_odd_is_told(slug, ruth, client_of):
    nobody = UserFactory(is_staff=True)
    nobody.user_permissions.set(ruth.groups.get().permissions.filter(codename="view_reportrun"))

    assert ask(client_of(nobody), slug).status_code == 403
    odd = ask(client_of(ruth), slug, question="from=2026-02-31&to=2026-03-01")
    assert odd.status_code == 302
    assert not Export.objects.exists()
