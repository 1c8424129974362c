"""Who takes a payment and works in no batch of the day gets one, if the practice has it so."""

import functools

import pytest

from batches.models import ReferenceBatch
from batches.working import NoAttachedBatch, detach_batch
from pops.core.practice.models import Practice
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.desk import batch_of, clerk, close, take
from tests.factories.staff import DESK, member


@pytest.mark.django_db
def test_one_under_the_clerks_name_and_the_same_one_again(practice):
    dana, ruth = member(DESK, name="Dana Whitfield"), member(DESK, name="Dana Whitfield")

    first = take(dana)
    detach_batch(by=dana)
    again, other = take(dana), take(ruth)

    assert first.batch.description == "Front desk, Dana Whitfield"
    assert first.batch.title.count("Dana Whitfield") == 1
    assert (first.batch, first.batch.user) == (again.batch, dana)
    assert other.batch.description == f"Front desk, Dana Whitfield ({ruth.pk})"
    assert first.batch.attachments.get().user == dana


@pytest.mark.django_db
def test_after_a_close_another_one(practice):
    dana = clerk()
    batch = batch_of(dana)
    close(batch, dana)

    assert take(dana).batch != batch


@pytest.mark.django_db
def test_not_where_it_is_switched_off_or_without_the_right(practice):
    with pytest.raises(NoAttachedBatch):
        take(UserFactory(is_staff=True))
    Practice.objects.update(opens_batches=False)
    with pytest.raises(NoAttachedBatch):
        take(member(DESK))


@pytest.mark.django_db(transaction=True)
def test_many_first_payments_of_one_clerk_open_one(practice):
    dana = clerk()
    run_together([functools.partial(take, dana, guarantor=who) for who in GuarantorFactory.create_batch(8)], width=8)

    assert ReferenceBatch.objects.filter(is_api=False).count() == 1
