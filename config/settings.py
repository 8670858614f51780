import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config import demo_clock, env
from config.env import ROOT

try:
    ENV = env.read(os.environ)
except env.Wrong as wrong:
    raise SystemExit(str(wrong)) from None

# Django's generic classes (ModelForm[User]) are written as mypy reads them.
django_stubs_ext.monkeypatch()

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
DEMO = ENV.demo
BASE_URL = ENV.base_url
DATA_DIR = ENV.data_dir
RUN_ID = ENV.run_id
METRICS_TOKEN = ENV.metrics_token
WEB_THREADS = ENV.web_threads
# In the demo each person has a name of this machine's own (ana.localhost), and with it cookies of their own.
ALLOWED_HOSTS = [*ENV.allowed_hosts, ".localhost"] if DEMO else ENV.allowed_hosts
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "areas.User"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = None

INSTALLED_APPS = [
    "post",
    "areas",
    "requests",
    "contracts",
    "workshops",
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.legible.Legible",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "areas.seen.SeenNowAndThen",
    "areas.middleware.LanguageAndZone",
]

# Templates ---------------------------------------------------------------------------------------------------------
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.eslabon",
            ],
            "builtins": ["template_partials.templatetags.partials", "areas.templatetags.constant"],
        },
    }
]

# Static files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"] if (ROOT / "static").is_dir() else []
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")
# Names with a fingerprint are only used when `collectstatic` has made them (under `manage.py up` and in the image).
_fingerprints = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
_collecting = os.environ.get("COLLECT_STATIC") == "1"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _fingerprints or _collecting
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _fingerprints
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# Languages and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# PostgreSQL, Valkey ------------------------------------------------------------------------------------------------
# Pages run in uvicorn's pool of threads, each of which keeps its connection.
# A connection knows what was planned on it (areas.rows.Prepared): a new one plans all of it again.
DATABASES = {"default": {**ENV.database, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
REDIS_URL = ENV.redis_url
# Before every key and channel, so that two installations (or two test workers) may share one server.
REDIS_PREFIX = ENV.redis_prefix
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}:c",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}

# Celery ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}:q:",
    "visibility_timeout": 120,
    # Both are needed for a killed worker's message to come back within seconds of the visibility timeout.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat" / "schedule")

# Mail --------------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = ENV.mail.backend
EMAIL_HOST = ENV.mail.host
EMAIL_PORT = ENV.mail.port
EMAIL_HOST_USER = ENV.mail.user
EMAIL_HOST_PASSWORD = ENV.mail.password
EMAIL_USE_TLS = ENV.mail.tls
EMAIL_USE_SSL = ENV.mail.ssl
EMAIL_TIMEOUT = 15
# Who writes the words of letters that are composed when they leave, by the name in the letter's row.
LETTER_COMPOSERS = {"reminder": "contracts.mails.compose_reminder"}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.default_from_email

# Signing in: a code by e-mail, or a passkey; nobody has a password -------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "areas.signin.AccountAdapter"
ACCOUNT_FORMS = {"login": "areas.signin.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.https else "http"
# A whole workshop sits behind one address of the network: per address wide, per person narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "200/m/ip",
    "request_login_code": "100/m/ip,5/5m/key,40/d/key",
    "login_failed": "100/m/ip,5/5m/key",
    "new_address": "6/h/user,4/h/key",
    "new_address_code": "20/h/user",
}
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.https and urlsplit(BASE_URL).hostname == "localhost"
USERSESSIONS_TRACK_ACTIVITY = True
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies

# Safe from the first day -------------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = int(60 * 60 * 24 * 30)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENV.https
SESSION_COOKIE_NAME = "__Host-session" if ENV.https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if ENV.https else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = ENV.https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.https
SECURE_HSTS_PRELOAD = ENV.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# One file of values at a time, in memory only: what is larger is dropped unread, and nothing is written to disk.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024

# Logs: what happened, never what somebody typed --------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENV.log_level, "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
    },
}

# Time ---------------------------------------------------------------------------------------------------------------
if DEMO:
    demo_clock.install()
