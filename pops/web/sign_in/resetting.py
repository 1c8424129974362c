"""Reset sign-in: for staff who lost their phone, or whose sign-in somebody else may have."""

import pghistory
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from pops.core.access.models import User
from pops.core.access.rights import may_more
from pops.core.refusals import Refused, refuse, require_reason
from pops.logins.notices import Words
from pops.web.sign_in.passwords import post_words


def why_not_reset(user: User, *, by: User) -> Refused | None:
    """Why somebody's sign-in can't be reset by this person."""
    if not user.is_staff:
        return Refused("no_staff", "Guarantors sign in by a code: there is nothing to reset.")
    if user == by:
        return Refused("oneself", "Nobody resets their own sign-in. Ask another administrator.")
    if user.is_superuser and not by.is_superuser:
        return Refused("superuser", "Only a superuser resets the sign-in of a superuser.")
    if may_more(user, than=by):
        return Refused("may_more", "They may do more than you. Ask somebody who may do as much, or a superuser.")
    return None


def reset_sign_in(*, user_id: int, reason: str, by: User) -> None:
    """Forget somebody's authenticator and recovery codes, end their sessions, and tell them by mail. Raises Refused.

    Their password stays: at the next sign-in they set up an authenticator anew.
    """
    reason = require_reason(reason)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        user = User.objects.select_for_update().get(pk=user_id)
        refuse(why_not_reset(user, by=by))
        Authenticator.objects.filter(user=user).delete()
        User.objects.filter(pk=user_id).update(sign_in_resets=F("sign_in_resets") + 1)
        post_words(_words(reason, by), user)


def _words(reason: str, by: User) -> Words:
    who, why = (text.replace("{", "(").replace("}", ")") for text in (str(by), reason))
    return Words(
        subject="Your sign-in to the back office of {practice} was reset",
        title="Your sign-in was reset",
        paragraphs=(
            f"{who} reset it: your authenticator app and your recovery codes no longer work, and who was signed in was"
            " signed out.",
            f"Why: {why}",
            "At your next sign-in with your password you set up an authenticator app anew.",
            "If you know nothing of this, tell an administrator of the practice at once.",
        ),
    )
