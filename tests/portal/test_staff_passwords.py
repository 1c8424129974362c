"""Staff choose a password by a mailed link: forgotten, or their first. Once, for a day, and the second factor stays."""

import datetime as dt
import logging
import re

import pytest
from django.urls import reverse

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.core.access.models import User
from pops.core.logs import hide_tokens
from tests.factories.accounts import UserFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member
from tests.moments import NOON

pytestmark = pytest.mark.django_db
NEW = "a whole new sentence for a test"
ASK = "/staff/password/"


@pytest.fixture
def dana(practice):
    dana = member(DESK, name="Dana Whitfield", email="dana@example.com")
    dana.set_password("an old sentence for a test")
    dana.save()
    return dana


def sent(mailoutbox):
    for channel in Message.Channel:
        deliver_due(lane=Message.Lane.URGENT, channel=channel, seconds=5)
    return mailoutbox


def link_in(mail):
    return re.search(r"https?://[^/]+(/staff/password/\S+)", mail.body)[1]


def ask(client, mailoutbox, email="dana@example.com"):
    mailoutbox.clear()
    assert client.post(ASK, {"email": email}).url == f"{ASK}sent/"
    return sent(mailoutbox)


def choose(client, link, password=NEW):
    page = client.get(link, follow=True)
    if page.status_code != 200:
        return page
    return client.post(page.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})


def sign_in(client, password):
    return client.post("/staff/sign-in/", {"login": "dana@example.com", "password": password})


def test_a_forgotten_password_by_mail(client, dana, mailoutbox):
    assert ASK in client.get("/staff/sign-in/").content.decode()
    [mail] = ask(client, mailoutbox, "Dana@Example.com")
    assert mail.to == ["dana@example.com"]
    link = link_in(mail)

    assert choose(client, link).url == "/staff/sign-in/"

    page = client.get("/staff/sign-in/").content.decode()
    assert "Your password is set. Sign in with it." in page
    assert "_auth_user_id" not in client.session, "a link signs nobody in"
    assert [mail.subject for mail in sent(mailoutbox)][1:] == [
        "Your password for the back office of Lakeside Family Medicine was changed"
    ]
    assert sign_in(client, "an old sentence for a test").status_code == 200
    assert sign_in(client, NEW).url == "/admin/"
    assert client.get("/admin/").url == "/staff/authenticator/", "the second factor is asked for as always"


def test_a_link_works_once_for_a_day_and_the_page_says_so(client, dana, mailoutbox, time_machine):
    time_machine.move_to(NOON, tick=False)
    [mail] = ask(client, mailoutbox)
    [other] = ask(client, mailoutbox)[-1:]
    choose(client, link_in(mail))

    for link in (link_in(mail), link_in(other), f"{ASK}MQ/abc-def/"):
        answer = choose(client, link)
        assert (answer.status_code, "This link doesn’t work any more" in answer.content.decode()) == (404, True)
    [mail] = ask(client, mailoutbox)[-1:]
    time_machine.move_to(NOON + dt.timedelta(hours=25), tick=False)
    assert choose(client, link_in(mail)).status_code == 404


def test_nobody_learns_who_is_staff(client, dana, guarantor, mailoutbox):
    User.objects.create(email="gone@example.com", is_staff=True, is_active=False)
    answers = []
    for email in ("dana@example.com", guarantor.email, "gone@example.com", "nobody@example.com"):
        answer = client.post(ASK, {"email": email}, follow=True)
        answers.append((answer.redirect_chain, re.sub(r'value="\w{64}"', "", answer.content.decode())))

    assert len({str(answer) for answer in answers}) == 1
    assert [mail.to for mail in sent(mailoutbox)] == [["dana@example.com"]]


def test_links_are_limited_and_the_answer_stays_the_same(client, dana, mailoutbox):
    for _ in range(6):
        ask(client, mailoutbox)

    assert Message.objects.filter(kind="staff", to="dana@example.com").count() == 4


def test_a_link_gives_nothing_to_who_may_not_sign_in(client, dana, mailoutbox):
    [mail] = ask(client, mailoutbox)
    User.objects.filter(pk=dana.pk).update(is_active=False)

    assert choose(client, link_in(mail)).status_code == 404


def test_a_weak_password_is_refused_in_words(client, dana, mailoutbox):
    [mail] = ask(client, mailoutbox)

    answer = choose(client, link_in(mail), "dana")

    assert "too short" in answer.content.decode()
    dana.refresh_from_db()
    assert dana.check_password("an old sentence for a test")


def test_no_log_names_the_token(client, dana, mailoutbox, caplog):
    [mail] = ask(client, mailoutbox)
    link = link_in(mail)
    token = link.rstrip("/").rpartition("/")[2]

    with caplog.at_level(logging.DEBUG):
        client.get(link.replace(token, f"{token}x"), follow=True)

    assert token not in hide_tokens(f"GET {link} 200")
    assert token not in " ".join(hide_tokens(record.getMessage()) for record in caplog.records)


