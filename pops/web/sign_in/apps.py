from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "pops.web.sign_in"
