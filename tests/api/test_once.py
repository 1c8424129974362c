"""A write that is sent twice is done once, and its copy gets the first answer."""

import datetime as dt
import json

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.response import Response

from pops.core.practice.models import Facility
from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceAccount
from pops.web.api.idempotency import KEPT, _Work, forget_calls, get_attempt_id, once
from pops.web.api.models import SentCall
from pops.web.api.views import ApiView
from tests.api.shapes import PlaceShape
from tests.concurrency import run_together
from tests.factories.api import new_key, service_account


class Places(ApiView):
    """A view that writes, as those of version 1 do."""

    scopes = {"POST": "practice:write", "PUT": "practice:write"}
    rights = {"POST": "practice.add_facility", "PUT": "practice.add_facility"}

    @once
    def post(self, request):
        asked = self.read(PlaceShape)
        place = Facility.objects.create(name=asked["name"])
        if Facility.objects.filter(name=place.name).count() > 1:
            raise Refused("twice", "This place is there already.")
        return Response({"id": place.pk}, status=201, headers={"Location": f"/places/{place.pk}", "ETag": '"a"'})

    put = post


class AsksStripe(ApiView):
    """A view whose service does its work once by itself. What else happens while it asks is `meanwhile`."""

    meanwhile = []
    scopes = {"POST": "refunds:write"}
    rights = {"POST": "receipts.refund_receipt"}

    @once(asks_stripe=True)
    def post(self, request):
        key = get_attempt_id(self).int % 2**31
        _, made = Facility.objects.get_or_create(pk=key, defaults={"name": request.data["name"]})
        for happen in [self.meanwhile.pop()] if self.meanwhile else []:
            happen()
        if made and request.data.get("dies"):
            raise RuntimeError("the web server was killed here")
        return Response({"made": made}, status=202)


def send(text, body, *, key="first", view=Places, method="post"):
    headers = {"Authorization": f"Bearer {text}", **({"Idempotency-Key": key} if key is not None else {})}
    request = getattr(RequestFactory(), method)(
        "/api/v1/places", body, content_type="application/json", headers=headers
    )
    answer = view.as_view()(request)
    if hasattr(answer, "render"):
        answer.render()
    return answer


