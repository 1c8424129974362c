"""The steps about the practice itself: its clock, groups, places, staff and accounts."""

import datetime as dt

from django.db.models import QuerySet

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Facility, Group, Practice, Provider
from pops.core.words import at
from pops.logins.selectors import count_who_can_sign_in
from pops.web.backoffice.setup.facts import Fact, form_way, missing, page_way

ADMINISTRATOR = "Administrator"
# In the terminal: there is no back office for who can't sign in.
FIRST = "Nobody can sign in to the back office. Make the first login: python manage.py createsuperuser"


def look_at_practice(now: dt.datetime) -> list[Fact]:
    """Whether there is a practice, what its clock says, and how it is reached."""
    practice = Practice.objects.first()
    if practice is None:
        return [missing("There is no practice yet.", form_way("Enter the practice", "admin:practice_practice_add"))]
    change = form_way("Change", "admin:practice_practice_change", practice.pk)
    clock = f"{practice.name}. Its clock ({practice.time_zone}) says {at(now, practice.time_zone)}."
    facts = [Fact(clock, ways=(change,))]
    if not (practice.phone or practice.email):
        facts.append(missing("Patients are told neither a phone number nor an email address to ask at.", change))
    return facts


def look_at_groups(now: dt.datetime) -> list[Fact]:
    """Whether there is a POPS Group, and what its pages and mails wear."""
    groups = list(Group.objects.order_by("name"))
    if not groups:
        words = "There is no POPS Group yet: each guarantor belongs to one."
        return [missing(words, form_way("Enter a POPS Group", "admin:practice_group_add"))]
    facts = [Fact(group.name, ways=(form_way("Change", "admin:practice_group_change", group.pk),)) for group in groups]
    plain = ", ".join(group.name for group in groups if not group.logo)
    if plain:
        facts.append(Fact(f"No logo yet: {plain}. Mails show the name alone.", is_done=False, is_needed=False))
    silent = ", ".join(group.name for group in groups if not group.email_receipts)
    if silent:
        facts.append(Fact(f"Receipts aren't emailed: {silent}. Email Receipts is off.", is_done=False, is_needed=False))
    return facts


def look_at_places(now: dt.datetime) -> list[Fact]:
    """Whether there is a facility and a provider: receipts name both."""
    return [
        _look_at_list(Facility.objects.order_by("name"), "facility", "facilities"),
        _look_at_list(Provider.objects.order_by("name"), "provider", "providers"),
    ]


def look_at_staff(now: dt.datetime) -> list[Fact]:
    """Whether somebody is an administrator by role, and everybody has one."""
    staff = list(User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups").order_by("email"))
    if not staff:
        return [missing(FIRST)]
    add = form_way("Add a member of staff", "admin:access_user_add")
    roles = {user: [role.name for role in user.groups.all()] for user in staff}
    facts = [
        missing(f"{user} has no role.", form_way("Give a role", "admin:access_user_change", user.pk))
        for user, names in roles.items()
        if not names
    ]
    if not any(ADMINISTRATOR in names for names in roles.values()):
        facts.append(missing("Nobody has the role Administrator."))
    count = f"{len(staff)} login{'' if len(staff) == 1 else 's'} of staff."
    return [*facts, Fact(f"{count} Each person has their own, so that history says who did what.", ways=(add,))]


def look_at_accounts(now: dt.datetime) -> list[Fact]:
    """Whether there are accounts, and how many of them can be signed in to."""
    accounts = Guarantor.objects.filter(is_trial=False, is_retired=False)
    count = accounts.count()
    bring = page_way("Import accounts", "backoffice:imports")
    if not count:
        return [missing("There is no account yet. The page has sample files to begin with.", bring)]
    reachable = count_who_can_sign_in()
    facts = [Fact(f"{count:,} account{'' if count == 1 else 's'}, {reachable:,} with a sign-in.", ways=(bring,))]
    if reachable < count:
        words = "The others have no email address on file, or get their sign-in within minutes of an import."
        facts.append(Fact(words, is_done=False, is_needed=False))
    return facts


def _look_at_list(rows: "QuerySet[Facility] | QuerySet[Provider]", one: str, several: str) -> Fact:
    names = [row.name for row in rows[:4]]
    add = form_way(f"Add a {one}", f"admin:practice_{one}_add")
    if not names:
        return missing(f"There is no {one} yet.", add)
    more = "; ..." if len(names) > 3 else ""
    return Fact(f"{several.capitalize()}: {'; '.join(names[:3])}{more}", ways=(add,))