def test_who_was_signed_in_with_the_old_password_is_signed_out(client, dana, mailoutbox, client_of):
    browser = client_of(dana)
    assert browser.get("/admin/").status_code == 200
    [mail] = ask(client, mailoutbox)

    choose(client, link_in(mail))

    assert browser.get("/admin/").url.startswith("/staff/sign-in/")


# --- Added, and reset, by an administrator ----------------------------------------------------------------------------


def test_a_new_member_of_staff_gets_a_role_and_a_link(practice, client, client_of, mailoutbox):
    page = reverse("admin:access_user_add")
    alex = client_of(member(ADMIN, name="Alex Moreau"))
    facts = {"email": "New@Example.com", "name": "Nora New"}
    assert "Choose a role." in alex.post(page, facts).content.decode()
    role = member(DESK).groups.get()

    assert alex.post(page, {**facts, "role": role.pk}).status_code == 302

    nora = User.objects.get(email="new@example.com")
    assert (nora.is_staff, nora.has_usable_password(), list(nora.groups.all())) == (True, False, [role])
    [mail] = sent(mailoutbox)
    assert mail.subject == "Your sign-in to the back office of Lakeside Family Medicine"
    assert choose(client, link_in(mail)).url == "/staff/sign-in/"
    again = alex.post(page, {**facts, "role": role.pk}).content.decode()
    assert "Another member of staff signs in with this address." in again


def test_the_list_has_staff_and_raw_rights_are_for_superusers(practice, guarantor, client_of):
    alex = client_of(member(ADMIN))
    listed = alex.get(reverse("admin:access_user_changelist")).content.decode()
    assert guarantor.email not in listed
    assert guarantor.email in alex.get(f"{reverse('admin:access_user_changelist')}?who=guarantors").content.decode()
    page = reverse("admin:access_user_change", args=[member(DESK).pk])

    assert "user_permissions" not in alex.get(page).content.decode()
    assert alex.get(f"{page.removesuffix('change/')}password/").status_code == 403
    root = client_of(UserFactory(is_staff=True, is_superuser=True))
    assert "user_permissions" in root.get(page).content.decode()


def test_a_reset_takes_authenticator_and_codes_ends_sessions_and_is_told(dana, client_of, mailoutbox):
    alex = member(ADMIN, name="Alex Moreau")
    dana.authenticator_set.create(type="totp", data={"secret": "JBSWY3DP"})
    dana.authenticator_set.create(type="recovery_codes", data={"seed": "x"})
    browser, desk = client_of(alex), client_of(dana)
    page = reverse("backoffice:reset_sign_in", args=[dana.pk])
    assert page in browser.get(reverse("admin:access_user_change", args=[dana.pk])).content.decode()
    assert browser.post(page, {"reason": ""}).status_code == 422

    assert browser.post(page, {"reason": "She lost her phone."}).status_code == 302

    assert not dana.authenticator_set.exists()
    assert desk.get("/admin/").url.startswith("/staff/sign-in/")
    [mail] = sent(mailoutbox)
    assert mail.to == ["dana@example.com"]
    for words in ("Alex Moreau reset it", "She lost her phone."):
        assert words in mail.body
    history = browser.get(reverse("admin:access_user_history", args=[dana.pk])).content.decode()
    assert "She lost her phone." in history
    dana.refresh_from_db()
    assert dana.check_password("an old sentence for a test")
    assert client_of(dana).get("/admin/").status_code == 200, "a session begun since then goes on"


def test_who_can_not_be_reset_is_shown_with_the_reason(practice, client_of):
    alex, root = member(ADMIN), UserFactory(is_staff=True, is_superuser=True)
    browser = client_of(alex)

    for somebody, why in ((alex, "Nobody resets their own sign-in."), (root, "Only a superuser resets")):
        shown = browser.get(reverse("admin:access_user_change", args=[somebody.pk])).content.decode()
        page = reverse("backoffice:reset_sign_in", args=[somebody.pk])
        assert why in shown
        assert page not in shown
        assert browser.post(page, {"reason": "Mine"}).status_code == 422
    assert client_of(member(MANAGER)).get(page).status_code == 403


def test_the_link_is_mailed_again_by_an_administrator(dana, client_of, mailoutbox):
    browser = client_of(member(ADMIN))

    browser.post(reverse("backoffice:mail_password_link", args=[dana.pk]))

    [mail] = sent(mailoutbox)
    assert link_in(mail)


def test_before_there_is_a_practice_the_pages_are_there(client, db, mailoutbox):
    for page in ("/staff/sign-in/", ASK, f"{ASK}sent/", f"{ASK}MQ/abc-def/"):
        assert client.get(page, follow=True).status_code in (200, 404), page
    User.objects.create(email="first@example.com", is_staff=True, is_superuser=True)

    client.post(ASK, {"email": "first@example.com"})

    assert [mail.to for mail in sent(mailoutbox)] == [["first@example.com"]]
