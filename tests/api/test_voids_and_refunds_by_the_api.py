"""Voids and refunds by the API: the desk's services, rights and refusals; online money goes back by the processor."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from payments.models import Refund
from payments.truth import bring_up_to_date
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import caller
from tests.factories.desk import batch_of, take, tender
from tests.factories.staff import DESK, MANAGER
from tests.payments.stripe_side import start

WHY = {"reason": "Keyed twice"}


@pytest.fixture
def api(practice):
    return caller(role=MANAGER)


@pytest.fixture
def batch(api):
    return batch_of(api.account.user, "Mail")


@pytest.fixture
def paid_online(stripe_sandbox, api, batch):
    """A receipt of $50.00, charged at Stripe's stand-in just now."""
    attempt = start(GuarantorFactory())
    stripe_sandbox.confirm(attempt.intent_id)
    return bring_up_to_date(payment_id=attempt.pk, now=timezone.now()).receipt


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.django_db
class TestByHand:
    def test_a_void_marks_the_receipt(self, api, batch):
        receipt = take(api.account.user)

        told = api.post(f"/receipts/{receipt.pk}/void", WHY).json()

        assert (told["status"], told["void_reason"], told["escrow_cents"]) == ("voided", "Keyed twice", 0)
        assert Receipt.objects.get(pk=receipt.pk).void.voided_by == api.account.user
        assert code(api.post(f"/receipts/{receipt.pk}/void", WHY)) == (409, "voided")

    def test_a_refund_is_a_receipt_in_the_batch_one_works_in(self, api, batch, dana):
        receipt = take(dana, tender(5000, "check", check_number="7"))
        body = {"reason": "Overpaid", "amounts": [{"method": "check", "amount_cents": 1500}], "check_number": "2210"}

        answer = api.post(f"/receipts/{receipt.pk}/refunds", body)

        refund = Receipt.objects.get(kind="refund")
        told = answer.json()
        assert (answer.status_code, told["receipt"], told["amount_cents"], told["state"]) == (
            201,
            refund.pk,
            1500,
            "succeeded",
        )
        assert (refund.batch, refund.refund_of, refund.reason) == (batch, receipt, "Overpaid")
        assert refund.transactions.get().check_number == "2210"
        assert api.get(f"/receipts/{receipt.pk}/refunds").json()["items"] == [told]

    def test_what_the_desk_refuses_is_refused(self, api, dana):
        cash = take(dana)
        back = {"reason": "Overpaid", "amounts": [{"method": "cash", "amount_cents": 5001}]}
        by_check = {"reason": "Overpaid", "amounts": [{"method": "check", "amount_cents": 100}]}
        refunds = f"/receipts/{cash.pk}/refunds"
        without_batch = code(
            api.post(refunds, {"reason": "Overpaid", "amounts": [{"method": "cash", "amount_cents": 1}]})
        )
        batch_of(api.account.user, "Mail")

        assert without_batch == (409, "no_attached_batch")
        assert code(api.post(refunds, back)) == (409, "refund_too_much")
        assert code(api.post(refunds, by_check)) == (409, "refund_too_much")
        assert code(api.post(refunds, {**back, "check_number": "7"})) == (409, "check_without_amount")
        assert code(api.post(refunds, {"reason": "Overpaid"})) == (422, "invalid")
        assert code(api.post(refunds, {**back, "reason": " "})) == (422, "invalid")
        assert code(api.post(f"/receipts/{10**9}/void", WHY)) == (404, "not_found")
        by_our_check = api.post(refunds, {**by_check, "another_way": "The drawer was empty"})
        assert by_our_check.status_code == 201
        of_a_refund = f"/receipts/{by_our_check.json()['receipt']}/refunds"
        assert code(api.post(of_a_refund, {"reason": "Overpaid"})) == (409, "no_money"), "however it is said"
        same_way = {"reason": "Overpaid", "amounts": [{"method": "cash", "amount_cents": 1}], "another_way": "By mail"}
        assert api.post(refunds, same_way).json()["reason"] == "Overpaid", "it went back as it came"

    def test_rights_are_those_of_the_role_whatever_the_scopes(self, practice, dana):
        clerk, receipt = caller(role=DESK, name="Clerk's"), take(dana)
        back = {"reason": "Overpaid", "amounts": [{"method": "cash", "amount_cents": 1}]}
        assert code(clerk.post(f"/receipts/{receipt.pk}/refunds", back)) == (403, "right_missing")
        role = clerk.account.user.groups.get()
        role.permissions.add(Permission.objects.get(codename="refund_receipt"))

        other_way = code(clerk.post(f"/receipts/{receipt.pk}/refunds", {**back, "another_way": "As asked"}))

        assert other_way == (403, "right_missing")

    def test_a_receipt_of_an_earlier_day_is_refunded_instead(self, api, time_machine):
        batch_of(api.account.user, "Mail")
        receipt = take(api.account.user)
        time_machine.move_to(timezone.now() + dt.timedelta(days=1))
        batch_of(api.account.user, "Mail of the next day")

        assert code(api.post(f"/receipts/{receipt.pk}/void", WHY)) == (409, "not_of_today")


