"""All settings, each read once from the environment (.env.example lists them with their meaning)."""

from datetime import timedelta
from pathlib import Path

from config import env
from config.databases import broker_url, cache_url, database
from config.logs import logging_config
from config.mail import MAIL_PROVIDERS, mail_backend
from config.openapi import SPECTACULAR_SETTINGS  # noqa: F401  its generator looks for it here
from config.secret import kept_secret_key
from config.unfold import PGHISTORY_ADMIN_CLASS, UNFOLD  # noqa: F401  the admin looks for them here

BASE_DIR = Path(__file__).resolve().parent.parent
TENURE_HOME = env.folder("TENURE_HOME", BASE_DIR / "var")

# --- Servers -------------------------------------------------------------------------------------------------------
# Without an address of its own, PostgreSQL or Valkey runs from a wheel, with its data under TENURE_HOME.

DATABASE_URL = env.url(
    "DATABASE_URL", {"postgres", "postgresql"}, "postgres://tenure:password@db.example.com:5432/tenure"
)
REDIS_URL = env.url("REDIS_URL", {"redis", "rediss", "unix"}, "redis://cache.example.com:6379/0")
CACHE_URL = env.url("CACHE_URL", {"redis", "rediss", "unix"}, "redis://cache.example.com:6379/1") or REDIS_URL
REDIS_PREFIX = env.text("REDIS_PREFIX", "tenure")
EMBEDDED_POSTGRES = not DATABASE_URL
EMBEDDED_VALKEY = not REDIS_URL

DATABASES = {
    "default": database(DATABASE_URL, home=TENURE_HOME, pool_size=env.integer("DATABASE_POOL_SIZE", 0, most=500))
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url(CACHE_URL, home=TENURE_HOME),
        "KEY_PREFIX": f"{REDIS_PREFIX}-cache",
    }
}

# --- Safety --------------------------------------------------------------------------------------------------------

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY", at_least=32)
if not SECRET_KEY:
    if not (EMBEDDED_POSTGRES or DEBUG):
        env.require(
            "SECRET_KEY", "with DATABASE_URL set, sessions need a key of 50 random characters that all processes share"
        )
    SECRET_KEY = kept_secret_key(TENURE_HOME)

ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
HTTPS = env.boolean("HTTPS", default=not (DEBUG or EMBEDDED_POSTGRES))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health"]  # probes come over plain HTTP from inside
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 3600) * HTTPS
BEHIND_PROXY = env.boolean("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
METRICS_TOKEN = env.secret("METRICS_TOKEN", at_least=16)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Parts ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "anymail",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_celery_beat",
    "django_prometheus",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",  # after unfold: it ships a template of the same name
    "config",
    "analytics",
    "campaigns",
    "customer_success",
    "lifecycle",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",  # audit rows name the user
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "UTC"  # instants are stored in UTC; a customer's zone is applied in one place of the product

STATIC_URL = "static/"
STATIC_ROOT = TENURE_HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "analytics.static_files.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LOGGING = logging_config(
    level=env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    style=env.choice("LOG_FORMAT", "console", ["console", "json"]),
)

# --- API -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lifecycle.api.access.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["lifecycle.api.access.HasNeededPermissions"],
    "DEFAULT_PARSER_CLASSES": ["lifecycle.api.parsers.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "lifecycle.api.pagination.ByIdPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "lifecycle.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # the Accept header chooses, not a query parameter
    "NUM_PROXIES": int(BEHIND_PROXY),  # otherwise a sender could name any address and never be throttled
    "DEFAULT_THROTTLE_CLASSES": ["lifecycle.api.throttles.AnonymousRate", "lifecycle.api.throttles.UserRate"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.rate("THROTTLE_ANON", "60/minute"),
        "user": env.rate("THROTTLE_USER", "1200/minute"),
        "login": env.rate("THROTTLE_LOGIN", "10/minute"),
    },
}
_ERRORS = ("400", "401", "403", "404", "405", "406", "413", "415", "429", "500", "503")
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "lifecycle.api.errors.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "lifecycle.api.errors.ProblemFormatter",
    "ALLOWED_ERROR_STATUS_CODES": _ERRORS,
    "ERROR_SCHEMAS": dict.fromkeys(_ERRORS, "lifecycle.api.problems.ProblemSerializer"),
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(hours=env.integer("API_TOKEN_HOURS", 24 * 90, least=1)),
    "AUTH_HEADER_PREFIX": "Bearer",
}

