"""Staff let people open accounts, end that, and change addresses: each with who and why, and a word to the account."""

import pytest
from django.urls import reverse

from notifications.models import Message
from pops.core.access.models import User
from pops.logins.models import AccountLogin, EmailChange
from tests.factories.accounts import GuarantorFactory, UserFactory, link, login_of
from tests.factories.staff import ADMIN, DESK, member

REASON = "She asked for it at the desk."


@pytest.fixture
def dana(practice):
    return member(DESK, name="Dana Whitfield")


@pytest.fixture
def desk(dana, client_of):
    return client_of(dana)


@pytest.fixture
def charlotte(practice):
    return GuarantorFactory(name="Charlotte Beaumont", account_number="48280", email="c.beaumont@example.com")


@pytest.fixture
def odette(practice):
    return GuarantorFactory(name="Odette Beaumont", account_number="48294", email="odette@example.com", login=False)


def page(guarantor):
    return reverse("admin:accounts_guarantor_change", args=[guarantor.pk])


def let(desk, guarantor, person, **more):
    address = reverse("backoffice:link_person", args=[guarantor.pk])
    return desk.post(address, {"person": person, "reason": REASON, **more})


def posted():
    return list(Message.objects.order_by("pk").values_list("kind", "to"))


@pytest.mark.parametrize("person", ["48280", " 48280 ", "c.beaumont@example.com", "C.Beaumont@Example.com"])
def test_a_person_is_let_open_an_account(desk, charlotte, odette, client_of, person):
    assert let(desk, odette, person).url == page(odette)

    link = AccountLogin.objects.get(guarantor=odette)
    assert (link.user, link.is_own) == (login_of(charlotte), False)
    assert "Odette Beaumont" in client_of(charlotte).get("/accounts/").content.decode()
    assert posted() == [("access_given", "odette@example.com")]


def test_who_has_no_account_gets_a_login(desk, odette):
    assert "Enter the person’s name" in let(desk, odette, "paul@example.com").content.decode().replace("&#x27;", "’")

    let(desk, odette, "paul@example.com", name="Paul Beaumont")

    user = AccountLogin.objects.get(guarantor=odette).user
    assert (user.email, user.name, user.has_usable_password()) == ("paul@example.com", "Paul Beaumont", False)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("48294", "Nobody signs in to an account of this number."),
        ("99999", "Nobody signs in to an account of this number."),
        ("shared@example.com", "Several people sign in with this address."),
        ("48280", "This person opens the account already."),
        ("a@b", "Enter a valid email address."),
        ("", "Enter an account number or an email address."),
    ],
)
def test_who_is_meant_must_be_clear(desk, charlotte, odette, person, words):
    for _ in range(2):
        GuarantorFactory(email="shared@example.com")
    link(odette, login_of(charlotte))

    answer = let(desk, odette, person)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert AccountLogin.objects.filter(guarantor=odette).count() == 1
    assert not Message.objects.exists()


def test_staff_are_not_let_in_by_their_own_login(desk, dana, odette):
    let(desk, odette, dana.email, name="Dana at home")

    assert AccountLogin.objects.get(guarantor=odette).user != dana


def test_it_is_ended_at_once(desk, charlotte, odette, client_of):
    made = link(odette, login_of(charlotte))
    client = client_of(charlotte)
    client.post("/accounts/switch/", {"account": odette.pk})

    answer = desk.post(reverse("backoffice:unlink", args=[odette.pk, made.pk]), {"reason": REASON})

    assert answer.url == page(odette)
    assert client.get("/").context["guarantor"] == charlotte
    assert client.post("/accounts/switch/", {"account": odette.pk}).status_code == 404
    assert posted() == [("access_taken", "odette@example.com")]


def test_the_sign_in_of_another_account_is_not_ended_by_its_number(desk, charlotte, odette):
    made = charlotte.account_logins.get()

    answer = desk.post(reverse("backoffice:unlink", args=[odette.pk, made.pk]), {"reason": REASON})

    assert answer.status_code == 404
    assert AccountLogin.objects.filter(pk=made.pk).exists()


def test_a_reason_is_asked_for(desk, charlotte, odette):
    assert let(desk, odette, "48280", reason=" ").status_code == 422
    made = charlotte.account_logins.get()
    assert desk.post(reverse("backoffice:unlink", args=[charlotte.pk, made.pk]), {}).status_code == 422
    assert (
        desk.post(reverse("backoffice:change_email", args=[odette.pk]), {"email": "x@example.com"}).status_code == 422
    )

    assert AccountLogin.objects.get() == made
    assert not EmailChange.objects.exists()


