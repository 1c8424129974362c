from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "pops.sessions"
    # Django's own sessions have the other name.
    label = "portal_sessions"
    verbose_name = "Portal sessions"