# --- Workers -------------------------------------------------------------------------------------------------------
# A task may be lost, repeated or run late: PostgreSQL keeps the promises. So a task is acknowledged after its work, and
# what a dead worker held goes to another one after the visibility timeout, which must be longer than the longest task.

TASK_SECONDS = env.integer("TASK_SECONDS", 600, least=10)
CELERY_BROKER_URL = broker_url(REDIS_URL, home=TENURE_HOME)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}-broker:",
    "visibility_timeout": TASK_SECONDS + 300,
    "unacked_restore_interval": 10,  # seconds between two looks for such tasks; a few of them a minute, not one
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = TASK_SECONDS
# A queue of its own: nothing that takes minutes stands before what is due now.
CELERY_TASK_ROUTES = {
    "campaigns.tasks.run_due_steps": {"queue": "campaigns"},
    "campaigns.tasks.sweep_leases": {"queue": "campaigns"},
    "campaigns.tasks.wake_waits": {"queue": "campaigns"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_PROCESSES", 2, least=1, most=256)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Email -----------------------------------------------------------------------------------------------------------

# A provider is a backend of django-anymail, whose settings stand in ANYMAIL. `mailbox`, or no provider and no server:
# letters are kept as files under TENURE_HOME, and shown by the page “Mailbox”.
EMAIL_PROVIDER = env.choice("EMAIL_PROVIDER", "", ["mailbox", *MAIL_PROVIDERS])
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_BACKEND = mail_backend(EMAIL_PROVIDER, EMAIL_HOST)
ANYMAIL = {"IGNORE_UNSUPPORTED_FEATURES": True, **env.json_object("ANYMAIL")}  # not each provider knows metadata
EMAIL_PORT = env.integer("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "tenure@localhost")

# --- Campaigns ------------------------------------------------------------------------------------------------------

_NULL_PORT = "campaigns.channels.null.NullPort"
CAMPAIGN_PORTS = {  # by channel; what goes out by none happens in the database
    "email": {"email": "campaigns.channels.email.EmailPort", "null": _NULL_PORT}[
        env.choice("CAMPAIGN_EMAIL_PORT", "email", ["email", "null"])
    ],
    "webhook": {"webhook": "campaigns.channels.webhook.WebhookPort", "null": _NULL_PORT}[
        env.choice("CAMPAIGN_WEBHOOK_PORT", "webhook", ["webhook", "null"])
    ],
}
CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE = env.boolean("CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE", default=False)
CAMPAIGN_ALLOWED_RECIPIENTS = env.items("CAMPAIGN_ALLOWED_RECIPIENTS", [])
CAMPAIGN_RECEIPT_SECRETS = env.webhook_secrets("CAMPAIGN_RECEIPT_SECRETS")
CAMPAIGN_FOUR_EYES_ABOVE = env.integer("CAMPAIGN_FOUR_EYES_ABOVE", 1000)

# --- Evaluation ----------------------------------------------------------------------------------------------------

STATUS_TAGS_ENABLED = env.boolean("STATUS_TAGS_ENABLED", default=True)
# A form of a hundred tags has a field for each move between two of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
VERIFY_SAMPLE = env.integer("VERIFY_SAMPLE", 1000, least=1, most=10_000_000)
EVALUATION_EVERY_MINUTES = env.integer("EVALUATION_EVERY_MINUTES", 5, least=1, most=1440)
EVALUATION_CHUNK_SIZE = env.integer("EVALUATION_CHUNK_SIZE", 50_000, least=100, most=1_000_000)

# --- Money -----------------------------------------------------------------------------------------------------------
# Amounts carry no currency of their own and are never converted: this says which one all of them are in.

TENURE_CURRENCY = env.currency("TENURE_CURRENCY", "USD")

# --- Rules -----------------------------------------------------------------------------------------------------------

RULES_NEED_SECOND_PERSON = env.boolean("RULES_NEED_SECOND_PERSON", default=False)

# --- Web processes (read by gunicorn.conf.py and `manage.py serve`) --------------------------------------------------

TENURE_PORT = env.integer("TENURE_PORT", 8000, least=1, most=65535)
PUBLIC_URL = env.url("PUBLIC_URL", {"http", "https"}, "https://tenure.example.com").rstrip("/")
PUBLIC_URL = PUBLIC_URL or f"http://localhost:{TENURE_PORT}"
WEB_PROCESSES = env.integer("WEB_PROCESSES", 2, least=1, most=256)
WEB_THREADS = env.integer("WEB_THREADS", 4, least=1, most=256)
