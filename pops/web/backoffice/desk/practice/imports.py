"""Importing accounts: a file is brought, its columns are matched, it is checked, and loaded."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from pops.core.imports.brought import ask_for_check, ask_for_load, bring_file, why_not_load, why_not_match
from pops.core.imports.columns import Column
from pops.core.imports.kinds import KINDS
from pops.core.imports.models import AccountImport
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskView
from pops.web.backoffice.once import SentOnce

RIGHTS = ("imports.import_accounts",)
# What the proxies of docs/deployment let through.
MAX_BYTES = 10 * 1024 * 1024
SHOWN = 20


class BringForm(SentOnce):
    """A file, and what it holds where its columns don't say."""

    file = forms.FileField(
        help_text="CSV, NDJSON, FHIR R4 resources (NDJSON) or HL7 v2 messages (DFT), 10 MB at most. It is deleted "
        "after seven days.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    kind = forms.ChoiceField(
        label="What it holds",
        required=False,
        choices=[("", "What its columns say"), *((kind.name, kind.label) for kind in KINDS.values())],
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("The file has more than 10 MB. Split it, or have it imported by the command.")
        return file


class ColumnsForm(SentOnce):
    """Which column of the file is which: a choice for each."""

    def __init__(self, *args: Any, run: AccountImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = [heading for heading, _ in run.columns]
        columns = _columns(run)
        choices = [("", "Not imported"), *((one.name, _label(one)) for one in columns)]
        for number, (heading, name) in enumerate(run.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading or "(no name)", required=False, choices=choices, initial=name
            )

    @property
    def columns(self) -> dict[str, str]:
        return {heading: self.cleaned_data[f"column_{number}"] for number, heading in enumerate(self.headings)}


class LoadForm(SentOnce):
    """Load what was checked. `bad` is how many lines the page said are left out."""

    bad = forms.IntegerField(widget=forms.HiddenInput)


def _columns(run: AccountImport) -> tuple[Column, ...]:
    """None of a file whose kind was never found out, or that needs no matching."""
    return KINDS[run.kind].columns if run.kind in KINDS else ()


def _label(column: Column) -> str:
    return f"{column.label} (needed)" if column.required else column.label


class Imports(DeskAction):
    """Bring a file; the latest ones are below."""

    rights = RIGHTS
    template_name = "backoffice/imports/bring.html"
    title = "Import accounts"
    form_class = BringForm
    field_of = {"file": "file"}

    def do(self, form: BringForm) -> tuple[str, str]:
        run = bring_file(file=form.cleaned_data["file"], kind=form.cleaned_data["kind"], by=self.request.user)
        return reverse("backoffice:import_columns", args=[run.pk]), ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        latest = AccountImport.objects.select_related("brought_by")[:SHOWN]
        return super().get_context_data(latest=latest, samples=KINDS.values(), **context)


class ImportAction(DeskAction):
    """Something about one import."""

    rights = RIGHTS
    target_name = "run"

    def find_target(self) -> AccountImport:
        return get_object_or_404(AccountImport.objects.select_related("brought_by"), pk=self.kwargs["import_id"])

    def page(self) -> str:
        return reverse("backoffice:import", args=[self.target.pk])


class ImportColumns(ImportAction):
    """Match the file's columns with ours, and have it checked."""

    template_name = "backoffice/imports/columns.html"
    title = "Columns of {0.name}"
    form_class = ColumnsForm

    def why_not(self) -> Refused | None:
        return why_not_match(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "run": self.target}

    def do(self, form: ColumnsForm) -> tuple[str, str]:
        ask_for_check(run_id=self.target.pk, columns=form.columns, by=self.request.user)
        return self.page(), ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(columns=_columns(self.target), **context)


class Import(ImportAction):
    """How far it is, what is wrong, and the button that loads."""

    template_name = "backoffice/imports/run.html"
    title = "Import of {0.name}"
    form_class = LoadForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page that waits asks whether anything is other than it shows: then it is led to the page as it is now."""
        seen = request.GET.get("wait")
        if seen is not None and not (self.target.is_busy and seen == str(self.target.lines_done)):
            return redirect(self.page())
        return super().get(request, *args, **kwargs)

    def why_not(self) -> Refused | None:
        return why_not_load(self.target)

    def get_initial(self) -> dict[str, Any]:
        return {"bad": self.target.bad}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        good = f"{self.target.good:,} line{'' if self.target.good == 1 else 's'}"
        button = f"Load {good}, leave {self.target.bad:,} bad out" if self.target.bad else f"Load {good}"
        return super().get_context_data(**{"button": button, **context})

    def do(self, form: LoadForm) -> tuple[str, str]:
        ask_for_load(run_id=self.target.pk, skip_bad=form.cleaned_data["bad"] > 0, by=self.request.user)
        return self.page(), ""


class ImportReport(DeskView):
    """The bad lines, to be mended and brought again."""

    rights = RIGHTS
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, import_id: int) -> FileResponse:
        run = get_object_or_404(AccountImport, pk=import_id)
        if not run.report:
            raise Http404("There is no report, or it was deleted.")
        try:
            file = run.report.open("rb")
        except FileNotFoundError as error:
            raise Http404("The file is not there any more.") from error
        return FileResponse(file, as_attachment=True, filename=f"bad-lines-{run.pk}.csv")
