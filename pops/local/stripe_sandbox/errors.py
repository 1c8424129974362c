"""Stripe's errors, with its types, codes, wording and HTTP statuses."""

from __future__ import annotations

from typing import Any

from pops.local.stripe_sandbox.types import Obj

DOCS = "https://docs.stripe.com/error-codes/"


class StripeError(Exception):
    """An error answer.

    `saved` says whether an idempotency key keeps it: what fails before the endpoint begins is not kept, so
    that the same key can be tried again with better parameters.
    """

    def __init__(self, status: int, type_: str, message: str, *, saved: bool = False, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.fields: Obj = {"type": type_, "message": message}
        self.fields |= {name: value for name, value in fields.items() if value is not None}
        if code := self.fields.get("code"):
            self.fields["doc_url"] = DOCS + str(code).replace("_", "-")


def invalid(message: str, **fields: Any) -> StripeError:
    """The parameters can't be used: 400, not kept by an idempotency key."""
    return StripeError(400, "invalid_request_error", message, **fields)


def refused(message: str, **fields: Any) -> StripeError:
    """The request was understood and can't be carried out now: 400, kept by an idempotency key."""
    return StripeError(400, "invalid_request_error", message, saved=True, **fields)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown_parameter(param: str) -> StripeError:
    return invalid(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(kind: str, id_: str, *, param: str, status: int = 404) -> StripeError:
    """404 when the id stands in the path, 400 when it is a parameter."""
    return StripeError(
        status, "invalid_request_error", f"No such {kind}: '{id_}'", code="resource_missing", param=param
    )


def unrecognized_url(method: str, path: str) -> StripeError:
    message = (
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing "
        "slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in "
        "your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
    )
    return StripeError(404, "invalid_request_error", message)


def no_key() -> StripeError:
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization header, using "
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication "
        "for details, or we can help at https://support.stripe.com/."
    )
    return StripeError(401, "invalid_request_error", message)


def wrong_key(key: str) -> StripeError:
    hidden = key[:8] + "*" * max(len(key) - 12, 4) + key[-4:]
    return StripeError(401, "invalid_request_error", f"Invalid API Key provided: {hidden}")


def secret_key_required() -> StripeError:
    message = (
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a "
        "list of your API keys at https://dashboard.stripe.com/account/apikeys."
    )
    return StripeError(401, "invalid_request_error", message, code="secret_key_required")


def key_reused(key: str, *, endpoints: tuple[str, str] | None = None) -> StripeError:
    """The idempotency key came with other parameters, or at another endpoint, before."""
    what = "with the same parameters they were first used with"
    if endpoints:
        what = f"for the same endpoint they were first used for ('{endpoints[0]}' vs '{endpoints[1]}')"
    message = (
        f"Keys for idempotent requests can only be used {what}. Try using a key other than '{key}' if you meant "
        "to execute a different request."
    )
    return StripeError(400, "idempotency_error", message)


def key_in_use(key: str) -> StripeError:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later."
    )
    return StripeError(409, "idempotency_error", message, code="idempotency_key_in_use")


def injected(status: int) -> StripeError:
    """A failure a test asked for."""
    if status == 429:
        return StripeError(
            429,
            "invalid_request_error",
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
            code="rate_limit",
        )
    return StripeError(status, "api_error", "An unknown error occurred. (The sandbox was told to fail.)")
