"""Sign-in, templates, languages and headers of the web edges."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from callward import deployment

_HOUSE = Path(__file__).parent.parent
_LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}
_WEB = deployment.chosen().web
_HOSTS, _OVER_TLS = set(_WEB.hosts), _WEB.over_tls
_ONLY_LOCAL = _HOSTS <= _LOCAL and not _OVER_TLS

WEB_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "callward.console.middleware.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "callward.console.middleware.VisitMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HOUSE / "console" / "templates"],  # ours come before allauth's
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "callward.console.pages.shell",
            ]
        },
    }
]

FORM_RENDERER = "callward.console.form_renderer.ConsoleRenderer"

# Files of the pages: straight from the package, no collecting and no build step.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 600

# One cache for all processes, so that nobody guesses codes once per process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "KEY_FUNCTION": "callward.console.signin.lockout.nameless_key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Languages
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ro", "Română"),
    ("bg", "Български"),
    ("lt", "Lietuvių"),
]
LOCALE_PATHS = [_HOUSE / "locale"]
FORMAT_MODULE_PATH = "callward.console.formats"
LANGUAGE_COOKIE_NAME = "callward_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not _ONLY_LOCAL

# Passwords: argon2 alone, so that no weaker hash is ever accepted.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
CALLWARD_PASSWORD_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {
        "NAME": f"{_VALIDATION}.MinimumLengthValidator",
        "OPTIONS": {"min_length": CALLWARD_PASSWORD_LENGTH},
    },
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "callward.console.signin.backends.StaffBackend",
]

# A sign-in: bound to one browser, ended when idle and at the latest after one working day.
CALLWARD_SIGN_IN_IDLE = timedelta(minutes=30)
CALLWARD_SIGN_IN_LONGEST = timedelta(hours=12)
CALLWARD_TRAINING_WARNING_DAYS = (30, 7)
SESSION_ENGINE = "callward.console.signin.session_store"
SESSION_COOKIE_NAME = "callward_session"
SESSION_COOKIE_AGE = int(CALLWARD_SIGN_IN_LONGEST.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not _ONLY_LOCAL
CSRF_COOKIE_NAME = "callward_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = not _ONLY_LOCAL
CSRF_FAILURE_VIEW = "callward.console.refusals.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Lockout: the fifth wrong password shuts the user name until it has cooled off.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # the name is shut whatever the address: nothing to rotate
AXES_HANDLER = "callward.console.signin.lockout.NamelessCount"
AXES_USERNAME_CALLABLE = "callward.console.signin.lockout.counted_name"
AXES_LOCKOUT_CALLABLE = "callward.console.signin.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else one guess a minute locks for ever
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "login", "ip_address"]

# Sign-in by own user name and own password, then a second factor; nobody signs up.
ACCOUNT_ADAPTER = "callward.console.signin.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
_FORMS = "callward.console.signin.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignInForm",
    "reauthenticate": f"{_FORMS}.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": f"{_FORMS}.CodeForm",
    "reauthenticate": f"{_FORMS}.ConfirmCodeForm",
    "activate_totp": f"{_FORMS}.NewAppForm",
}
MFA_ADAPTER = "callward.console.signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False  # K-09: a password of one's own is always asked
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Callward"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _ONLY_LOCAL

# Headers
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # the player draws its styles under the nonce
        "img-src": [SELF, "data:"],  # the QR code, and Bootstrap's own marks
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
