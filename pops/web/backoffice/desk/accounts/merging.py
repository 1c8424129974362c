"""Merging two accounts of one person: find the other one, see what goes over, do it; or undo it."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from pops.core.access.models import User
from pops.core.accounts.confidential import patient_names, sees_confidential
from pops.core.accounts.merging import merge_guarantors, undo_merge, why_not_merge, why_not_undo, why_not_use
from pops.core.accounts.models import Guarantor, GuarantorMerge
from pops.core.accounts.search import find_guarantors
from pops.core.refusals import Refused
from pops.web.backoffice.desk.accounts.by_hand import AccountAction, page_of
from pops.web.backoffice.desk.forms import ReasonForm
from receipts.owed import get_balances, get_credit

FOUND_LIMIT = 20


def what_is_there(guarantor: Guarantor, user: User) -> dict[str, Any]:
    """What of an account a person compares before two become one."""
    balances = get_balances(guarantor)
    return {
        "guarantor": guarantor,
        "patients": patient_names(user, guarantor.patients.order_by("name")),
        "receipts": guarantor.receipts.count(),
        "current_cents": balances.current_cents,
        "collections_cents": balances.collections_cents,
        "credit_cents": get_credit(guarantor),
    }


class Merge(AccountAction):
    """Give all of another account to this one. Without another one chosen, a search for it."""

    rights = ("accounts.merge_guarantor",)
    template_name = "backoffice/merge.html"
    title = "Merge another account into {}"
    target_name = "into"
    form_class = ReasonForm

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor, pk=self.kwargs["guarantor_id"])

    @cached_property
    def other(self) -> Guarantor | None:
        """The account that would end."""
        other_id = self.kwargs.get("other_id")
        return get_object_or_404(Guarantor, pk=other_id) if other_id else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _ = self.other
        return super().get(request, *args, **kwargs)

    def why_not(self) -> Refused | None:
        return why_not_merge(self.other, self.target) if self.other else why_not_use(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        merge = merge_guarantors(
            merged_id=self.kwargs["other_id"],
            into_id=self.target.pk,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )
        return page_of(self.target), f"{merge.merged} is part of this account now."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:100]
        user = self.request.user
        people = find_guarantors(text, limit=FOUND_LIMIT, sees_confidential=sees_confidential(user))
        found = [guarantor for guarantor in people if guarantor != self.target]
        both = [what_is_there(self.other, user), what_is_there(self.target, user)] if self.other else []
        return super().get_context_data(q=text, found=found, both=both, other=self.other, **context)


class Unmerge(AccountAction):
    """Give back what went over with a merge."""

    rights = ("accounts.merge_guarantor",)
    title = "Undo the merge of {}"
    form_class = ReasonForm
    button = "Undo the merge"
    danger = True
    lead = "All that went over goes back to the account it came from. What came to this account since, stays."

    @cached_property
    def merge(self) -> GuarantorMerge:
        return get_object_or_404(GuarantorMerge.objects.select_related("into", "merged"), pk=self.kwargs["merge_id"])

    def find_target(self) -> Guarantor:
        return self.merge.merged

    def why_not(self) -> Refused | None:
        return why_not_undo(self.merge)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        undo_merge(merge_id=self.merge.pk, reason=form.cleaned_data["reason"], now=self.now, by=self.request.user)
        return page_of(self.target), "The merge is undone. This account is in use again."
