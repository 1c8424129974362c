"""The one settings file. Everything that differs between machines comes from the environment (see README)."""

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import drf_spectacular_sidecar
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue
from whitenoise.compress import Compressor

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def origin(url: str) -> str:
    """Scheme and host of a URL, as a Content-Security-Policy source."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# --- What every deployment must decide ---------------------------------------------------------------

# All that is missing at once; Compose gives an empty text for what its file leaves out.
required = ["SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL", "DEFAULT_FROM_EMAIL"]
required += ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"]
missing = [name for name in required if not os.environ.get(name)]
if not (os.environ.get("EMAIL_URL") or os.environ.get("EMAIL_PROVIDER")):
    missing.append("EMAIL_URL (or EMAIL_PROVIDER)")
if missing:
    raise ImproperlyConfigured(f"Not set: {', '.join(missing)}. Each is explained in .env.example.")

SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[origin(SITE_URL)])

DATABASES = {
    "default": {
        **env.db("DATABASE_URL"),
        "ENGINE": "pops.core.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = env("REDIS_URL")

# --- The card processor ------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = env("STRIPE_PUBLISHABLE_KEY")
STRIPE_WEBHOOK_SECRET = env("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env("STRIPE_API_BASE", default="https://api.stripe.com")
# The release of Stripe.js that belongs to the API version the `stripe` package speaks.
STRIPE_JS_URL = env("STRIPE_JS_URL", default="https://js.stripe.com/endive/stripe.js")

# --- Applications ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "pops.core.practice",
    "pops.core.access",
    "pops.core.accounts",
    "pops.sessions",
    "pops.changes",
    "notifications",
    "pops.subscribers",
    "pops.quickpay",
    "pops.service_accounts",
    "pops.logins",
    "pops.appointments",
    "batches",
    "receipts",
    "payments",
    "payments.reports",
    "pops.balance_notices",
    "pops.core.imports",
    "pops.web.sign_in",
    "pops.web.backoffice",
    "pops.web.api",
    "pghistory",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "drf_spectacular",
    "pops.web.backoffice.site.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "pops.web.webhooks.middleware.StripeFirstMiddleware",
    # Before all that reads a cookie: the API opens to keys alone.
    "pops.web.api.middleware.ApiFirstMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before sign-in is asked for: until the portal is open there is none.
    "pops.web.closed.NotOpenYetMiddleware",
    # Before it too: a session by a QuickPay link is not asked to sign in, the page is not there.
    "pops.web.portal.quickpay.door.FenceMiddleware",
    # Deny by default: a view is public only when it says so.
    "pops.web.sign_in.doors.DoorsMiddleware",
    "pops.core.access.middleware.WhoMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pops.web.sign_in.session_end.SessionEndMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pops.web.sign_in.second_factor.SecondFactorMiddleware",
    "pops.web.sign_in.session_rule.SlidingSessionMiddleware",
    "pops.web.backoffice.middleware.PracticeClockMiddleware",
    # The innermost: staff who look at an account as its guarantor are staff to all the others.
    "pops.web.portal.mirror.middleware.MirrorMiddleware",
]

ROOT_URLCONF = "pops.urls"
WSGI_APPLICATION = "pops.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["pops.core.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pops.core.practice.context_processors.practice",
                "pops.web.look.brand.brand",
            ],
        },
    }
]

# --- Language and time: dates are the practice's (pops.core.clock), this is only Django's default ----------

LANGUAGE_CODE = "en-us"
USE_I18N = False
FORMAT_MODULE_PATH = "pops.core.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files -------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
# Of the sidecar's files those of the API's page: to compress its others takes half a minute of each set-up.
SWAGGER = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
STATICFILES_DIRS = [BASE_DIR / "static", ("swagger-ui", SWAGGER)]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "media")
# Where the PDFs of receipts lie: on this disk (MEDIA_ROOT), or in a bucket that speaks S3 once S3_BUCKET names it.
# They hold health information: nothing there is public, every file is read through this product.
DISK = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750},
}
S3: dict[str, Any] = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": env("S3_BUCKET", default=""),
        "endpoint_url": env("S3_ENDPOINT_URL", default=None),  # empty: Amazon's own
        "region_name": env("S3_REGION", default=None),
        "access_key": env("S3_ACCESS_KEY_ID", default=None),  # empty: the machine's role
        "secret_key": env("S3_SECRET_ACCESS_KEY", default=None),
        "default_acl": None,
        "file_overwrite": False,
        "object_parameters": {"ServerSideEncryption": env("S3_ENCRYPTION", default="AES256")},
    },
}
STORAGES = {
    "default": S3 if S3["OPTIONS"]["bucket_name"] else DISK,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages name files by their hash, and nobody downloads a map: neither the others nor maps are compressed for anybody.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- Sign-in: a code by email for guarantors, a password (and TOTP) for staff --------------------------

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["pops.logins.backends.LoginBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds: of the link by which staff choose a password
ACCOUNT_ADAPTER = "pops.web.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up, but without a password here the staff door would ask for none.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "request_login_code": "pops.web.sign_in.forms.GuarantorCodeForm",
    "confirm_login_code": "pops.web.sign_in.forms.TypedCodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
# Mail to an address we don't know would let anyone send mail from the practice to anybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# How long the page waits for a code and keeps its address; a code works for CODE_SECONDS (pops.web.sign_in.codes).
ACCOUNT_LOGIN_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60
# Guesses are counted in pops.web.sign_in.limits: allauth would count an office as one person. What is left here only
# keeps machines from having passwords hashed all day.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "", "request_login_code": ""}
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 1000  # as often as one likes: the mails are limited
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
MFA_TOTP_ISSUER = "POPS"
# Steps of 30 seconds, either way: people type slowly, and phones' clocks are off.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "pops.web.sign_in.second_factor.AuthenticatorForm",
    "reauthenticate": "pops.web.sign_in.second_factor.AuthenticatorAgainForm",
    "activate_totp": "pops.web.sign_in.second_factor.EnrolForm",
}
# The practice makes the staff's logins: their addresses are known, and nobody proves them by mail.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# In the database alone: the portal works while Redis is down.
SESSION_ENGINE = "pops.core.access.sessions"
# Of staff; for guarantors an option of their group.
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Hardening: closed by default ----------------------------------------------------------------------

# Off only for a demo on plain http.
SECURE_HTTPS = env.bool("SECURE_HTTPS", default=True)
SECURE_SSL_REDIRECT = SECURE_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked over plain http from inside the container
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_HTTPS else 0
# Both reach further than this site, and can't be taken back for a year: only who owns the whole domain decides that.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS and env.bool("HSTS_PRELOAD", default=False)
# auth.W004: guarantors may share an address; passwords are for staff, whose addresses are unique.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "auth.W004"]
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would sign a guarantor out on the way back from a bank's 3-D Secure page
X_FRAME_OPTIONS = "DENY"
# Stripe.js is the only code from elsewhere, its frames the only frames.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, origin(STRIPE_JS_URL), "https://*.js.stripe.com"],
        "frame-src": [origin(STRIPE_JS_URL), "https://*.js.stripe.com", "https://hooks.stripe.com"],
        "connect-src": [SELF, origin(STRIPE_API_BASE)],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Cache (sessions, rate limits) and background work ---------------------------------------------------

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "pops",
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A payment is committed before its task is sent. When the broker is down a web request must not wait for it
# (Celery would, for six seconds): it gives up at once, and the sweep makes up for it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "visibility_timeout": 300,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Each worker has a queue of its own too, for its heartbeats (pops.core.heartbeat).
CELERY_WORKER_DIRECT = True
CELERY_TASK_TIME_LIMIT = 120
# KiB. A worker's process that grew beyond this is replaced after its task. The PDF of 2,000 lines takes 530,000.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 800_000
# Money and sign-in codes wait for nobody; receipts by email don't stand in line behind PDFs; other programs that are
# slow to take a webhook keep only each other waiting. A worker takes from all queues unless told with -Q.
CELERY_TASK_QUEUES = [Queue("urgent"), Queue("mail"), Queue("documents"), Queue("hooks")]
CELERY_TASK_DEFAULT_QUEUE = "urgent"
CELERY_TASK_ROUTES = {
    "receipts.tasks.*": {"queue": "documents"},
    "payments.tasks.check_books": {"queue": "documents"},  # it may take minutes
    "pops.core.access.tasks.*": {"queue": "documents"},
    "pops.core.imports.tasks.*": {"queue": "documents"},
    "pops.logins.tasks.*": {"queue": "documents"},
    "pops.balance_notices.tasks.*": {"queue": "documents"},
    "pops.sessions.tasks.*": {"queue": "documents"},
    "pops.web.api.tasks.*": {"queue": "documents"},
    "pops.subscribers.tasks.*": {"queue": "hooks"},
    "payments.reports.tasks.*": {"queue": "documents"},
}
# Beat answers `celery inspect ping` as workers do, and no longer once it has stood still for twice its longest pause.
# Its file is no sign of life: Debian's `dbm` writes it when beat ends.
CELERY_BEAT_ENABLE_REMOTE_CONTROL = True
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
# However long the broker is away: after a hundred attempts, Celery would give up for good.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BEAT_SCHEDULE = {
    # What a killed worker had claimed, or took with it unread.
    "sweep-events": {"task": "payments.tasks.work_off_events", "schedule": 10.0, "options": {"expires": 10}},
    "sweep-payments": {"task": "payments.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-cards": {"task": "payments.tasks.sweep_cards", "schedule": 60.0, "options": {"expires": 55}},
    "sweep-urgent-messages": {
        "task": "notifications.tasks.deliver",
        "args": ["urgent", "email"],
        "schedule": 5.0,
        "options": {"queue": "urgent", "expires": 5},
    },
    "sweep-urgent-texts": {
        "task": "notifications.tasks.deliver",
        "args": ["urgent", "text"],
        "schedule": 5.0,
        "options": {"queue": "urgent", "expires": 5},
    },
    "sweep-messages": {
        "task": "notifications.tasks.deliver",
        "args": ["mail", "email"],
        "schedule": 15.0,
        "options": {"queue": "mail", "expires": 12},
    },
    "sweep-texts": {
        "task": "notifications.tasks.deliver",
        "args": ["mail", "text"],
        "schedule": 15.0,
        "options": {"queue": "mail", "expires": 12},
    },
    # Who records money nudges nobody for the feed: this is its clock, and so that of webhooks.
    "sequence-changes": {"task": "pops.subscribers.tasks.tell", "schedule": 2.0, "options": {"expires": 2}},
    "sweep-hooks": {
        "task": "notifications.tasks.deliver",
        "args": ["hooks", "http"],
        "schedule": 5.0,
        "options": {"queue": "hooks", "expires": 5},
    },
    "render-receipts": {
        "task": "receipts.tasks.render_missing",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "render-all-receipts": {
        "task": "receipts.tasks.render_all_missing",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "check-books": {
        "task": "payments.tasks.check_books",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    "work-off-imports": {
        "task": "pops.core.imports.tasks.work_off_imports",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Who came by import can sign in.
    "let-in": {"task": "pops.logins.tasks.let_in", "schedule": 300.0, "options": {"expires": 290}},
    "forget-imports": {
        "task": "pops.core.imports.tasks.forget_imports",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "forget-calls": {"task": "pops.web.api.tasks.forget_calls", "schedule": 3600.0, "options": {"expires": 600}},
    # Each hour, as imports: beat doesn't remember over a restart when a nightly one ran last.
    "forget-sessions": {
        "task": "pops.core.access.tasks.forget_ended_sessions",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "note-expired-sessions": {
        "task": "pops.sessions.tasks.note_expired_sessions",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    # Who is due for a notice today, once the hours for them have begun.
    "queue-notices": {
        "task": "pops.balance_notices.tasks.queue_due",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    "freeze-statements": {
        "task": "receipts.tasks.freeze_statements",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # What a killed worker was at, and what was asked for while the broker was away.
    "work-off-report-runs": {
        "task": "payments.reports.tasks.work_off_runs",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "ask-report-schedules": {
        "task": "payments.reports.tasks.ask_schedules",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-report-files": {
        "task": "payments.reports.tasks.forget_files",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "apply-copays": {
        "task": "receipts.tasks.apply_copays",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "make-close-packets": {
        "task": "receipts.tasks.make_missing",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
}

# --- The API for the practice's own system -------------------------------------------------------------------

# Of each key. A practice's system that sends what a day brought comes nowhere near it.
API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", default=3000)
# Of each network address: keys that are none.
API_WRONG_KEYS_A_MINUTE = env.int("API_WRONG_KEYS_A_MINUTE", default=30)
# All else a view of the API says by its class (pops.web.api.views).
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "pops.web.api.schema.ApiSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "POPS",
    "VERSION": "1",
    "DESCRIPTION": (
        "What the practice's own system reads and writes of POPS. Money is integer cents in `*_cents`; each object "
        "that tells of money says its `currency`. Dates are the practice's own, moments are in UTC. Lists are read "
        "page by page: `next`, and the Link header, hold the address of the next one. docs/api.md walks through a day."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # What several shapes call the same and mean otherwise.
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatus": "pops.core.accounts.models.Appointment.Status",
        "RowStatus": "pops.core.imports.upserts.Became",
        "ReceiptStatus": "pops.web.api.v1.receipts_shapes.STANDINGS",
        "ReceiptChannel": "pops.web.api.v1.receipts_shapes.CHANNELS",
        "Method": "pops.web.api.v1.receipts_shapes.METHODS",
        "TakenChannel": "pops.web.api.v1.payments_shapes.BY_MAIL_OR_OFFICE",
        "TenderMethod": "pops.web.api.v1.payments_shapes.BY_HAND",
        "BatchStatus": "pops.web.api.v1.batches_shapes.STATUSES",
        "NoticeChannel": "notifications.models.Message.Channel",
        "MessageState": "notifications.models.Message.State",
        "IssuedStatus": "pops.web.api.v1.events.STATUSES",
        "ReceiptKind": "pops.web.api.v1.receipts_shapes.KINDS",
        "RefundState": "pops.web.api.v1.corrections_shapes.STATES",
    },
    "WEBHOOKS": "pops.web.api.v1.events.WEBHOOKS",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pops.web.api.schema.complete_schema",
    ],
}

# --- Mail and logs -----------------------------------------------------------------------------------------

# SMTP, or the API of a provider by its name in Anymail: postmark, amazon_ses, mailgun, sendgrid, resend...
EMAIL_PROVIDER = env("EMAIL_PROVIDER", default="")
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
# The provider's own settings, such as ANYMAIL_POSTMARK_SERVER_TOKEN.
ANYMAIL: dict[str, Any] = {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
}
# To the mail server or provider at once, of one worker process with many mails to send.
EMAIL_CONNECTIONS = env.int("EMAIL_CONNECTIONS", default=8)
EMAIL_TIMEOUT = ANYMAIL["REQUESTS_TIMEOUT"] = 10
# Nobody is watched while reading a receipt. Providers that can't be told so for one mail don't watch unless set to.
ANYMAIL["SEND_DEFAULTS"] = {"track_opens": False, "track_clicks": False}
ANYMAIL["IGNORE_UNSUPPORTED_FEATURES"] = True
# "name:password", which the provider sends with its news. Without it the door for them is closed.
EMAIL_WEBHOOK_SECRET = ANYMAIL["WEBHOOK_SECRET"] = env("EMAIL_WEBHOOK_SECRET", default="")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL")
MESSAGE_ID_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].encode("idna").decode()

# --- Texts: by Twilio; without an account there are none, and none are offered ----------------------------

TWILIO_ACCOUNT_SID = env("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env("TWILIO_AUTH_TOKEN", default="")  # signs what Twilio tells us, too
# A number of the practice's, or a messaging service (MG...). Codes have their own where one is given: then STOP, which
# Twilio enforces by sender, stops no code.
TWILIO_FROM = env("TWILIO_FROM", default="")
TWILIO_CODES_FROM = env("TWILIO_CODES_FROM", default="") or TWILIO_FROM
TWILIO_API_BASE = env("TWILIO_API_BASE", default="https://api.twilio.com")
TEXTS_ARE_ON = bool(TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN and TWILIO_FROM)
# Where numbers are that say no country.
PHONE_REGION = env("PHONE_REGION", default="US")
# At once, of one worker process.
TEXT_CONNECTIONS = env.int("TEXT_CONNECTIONS", default=8)

# --- Webhooks to the practice's other programs ---------------------------------------------------------------

# Networks inside that may be called, and by plain http too: 10.1.2.0/24,192.168.7.20/32. Without it POPS calls nobody
# who has an address within its own network.
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=[])
WEBHOOK_SECONDS = 10  # until there must be an answer
# At once, of one worker process; one host gets half of them at most.
HOOK_CONNECTIONS = env.int("HOOK_CONNECTIONS", default=8)

# Seconds. A worker's claim on a receipt's mail outlives the worker: the task that made it is killed before. Somebody
# waits for a code before the screen: that of a killed worker is soon sent by another. While the mail server is slower
# than that the same code may come twice, which harms nobody.
MESSAGE_TIME_LIMIT = 60
# The first pause after a fault, doubled each time up to the longest, until it is given up. A sign-in code is good for
# a quarter of an hour.
MESSAGE_LANES = {
    "mail": {"claim": 75, "first_pause": 15, "longest_pause": 2 * 3600, "give_up": 24 * 3600},
    "hooks": {"claim": 75, "first_pause": 5, "longest_pause": 6 * 3600, "give_up": 3 * 24 * 3600},
    "urgent": {"claim": 15, "first_pause": 2, "longest_pause": 30, "give_up": 15 * 60},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_tokens": {"()": "pops.core.logs.HideTokens"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hide_tokens"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # Stripe's own log lines name customers' objects in full at INFO; WeasyPrint tells each of its steps, Twilio's
    # client each of its calls.
    "loggers": {
        "stripe": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "twilio": {"level": "WARNING"},
    },
}
