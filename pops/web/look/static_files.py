"""Which files go out with the pages."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class PagesFiles(StaticFilesConfig):
    """Those that a page names. Compressing what comes along beside them takes half a minute of each set-up."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "swagger-ui-standalone-preset.*"]