@pytest.mark.django_db(transaction=True)
class TestOnline:
    def test_a_refund_goes_back_to_the_card_once_however_often_it_is_sent(self, api, paid_online):
        address, key = f"/receipts/{paid_online.pk}/refunds", "one refund"

        first, copy = (
            api.post(address, {"reason": "Overpaid", "amount_cents": 2000}, Idempotency_Key=key) for _ in range(2)
        )
        other = api.post(address, {"reason": "Overpaid", "amount_cents": 2001}, Idempotency_Key=key)

        made = Refund.objects.get()
        assert (first.json()["id"], first.json()["amount_cents"]) == (str(made.pk), 2000)
        assert copy.json() == first.json()
        assert code(other) == (422, "key_reused")
        assert made.requested_by == api.account.user
        assert Receipt.objects.filter(kind="refund").count() == 1

    def test_a_void_sends_all_of_it_back(self, api, paid_online):
        answer = api.post(f"/receipts/{paid_online.pk}/void", WHY)

        assert (answer.json()["voids"], answer.json()["amount_cents"]) == (True, 5000)
        assert api.get(f"/receipts/{paid_online.pk}").json()["status"] == "voided"

    @pytest.mark.parametrize(("call", "body"), [("refunds", {**WHY, "amount_cents": 2000}), ("void", WHY)])
    def test_what_stripe_refused_is_said_again_and_asked_anew_by_another_key(
        self, api, paid_online, stripe_sandbox, call, body
    ):
        address = f"/receipts/{paid_online.pk}/{call}"
        stripe_sandbox.fail_next(400, method="POST", path="/v1/refunds")

        first, copy = (api.post(address, body, Idempotency_Key="refused") for _ in range(2))

        assert code(first) == (409, "refund_failed")
        assert (copy.content, copy["Content-Type"]) == (first.content, first["Content-Type"])
        assert copy["Idempotency-Replayed"] == "true"
        assert api.post(address, body, Idempotency_Key="asked anew").json()["state"] == "succeeded"

    def test_what_came_to_no_answer_is_kept_as_under_way_and_not_as_refused(self, api, paid_online, stripe_sandbox):
        stripe_sandbox.fail_next(500, times=3, method="POST", path="/v1/refunds")

        answer = api.post(f"/receipts/{paid_online.pk}/refunds", {"reason": "Overpaid", "amount_cents": 2000})

        assert (answer.status_code, answer.json()["state"]) == (202, "requested")

    def test_what_a_rule_refused_before_stripe_was_asked_leaves_its_key_free(self, api, paid_online):
        address = f"/receipts/{paid_online.pk}/refunds"
        too_much = {"reason": "Overpaid", "amount_cents": 5001}

        assert code(api.post(address, too_much, Idempotency_Key="one")) == (409, "refund_too_much")
        assert api.post(address, {**too_much, "amount_cents": 5000}, Idempotency_Key="one").status_code == 201

    def test_what_is_left_without_amounts_goes_back_and_no_more(self, api, paid_online):
        address = f"/receipts/{paid_online.pk}/refunds"
        by_hand = {"reason": "Overpaid", "amounts": [{"method": "cash", "amount_cents": 1}]}

        assert code(api.post(address, by_hand)) == (422, "invalid")
        assert api.post(address, {"reason": "Overpaid"}).json()["amount_cents"] == 5000
        assert code(api.post(address, {"reason": "Overpaid", "amount_cents": 1})) == (409, "refund_too_much")

    def test_a_clerks_system_voids_nothing_online(self, practice, paid_online):
        clerk = caller(role=DESK, name="Clerk's")

        assert code(clerk.post(f"/receipts/{paid_online.pk}/void", WHY)) == (403, "right_missing")


@pytest.mark.django_db
class TestReturns:
    def body(self, receipt, **more):
        return {"reason": "funds", "learned_on": receipt.received_on.isoformat(), **more}

    def test_a_check_that_bounced_is_a_receipt_of_its_own(self, api, batch):
        receipt = take(api.account.user, tender(3000), tender(5000, "check", check_number="7"))

        answer = api.post(f"/receipts/{receipt.pk}/returns", self.body(receipt, note="Called"))

        (told,) = answer.json()["items"]
        assert (answer.status_code, told["kind"], told["status"], told["amount_cents"], told["refund_of"]) == (
            201,
            "returned",
            "returned",
            -5000,
            receipt.pk,
        )
        assert Receipt.objects.get(kind="returned").money_return.note == "Called"
        assert api.get(f"/receipts/{receipt.pk}").json()["escrow_cents"] == 3000
        assert code(api.post(f"/receipts/{receipt.pk}/returns", self.body(receipt))) == (409, "returned")

    def test_of_two_checks_one_is_named(self, api, batch):
        receipt = take(
            api.account.user, tender(3000, "check", check_number="6"), tender(500, "check", check_number="7")
        )
        page = f"/receipts/{receipt.pk}/returns"

        assert code(api.post(page, self.body(receipt))) == (409, "which_transaction")
        number = receipt.transactions.get(check_number="7").number
        disputed = {**self.body(receipt, transaction=number), "reason": "disputed"}
        assert code(api.post(page, disputed)) == (409, "reason_of_another")
        (told,) = api.post(page, self.body(receipt, transaction=number)).json()["items"]
        assert told["amount_cents"] == -500

    def test_it_takes_the_right_and_a_batch(self, practice, api, dana):
        receipt = take(dana, tender(500, "check", check_number="7"))

        assert (
            caller(role=DESK, name="Desk").post(f"/receipts/{receipt.pk}/returns", self.body(receipt)).status_code
            == 403
        )
        assert code(api.post(f"/receipts/{receipt.pk}/returns", self.body(receipt))) == (409, "no_attached_batch")
