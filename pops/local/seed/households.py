"""Guarantors, who opens their accounts, their patients and visits."""

import datetime as dt
import itertools
import random
from collections.abc import Sequence

import pghistory

from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.accounts.brought import told_by_the_system
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from pops.core.practice.models import Facility, Group, Provider
from pops.local.seed.data import BIRTH_DATES, HELPED, KEEPS_TO_HERSELF, SERVICES
from pops.local.seed.groups import FAMILY, GROUPS
from pops.local.seed.statements import find_first, open_statements
from pops.logins.linking import create_guarantor_login, link_person

TOLD = "As the practice's own system told of them"


def make_household(
    n: int, name: str, email: str, patient_names: list[str], *, chance: random.Random, today: dt.date
) -> None:
    """A guarantor with sign-in, patients, some visits each, and a statement of them; the `n`th of the practice."""
    facts = {"name": name, "email": email, "phone": f"(555) 010-{3000 + n}"}
    group = Group.objects.get(name=GROUPS.get(name, FAMILY))
    with told_by_the_system(reason=TOLD, by=None):
        guarantor = Guarantor.objects.create(account_number=str(48210 + 7 * n), group=group, **facts)
        patients = [
            Patient.objects.create(
                guarantor=guarantor,
                number=f"P-{guarantor.account_number}-{nth}",
                name=one,
                birth_date=BIRTH_DATES.get(one),
            )
            for nth, one in enumerate(patient_names, start=1)
        ]
    _let_sign_in(guarantor)
    statements = open_statements(guarantor, today=today)
    numbers = itertools.count(67500 + 40 * n)
    for patient in patients:
        for _ in range(chance.randint(2, 4)):
            make_visit(patient, statements, next(numbers), chance=chance, today=today)
    # Walter Pruitt's oldest visit went to a collections agency.
    if name == "Walter Pruitt":
        Encounter.objects.filter(patient__guarantor=guarantor, number=67500 + 40 * n).update(in_collections=True)


def _let_sign_in(guarantor: Guarantor) -> None:
    """Each by their own address; a mother's account is opened by her daughter."""
    if guarantor.name in HELPED:
        helper = Guarantor.objects.get(name=HELPED[guarantor.name]).account_number
        link_person(guarantor_id=guarantor.pk, person=helper, reason="Her daughter", by=get_pops_user())
    elif guarantor.email:
        create_guarantor_login(guarantor=guarantor)


def make_visit(
    patient: Patient,
    statements: Sequence[Statement],
    number: int,
    *,
    chance: random.Random,
    today: dt.date,
    days_ago: int | None = None,
    services: Sequence[tuple[str, str, int, int]] = (),
    provider: Provider | None = None,
) -> None:
    """A visit with its services; those after the statement's date are not on it, and insurance still owes them."""
    encounter = Encounter.objects.create(
        number=number,
        patient=patient,
        provider=provider or chance.choice(list(Provider.objects.all())),
        facility=chance.choice(list(Facility.objects.all())),
    )
    service_date = today - dt.timedelta(days=days_ago or chance.randint(5, 150))
    statement = find_first(statements, service_date)
    billed_for = services or chance.sample(SERVICES, chance.randint(1, 3))
    for line, (description, code, billed, share) in enumerate(billed_for, 1):
        patient_share = billed * share // 100
        adjusted = (billed - patient_share) // 3
        rest = billed - patient_share - adjusted
        ServiceLine.objects.create(
            encounter=encounter,
            line_number=line,
            service_date=service_date,
            description=description,
            procedure_code=code,
            billed_cents=billed,
            adjusted_cents=adjusted,
            insurance_pending_cents=0 if statement else rest,
            insurance_paid_cents=rest if statement else 0,
            statement=statement,
        )


def mark_confidential(*, by: User) -> None:
    """Two visits that the sample guarantor's daughter keeps to herself: one long paid, one that is owed."""
    visits = Encounter.objects.filter(patient__name=KEEPS_TO_HERSELF).order_by("number")
    with pghistory.context(user=by.pk, reason="She asked for it"):
        Encounter.objects.filter(pk__in=[visits[0].pk, visits.reverse()[0].pk]).update(is_confidential=True)
