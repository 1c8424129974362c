"""Guarantors who came by import sign in by the address that came with them, without anybody pressing a button."""

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.models import AccountLogin

# Whose sign-in was ended by a person had one once, and gets none by itself.
FIND = """
SELECT g.id FROM accounts_guarantor g
WHERE g.email <> '' AND NOT g.is_retired
  AND NOT EXISTS (SELECT FROM logins_accountlogin l WHERE l.guarantor_id = g.id)
  AND NOT EXISTS (SELECT FROM logins_accountloginevent e WHERE e.guarantor_id = g.id)
ORDER BY g.id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""


def let_newcomers_in(*, limit: int) -> int:
    """Give guarantors who never had a sign-in one of their own, by the address on file. How many: at most `limit`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FIND, [limit])
            ids = [row[0] for row in cursor.fetchall()]
        guarantors = list(Guarantor.objects.filter(pk__in=ids).order_by("pk"))
        users = [User(email=one.email.lower(), name=one.name, password=make_password(None)) for one in guarantors]
        User.objects.bulk_create(users)
        pairs = zip(guarantors, users, strict=True)
        AccountLogin.objects.bulk_create(
            [AccountLogin(guarantor=guarantor, user=user, is_own=True) for guarantor, user in pairs]
        )
    return len(ids)
