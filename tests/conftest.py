import datetime as dt
import gc
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from csp.constants import SELF
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from factory.django import DjangoModelFactory
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from batches.models import ReferenceBatch
from notifications.delivery import deliver_due
from notifications.models import Message
from payments.gateway.intents import Result
from payments.models import Payment
from payments.recording.payments import record_outcome
from pops.celery import app as celery_app
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from pops.local.stripe_sandbox import StripeSandbox
from pops.local.twilio_sandbox import TwilioSandbox
from pops.web.api.throttling import _taken_at
from pops.web.sign_in.codes import send_code
from pops.web.sign_in.second_factor import SESSION_KEY
from receipts.models import Receipt
from tests.books import assert_books_balance
from tests.browsing import wait_for_answers
from tests.emptying import empty_database
from tests.factories.accounts import GuarantorFactory, PatientFactory, login_of
from tests.factories.desk import batch_of, clerk
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import PracticeFactory
from tests.factories.staff import MANAGER, member
from tests.moments import NOON
from tests.subscribers.receiver import Receiver
from tests.tables import drop_tables, use_tables

# How long an example takes is the machine's matter; fixtures made once for all examples are what is meant.
hypothesis_settings.register_profile(
    "pops", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("pops")


def pytest_configure() -> None:
    """What makes tests fast, and static files as they lie there: none should need collectstatic first."""
    use_tables()
    TransactionTestCase._fixture_teardown = empty_database  # type: ignore[method-assign]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # The real one is slow by intent.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Once, where the other processes were started from, or in the only one."""
    if not hasattr(session.config, "workerinput"):
        drop_tables()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: what is begun last is waited for by all other processes."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """All that is loaded by now stays: no collection of garbage need look at it again, some hundred times a minute."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """The books are right after each test that really commits: races, workers, browsers. No test can forget it."""
    yield
    if commits(item) and not item.get_closest_marker("books_are_wrong"):
        assert_books_balance()


def commits(item: pytest.Item) -> bool:
    """Whether a test writes for all to see, as pytest-django decides it."""
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server", "django_db_reset_sequences"}
    return bool(marker and marker.kwargs.get("transaction")) or not fixtures.isdisjoint(
        getattr(item, "fixturenames", ())
    )


STILL_THERE = """
SELECT application_name, state, query FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Nobody is in the way when the tests' database is dropped: a thread that ended leaves its connection to the
    collection of garbage. Of a session that is there all the same, what it asked last is told."""
    yield
    gc.collect()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(STILL_THERE)
        for session in cursor.fetchall():
            warnings.warn(f"left open: {session}", stacklevel=1)


@pytest.fixture(scope="session", autouse=True)
def media_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Workers store PDFs: not among those of a practice."""
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    """Rate limits of one test must not reach the next."""
    cache.clear()
    _taken_at.cache_clear()


@pytest.fixture(autouse=True)
def numbers_from_the_start() -> None:
    """Factories count anew in each test: no number that a test names itself is reached on some other run."""
    for made in DjangoModelFactory.__subclasses__():
        made.reset_sequence(force=True)


@pytest.fixture(autouse=True)
def answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """No request of a test's browser is still at work when its database is emptied: one of them would lose."""
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:  # those that a test opened beside its page
            context.close()
    if "live_server" in request.fixturenames:
        wait_for_answers()


@pytest.fixture
def mail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in codes are sent by the worker; here the request does it, by email or by text."""

    def send(**facts: Any) -> bool:
        is_new = send_code(**facts)
        for channel in Message.Channel:
            deliver_due(lane=Message.Lane.URGENT, channel=channel, seconds=5)
        return is_new

    monkeypatch.setattr("pops.web.sign_in.by_code.send_code", send)


@pytest.fixture
def stripe_sandbox(settings: Any) -> Iterator[StripeSandbox]:
    """Stripe's test mode on this machine; sends no webhook until a test gives it the address."""
    with StripeSandbox(processing_delay=600) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        settings.STRIPE_JS_URL = f"{sandbox.url}/stripe.js"
        settings.STRIPE_SECRET_KEY = sandbox.secret_key
        settings.STRIPE_PUBLISHABLE_KEY = sandbox.publishable_key
        settings.STRIPE_WEBHOOK_SECRET = sandbox.webhook_secret
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        allowed = {name: [SELF, sandbox.url] for name in ("script-src", "frame-src", "connect-src")}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, **allowed}}
        yield sandbox


@pytest.fixture
def twilio(settings: Any, tmp_path: Path) -> Iterator[TwilioSandbox]:
    """Texts are on, and go to Twilio's stand-in on this machine."""
    folder = tmp_path / "texts"
    folder.mkdir()
    with TwilioSandbox(data_dir=folder) as sandbox:
        settings.TEXTS_ARE_ON = True
        settings.TWILIO_API_BASE = sandbox.url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = sandbox.account_sid, sandbox.auth_token
        settings.TWILIO_FROM, settings.TWILIO_CODES_FROM = "+13125550100", "+13125550101"
        yield sandbox


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker on the real broker."""
    with start_worker(celery_app, pool="threads", concurrency=4, perform_ping_check=False):
        yield


@pytest.fixture
def practice(db: None) -> Practice:
    return PracticeFactory()


@pytest.fixture
def guarantor(practice: Practice) -> Guarantor:
    return GuarantorFactory()


@pytest.fixture
def maria(practice: Practice) -> Guarantor:
    """Who signs in by her name and a fact on file."""
    maria: Guarantor = GuarantorFactory(name="María Álvarez", account_number="48210", email="maria@example.com")
    PatientFactory(guarantor=maria, name="María Álvarez", birth_date=dt.date(1984, 3, 1))
    return maria


@pytest.fixture
def staff_user(db: None) -> User:
    return member(MANAGER, name="Dana Whitfield")


@pytest.fixture
def dana(practice: Practice) -> User:
    """A billing manager at the desk, in a batch of hers."""
    dana = clerk()
    batch_of(dana)
    return dana


@pytest.fixture
def pay(practice: Practice) -> Callable[..., Receipt]:
    """Record a payment as Stripe reports it and return its receipt."""

    def pay(
        guarantor: Guarantor | None = None,
        *,
        cents: int = 5000,
        at: dt.datetime = NOON,
        result: Result = Result.PAID,
    ) -> Receipt:
        payment: Payment = PaymentFactory(guarantor=guarantor or GuarantorFactory(), amount_cents=cents)
        number = record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, result, at=at))
        return Receipt.objects.get(number=number)

    return pay


@pytest.fixture
def client_of() -> Callable[[Guarantor | User], Client]:
    """A browser-like client, signed in; staff with their authenticator."""

    def client_of(who: Guarantor | User) -> Client:
        client = Client()
        user = login_of(who) if isinstance(who, Guarantor) else who
        client.force_login(user)
        if user.is_staff:
            session = client.session
            session[SESSION_KEY] = "test"
            session.save()
        return client

    return client_of


@pytest.fixture
def open_batch(pay: Callable[..., Receipt]) -> ReferenceBatch:
    """Today's API Payments batch with one receipt of $50.00 in it."""
    return pay().batch


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Another program of the practice's, on this machine, where webhooks may go."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with Receiver() as receiver:
        yield receiver
