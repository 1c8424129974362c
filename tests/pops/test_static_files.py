"""What is collected for the pages is what they name: the set-up of each machine compresses every one."""

from io import StringIO

from django.core.management import call_command


def test_of_the_packages_only_what_pages_name_is_collected():
    said = StringIO()

    call_command("collectstatic", dry_run=True, interactive=False, verbosity=2, stdout=said)

    assert "swagger-ui-bundle.js" in said.getvalue()
    assert "admin/css/base.css" in said.getvalue()
    assert "redoc" not in said.getvalue()