def test_the_history_says_who_and_why(desk, charlotte, odette):
    let(desk, odette, "48280")
    made = AccountLogin.objects.get(guarantor=odette)
    desk.post(reverse("backoffice:unlink", args=[odette.pk, made.pk]), {"reason": "The form was taken back."})

    shown = desk.get(reverse("admin:accounts_guarantor_history", args=[odette.pk])).content.decode()

    for text in ("Opened by", "Charlotte Beaumont", "Dana Whitfield", REASON, "The form was taken back."):
        assert text in shown


def test_a_guarantor_is_let_in_by_the_address_on_file(desk, odette):
    assert "Let the guarantor sign in" in desk.get(page(odette)).content.decode()

    desk.post(reverse("backoffice:let_in", args=[odette.pk]), {"reason": REASON})

    assert login_of(odette).email == "odette@example.com"
    assert "Let the guarantor sign in" not in desk.get(page(odette)).content.decode()
    again = desk.post(reverse("backoffice:let_in", args=[odette.pk]), {"reason": REASON})
    assert "has a sign-in of their own already" in again.content.decode()


def test_an_address_is_changed_by_a_link_to_it(desk, charlotte):
    address = reverse("backoffice:change_email", args=[charlotte.pk])

    answer = desk.post(address, {"email": "new@example.com", "reason": REASON})

    assert answer.url == page(charlotte)
    assert posted() == [("address_asked", "c.beaumont@example.com"), ("address_confirm", "new@example.com")]
    shown = desk.get(page(charlotte)).content.decode()
    assert "new@example.com" in shown
    assert "waits to be confirmed" in shown
    charlotte.refresh_from_db()
    assert charlotte.email == "c.beaumont@example.com"


def test_the_page_says_whose_address_changes_too_and_whose_stays(desk, charlotte, odette):
    GuarantorFactory(name="Hugo Beaumont", account_number="48299", email=charlotte.email)
    odette.email = charlotte.email
    odette.save()
    link(odette, login_of(charlotte))

    shown = desk.get(reverse("backoffice:change_email", args=[charlotte.pk])).content.decode()

    assert "It changes for Odette Beaumont (48294) too." in shown
    assert "Hugo Beaumont (48299) has the same address and keeps it." in shown


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("c.beaumont@example.com", "This is the address on file already."),
        ("nonsense", "This is not an email address."),
        ("", "Enter the new address."),
    ],
)
def test_a_wrong_address_is_said_beside_it(desk, charlotte, email, words):
    answer = desk.post(reverse("backoffice:change_email", args=[charlotte.pk]), {"email": email, "reason": REASON})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not EmailChange.objects.exists()


def test_a_change_that_waits_is_withdrawn(desk, charlotte, dana, time_machine):
    desk.post(reverse("backoffice:change_email", args=[charlotte.pk]), {"email": "new@example.com", "reason": REASON})
    address = reverse("backoffice:withdraw_email", args=[charlotte.pk])

    assert desk.post(address, {}).url == page(charlotte)

    assert "waits to be confirmed" not in desk.get(page(charlotte)).content.decode()
    assert desk.post(address, {}).status_code == 422


def test_a_guarantors_login_is_not_given_another_address_past_its_reader(charlotte, client_of):
    administrator = client_of(member(ADMIN))
    user = login_of(charlotte)
    address = reverse("admin:access_user_change", args=[user.pk])

    administrator.post(address, {"email": "evil@example.com", "name": "Charlotte", "is_active": "on", "why": REASON})

    user.refresh_from_db()
    assert (user.email, user.name) == ("c.beaumont@example.com", "Charlotte")


def test_two_members_of_staff_have_two_addresses(dana, client_of):
    administrator = client_of(member(ADMIN))
    other = UserFactory(is_staff=True, email="ruth@example.com")
    patient = UserFactory(email=dana.email)

    for user in (other, patient):
        address = reverse("admin:access_user_change", args=[user.pk])
        form = {"email": dana.email, "name": "Ruth", "is_staff": "on", "is_active": "on", "why": REASON}
        answer = administrator.post(address, form)
        assert "Another member of staff signs in with this address." in answer.content.decode()
    assert User.objects.filter(email=dana.email, is_staff=True).get() == dana


def test_a_retired_account_is_opened_by_nobody(desk, charlotte, odette, client_of):
    link(odette, login_of(charlotte))
    odette.is_retired = True
    odette.save()

    assert client_of(charlotte).get("/").context["guarantor"] == charlotte
    assert "is retired." in let(desk, odette, "paul@example.com", name="Paul").content.decode()
