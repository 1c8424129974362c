"""Sample files of an import: what a practice's own system should export."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest

from pops.core.imports.kinds import KINDS
from pops.web.backoffice.desk.action import DeskView

FOLDER = Path(settings.BASE_DIR) / "docs" / "samples"


class Sample(DeskView):
    """The sample file of a kind, which the documentation shows too."""

    rights = ("imports.import_accounts",)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, kind: str) -> FileResponse:
        if kind not in {one.name for one in KINDS.values()}:
            raise Http404
        name = f"{kind}.csv"
        return FileResponse((FOLDER / name).open("rb"), as_attachment=True, filename=name, content_type="text/csv")