@pytest.fixture
def text(practice):
    return new_key(service_account()).text


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_a_copy_gets_the_first_answer(self, text):
        first = send(text, {"name": "Annex"})
        again = send(text, '{ "name" : "Annex" }')

        assert Facility.objects.count() == 1
        assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
        assert [again[name] for name in ("Location", "ETag")] == [first[name] for name in ("Location", "ETag")]
        assert (again["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)

    def test_another_body_under_the_key_is_an_error(self, text):
        send(text, {"name": "Annex"})
        other = send(text, {"name": "Attic"})

        assert (other.status_code, json.loads(other.content)["code"]) == (422, "key_reused")
        assert list(Facility.objects.values_list("name", flat=True)) == ["Annex"]

    def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(self, text):
        other = new_key(service_account(name="The kiosk")).text

        assert send(text, {"name": "Annex"}).status_code == send(other, {"name": "Attic"}).status_code == 201

    def test_what_was_refused_left_nothing_and_is_judged_again(self, text):
        Facility.objects.create(name="Annex")
        assert send(text, {"name": "Annex"}).status_code == 409
        assert not SentCall.objects.exists()
        Facility.objects.update(name="Attic")

        assert send(text, {"name": "Annex"}).status_code == 201

    def test_it_is_known_before_anything_else_is_judged(self, text):
        """Also where the first call would be refused by now, or another one is wrong before it asks the database."""
        send(text, {"name": "Annex"})
        Facility.objects.create(name="Annex")
        again, other = send(text, {"name": "Annex"}), send(text, {"nome": "Annex"})

        assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
        assert json.loads(other.content)["code"] == "key_reused"

    def test_to_know_it_takes_no_question_of_its_own(self, text, django_assert_num_queries):
        send(text, {"name": "Attic"}, key="which notes that the key is used")
        with django_assert_num_queries(6):  # the key, begin, the place made and counted, the answer kept, commit
            send(text, {"name": "Annex"})

    @pytest.mark.parametrize("key", [None, "", "a" * 256, "clé"])
    def test_a_post_takes_a_key(self, text, key):
        assert send(text, {"name": "Annex"}, key=key).status_code == 400
        assert not Facility.objects.exists()

    def test_what_its_address_names_needs_none(self, text):
        assert send(text, {"name": "Annex"}, key=None, method="put").status_code == 201
        assert not SentCall.objects.exists()

    def test_answers_are_kept_for_more_than_a_day(self, text):
        send(text, {"name": "Annex"})
        now = timezone.now()

        assert forget_calls(now=now + dt.timedelta(days=1)) == 0
        assert forget_calls(now=now + KEPT) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one(text):
    answers = run_together([lambda: send(text, {"name": "Annex"})] * 8, width=8)

    assert Facility.objects.count() == 1
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 7


@pytest.mark.django_db(transaction=True)
def test_of_two_that_did_not_wait_one_is_done(text, monkeypatch):
    """A process of the release before takes the key by its row alone."""
    made = Facility.objects.create

    def make_meanwhile(**facts):
        account = ServiceAccount.objects.get().pk
        run_together(
            [lambda: SentCall.objects.create(account_id=account, key="first", asked=b"its", status=201)], width=1
        )
        return made(**facts)

    monkeypatch.setattr(Facility.objects, "create", make_meanwhile)
    answer = send(text, {"name": "Annex"})

    assert json.loads(answer.content)["code"] == "key_reused"
    assert not Facility.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestWhatAsksTheCardProcessor:
    def test_it_holds_no_transaction_and_is_done_once(self, text):
        answers = run_together([lambda: send(text, {"name": "Annex"}, view=AsksStripe)] * 4, width=4)

        assert Facility.objects.count() == 1
        assert {answer.status_code for answer in answers} == {202}

    def test_after_a_kill_it_is_done_again_by_the_same_id(self, text):
        with pytest.raises(RuntimeError):
            send(text, {"name": "Annex", "dies": True}, view=AsksStripe)
        other = send(text, {"name": "Attic"}, view=AsksStripe)
        again = send(text, {"name": "Annex", "dies": True}, view=AsksStripe)

        assert other.status_code == 422
        assert (again.status_code, again.data, Facility.objects.count()) == (202, {"made": False}, 1)

    def test_a_copy_that_is_refused_leaves_the_answer_of_the_first_to_be_kept(self, text, monkeypatch):
        def refuse():
            raise Refused("too_late", "This was of yesterday.")

        copies = []
        monkeypatch.setattr(
            AsksStripe, "meanwhile", [refuse, lambda: copies.append(send(text, {"name": "Annex"}, view=AsksStripe))]
        )
        first = send(text, {"name": "Annex"}, view=AsksStripe)
        again = send(text, {"name": "Annex"}, view=AsksStripe)

        assert (first.status_code, [copy.status_code for copy in copies]) == (202, [409])
        assert (again["Idempotency-Replayed"], again.content) == ("true", first.content)

    def test_the_answer_of_a_copy_is_kept_although_the_first_was_refused_meanwhile(self, text, monkeypatch):
        with pytest.raises(RuntimeError):  # the first one is at Stripe, and will be refused while its copy is there
            send(text, {"name": "Annex", "dies": True}, view=AsksStripe)
        monkeypatch.setattr(AsksStripe, "meanwhile", [lambda: SentCall.objects.all().delete()])

        copies = [send(text, {"name": "Annex", "dies": True}, view=AsksStripe) for _ in range(2)]

        assert [copy.status_code for copy in copies] == [202, 202]
        assert (copies[1]["Idempotency-Replayed"], copies[1].content) == ("true", copies[0].content)

    def test_a_copy_leaves_the_key_to_another_call_that_took_it_meanwhile(self, text, monkeypatch):
        monkeypatch.setattr(AsksStripe, "meanwhile", [lambda: SentCall.objects.update(asked=b"the other's")])
        send(text, {"name": "Annex"}, view=AsksStripe)

        assert SentCall.objects.get().status is None

    def test_a_copy_of_a_call_that_is_refused_just_then_is_the_first(self, text, monkeypatch):
        claim, gone = _Work._claim, [True]
        monkeypatch.setattr(_Work, "_claim", lambda work: False if gone and gone.pop() else claim(work))

        answers = [send(text, {"name": "Annex"}, view=AsksStripe) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[1]["Idempotency-Replayed"] == "true"
