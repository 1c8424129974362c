"""An address that is nobody's has the same work done for it, so that neither page nor clock tells it apart."""

import re
import threading

import pytest
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Message
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.portal.sign_in_codes import ask

pytestmark = pytest.mark.django_db(transaction=True)

WHO = re.compile(r"^SELECT set_config\(.*?, true\); ", re.DOTALL)  # for kept history, before each statement
# Ends a savepoint either way: the one difference, and the same work.
ENDS = re.compile(r"^(RELEASE|ROLLBACK TO) SAVEPOINT.*")


@pytest.fixture
def cache_calls(monkeypatch):
    """What this thread asks the cache for; the thread that nudges the worker has its own time."""
    calls = []

    def record(name):
        real = getattr(RedisCache, name)

        def recorded(*args, **kwargs):
            if threading.current_thread() is threading.main_thread():
                calls.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(RedisCache, name, recorded)

    for name in ("get", "set", "add", "delete"):
        record(name)
    return calls


def statement(sql):
    """What a statement does to which table."""
    sql = ENDS.sub("END OF SAVEPOINT", WHO.sub("", sql))
    return sql.split()[0], re.findall(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)


def work_of(email, cache_calls, **said):
    """The work from the first page over a wrong code to a new one, and what the pages say."""
    del cache_calls[:]
    with CaptureQueriesContext(connection) as queries:
        client, page = ask(email, **said)
        wrong = client.post("/sign-in/code/", {"code": "12345"})
        again = client.post("/sign-in/code/", {"action": "resend"}, follow=True)
    said = [re.sub(r'value="[^"]{20,}"', "", one.content.decode()).replace(email, "?") for one in (page, wrong, again)]
    return [statement(query["sql"]) for query in queries], list(cache_calls), said


@pytest.mark.parametrize("is_staff", [False, True])
def test_an_unknown_address_is_the_same_work(guarantor, cache_calls, is_staff):
    nobody = UserFactory(is_staff=True).email if is_staff else "stranger@example.com"
    ask("warm@example.com")

    known, unknown = work_of(guarantor.email, cache_calls), work_of(nobody, cache_calls)

    assert unknown == known
    assert ("INSERT", ["notifications_message"]) in known[0]
    assert "set" in known[1]


def test_who_has_a_phone_on_file_is_the_same_work_too(guarantor, twilio, cache_calls):
    with_phone = GuarantorFactory(phone="(312) 555-0142", phone_confirmed_at=timezone.now())
    ask("warm@example.com", by="text")

    works = [
        work_of(email, cache_calls, by="text") for email in (with_phone.email, guarantor.email, "stranger@example.com")
    ]

    assert works[0] == works[1] == works[2]
    channels = Message.objects.exclude(to="").order_by("pk").values_list("channel", flat=True)
    assert list(channels) == ["text", "text", "email", "email"]


def test_an_unknown_address_leaves_nothing_in_the_outbox(guarantor):
    ask(guarantor.email)
    ask("stranger@example.com")

    assert [message.to for message in Message.objects.all()] == [guarantor.email]
