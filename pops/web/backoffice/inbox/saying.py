"""What staff say of an entry: kept, each with who and when."""

from pops.core.access.models import User
from pops.core.refusals import Refused, refuse
from pops.web.backoffice.inbox.declaration import Verb
from pops.web.backoffice.inbox.reading import Entry
from pops.web.backoffice.models import InboxRemark


def why_not_assign(entry: Entry, to: User | None) -> Refused | None:
    """Why an entry can't be somebody's to do."""
    if to is not None and not (to.is_active and to.is_staff and entry.kind.is_for(to)):
        return Refused("cannot_do_it", f"{to} may not see this entry. Choose somebody who may.")
    return None


def why_not_finish(entry: Entry) -> Refused | None:
    """Why staff can't say that an entry is done."""
    if entry.kind.settles:
        return Refused("settles_itself", entry.kind.settles)
    return Refused("done", "Somebody has called it done already.") if entry.is_done else None


def why_not_put_back(entry: Entry) -> Refused | None:
    """Why an entry can't be put back into the inbox."""
    return None if entry.is_done else Refused("not_done", "It stands in the inbox already.")


def assign(*, entry: Entry, to: User | None, by: User) -> InboxRemark:
    """Say whose an entry is to do; nobody's in particular with None. Raises Refused."""
    refuse(why_not_assign(entry, to))
    return _keep(entry, Verb.ASSIGNED, by, to=to)


def comment(*, entry: Entry, words: str, by: User) -> InboxRemark:
    """Say something of an entry. Raises Refused."""
    if not words.strip():
        raise Refused("no_words", "Write the comment.")
    return _keep(entry, Verb.COMMENTED, by, words=words.strip())


def finish(*, entry: Entry, words: str, by: User) -> InboxRemark:
    """Say that an entry is done, and how. Raises Refused."""
    refuse(why_not_finish(entry))
    if not words.strip():
        raise Refused("no_words", "Say how it was settled.")
    return _keep(entry, Verb.DONE, by, words=words.strip(), told=entry.words[:300])


def put_back(*, entry: Entry, words: str, by: User) -> InboxRemark:
    """Say that an entry isn't done after all. Raises Refused."""
    refuse(why_not_put_back(entry))
    return _keep(entry, Verb.AGAIN, by, words=words.strip())


def _keep(
    entry: Entry, verb: Verb, by: User, *, words: str = "", to: User | None = None, told: str = ""
) -> InboxRemark:
    return InboxRemark.objects.create(
        kind=entry.kind.name, about=entry.about, verb=verb, words=words, to=to, told=told, by=by
    )
