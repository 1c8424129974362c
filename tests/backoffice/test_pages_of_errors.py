"""Staff see an error in the back office's own frame, in the demo too: never the patients' page."""

import pytest
from django.test import Client

from pops.web.backoffice.desk.inbox import Inbox
from tests.factories.staff import ADMIN, member


@pytest.mark.parametrize("urls", ["pops.urls", "pops.local.urls"])
def test_each_error_is_staffs_own(urls, settings, practice, client_of, monkeypatch):
    settings.ROOT_URLCONF = urls
    alex = client_of(member(ADMIN))
    alex.raise_request_exception = False

    def fail(self, **context):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Inbox, "get_context_data", fail)
    answers = {
        404: alex.get("/admin/nothing/"),
        403: client_of(member("Front desk")).get("/admin/access/user/"),
        400: alex.post("/admin/desk/batch/", b"x", content_type="multipart/form-data; boundary=" + "x" * 300),
        500: alex.get("/admin/desk/inbox/"),
    }

    for status, answer in answers.items():
        page = answer.content.decode()
        assert answer.status_code == status
        assert "Back office" in page, status
        assert "Go to your account" not in page, status


def test_patients_see_their_own(db):
    assert "Back office" not in Client().get("/nothing/").content.decode()
