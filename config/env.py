"""Configuration comes from the environment and from nowhere else.

Each NAME may also be given as NAME_FILE, the path of a file that holds the value (for secrets of an orchestrator).
A missing or wrong value raises `Wrong`, whose text is one sentence that says what to write.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off", ""})

# What `manage.py` commands that touch no service (makemigrations, check, catalogues) and the linters run with.
NOWHERE: dict[str, str] = {
    "SECRET_KEY": "a key for looking at the code only, never for serving a page to anybody",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "none:",
}


class Wrong(Exception):
    """A setting is missing or cannot be right."""


@dataclass(frozen=True)
class Mail:
    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False


@dataclass(frozen=True)
class Environment:
    secret_key: str
    database: dict[str, Any]
    database_url: str
    redis_url: str
    redis_prefix: str
    base_url: str
    allowed_hosts: list[str]
    mail: Mail
    default_from_email: str
    data_dir: Path
    demo: bool
    debug: bool
    log_level: str
    trusted_proxies: int
    web_threads: int
    run_id: str
    metrics_token: str

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")


def text(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """The value of NAME, or what stands in the file that NAME_FILE names."""
    path = environ.get(f"{name}_FILE", "")
    if not path:
        return environ.get(name, "").strip() or default
    if environ.get(name):
        raise Wrong(f"{name} and {name}_FILE are both set: keep one of them.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{name}_FILE names {path!r}, which cannot be read: write the path of a readable file.") from error
    if not value:
        raise Wrong(f"{name}_FILE names {path!r}, which is empty: write the value of {name} into it.")
    return value


def flag(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = text(environ, name, "1" if default else "0").lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise Wrong(f"{name} is {value!r}: write {name}=1 or {name}=0.")


def number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = text(environ, name, str(default))
    if not re.fullmatch(r"\d{1,9}", value) or not low <= int(value) <= high:
        raise Wrong(f"{name} is {value!r}: write a whole number from {low} to {high}, for example {name}={default}.")
    return int(value)


def secret_key(environ: Mapping[str, str]) -> str:
    value = text(environ, "SECRET_KEY")
    if not value:
        raise Wrong(
            "SECRET_KEY is missing: write SECRET_KEY=<at least 50 random characters>, for example the output of "
            """`python3 -c "import secrets; print(secrets.token_urlsafe(60))"`."""
        )
    if len(value) < 50 or len(set(value)) < 5:
        raise Wrong("SECRET_KEY is too easy to guess: write at least 50 random characters.")
    return value


def database(environ: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    example = "DATABASE_URL=postgresql://user:password@host:5432/name"
    url = text(environ, "DATABASE_URL")
    if not url:
        raise Wrong(f"DATABASE_URL is missing: write {example} (or start with `make run`, which brings its own).")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Wrong(f"DATABASE_URL cannot be read: write it like {example}.") from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise Wrong(f"DATABASE_URL must name a PostgreSQL database: write it like {example}.")
    options: dict[str, Any] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options.setdefault("connect_timeout", 5)
    return url, {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or options.pop("host", ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def redis_url(environ: Mapping[str, str]) -> str:
    example = "REDIS_URL=redis://:password@host:6379/0"
    url = text(environ, "REDIS_URL")
    if not url:
        raise Wrong(f"REDIS_URL is missing: write {example} (Valkey or Redis; `make run` brings its own).")
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        well_formed = False
    if not well_formed:
        raise Wrong(f"REDIS_URL must name a Valkey or Redis server: write it like {example}.")
    return url


def base_url(environ: Mapping[str, str]) -> str:
    example = "BASE_URL=https://eslabon.example.com"
    url = text(environ, "BASE_URL").rstrip("/")
    if not url:
        url = f"http://localhost:{port(environ)}"
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.path and not parts.query
        well_formed = well_formed and (parts.port or 1) > 0
    except ValueError:
        well_formed = False
    if not well_formed:
        raise Wrong(f"BASE_URL must be the address that people type, without a path: write it like {example}.")
    return url


def port(environ: Mapping[str, str]) -> int:
    return number(environ, "PORT", 8000, 1, 65535)


def allowed_hosts(environ: Mapping[str, str], base: str) -> list[str]:
    written = [host.strip() for host in text(environ, "ALLOWED_HOSTS").split(",") if host.strip()]
    for host in written:
        if "/" in host or host == "*":
            raise Wrong(
                f"ALLOWED_HOSTS holds {host!r}: write bare host names joined by commas, "
                "for example ALLOWED_HOSTS=eslabon.example.com,www.example.com."
            )
    host = urlsplit(base).hostname or ""
    near = ["localhost", "127.0.0.1", "[::1]"]
    return list(dict.fromkeys([*written, f"[{host}]" if ":" in host else host, *near]))


def mail(environ: Mapping[str, str], *, demo: bool, debug: bool) -> Mail:
    example = "EMAIL_URL=smtp+tls://user:password@mail.example.com:587"
    url = text(environ, "EMAIL_URL")
    if not url:
        if demo or debug:
            return Mail("django.core.mail.backends.dummy.EmailBackend")
        raise Wrong(f"EMAIL_URL is missing: write {example} (smtp, smtp+tls or smtps; none: to send nothing).")
    if url in {"none:", "console:"}:
        return Mail(f"django.core.mail.backends.{'dummy' if url == 'none:' else 'console'}.EmailBackend")
    try:
        parts = urlsplit(url)
        port_number = parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}.get(parts.scheme, 0)
    except ValueError as error:
        raise Wrong(f"EMAIL_URL cannot be read: write it like {example}.") from error
    if not port_number or not parts.hostname:
        raise Wrong(f"EMAIL_URL must begin with smtp://, smtp+tls:// or smtps:// and name a host: write {example}.")
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=port_number,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtps",
    )


def sender(environ: Mapping[str, str], base: str) -> str:
    value = text(environ, "DEFAULT_FROM_EMAIL", f"Eslabón <no-reply@{urlsplit(base).hostname}>")
    if "@" not in parseaddr(value)[1] or "\n" in value:
        raise Wrong(
            f"DEFAULT_FROM_EMAIL is {value!r}: write one address, "
            "for example DEFAULT_FROM_EMAIL=Eslabón <no-reply@example.com>."
        )
    return value


def data_dir(environ: Mapping[str, str]) -> Path:
    """Where the embedded services keep their files; a relative path counts from the project's folder."""
    return ROOT / Path(text(environ, "DATA_DIR", ".data")).expanduser()


def log_level(environ: Mapping[str, str]) -> str:
    value = text(environ, "LOG_LEVEL", "INFO").upper()
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise Wrong(f"LOG_LEVEL is {value!r}: write DEBUG, INFO, WARNING or ERROR.")
    return value


def read(environ: Mapping[str, str]) -> Environment:
    base = base_url(environ)
    demo, debug = flag(environ, "DEMO"), flag(environ, "DEBUG")
    database_url, database_settings = database(environ)
    if debug and base.startswith("https://"):
        raise Wrong("DEBUG=1 shows strangers the inside of the app: write DEBUG=0 when BASE_URL is https.")
    return Environment(
        secret_key=secret_key(environ),
        database=database_settings,
        database_url=database_url,
        redis_url=redis_url(environ),
        redis_prefix=text(environ, "REDIS_PREFIX", "eslabon"),
        base_url=base,
        allowed_hosts=allowed_hosts(environ, base),
        mail=mail(environ, demo=demo, debug=debug),
        default_from_email=sender(environ, base),
        data_dir=data_dir(environ),
        demo=demo,
        debug=debug,
        log_level=log_level(environ),
        trusted_proxies=trusted_proxies(environ, base),
        web_threads=number(environ, "WEB_THREADS", 4, 1, 200),
        run_id=text(environ, "RUN_ID"),
        metrics_token=metrics_token(environ),
    )


def metrics_token(environ: Mapping[str, str]) -> str:
    value = text(environ, "METRICS_TOKEN")
    if value and len(value) < 16:
        raise Wrong(
            "METRICS_TOKEN is short enough to be guessed: write at least 16 random characters, or leave it out."
        )
    return value


def trusted_proxies(environ: Mapping[str, str], base: str) -> int:
    count = number(environ, "TRUSTED_PROXIES", 0, 0, 9)
    if base.startswith("https://") and not count:
        raise Wrong(
            "BASE_URL is https, so a proxy must stand in front: write TRUSTED_PROXIES=1 "
            "(how many proxies add X-Forwarded-For and X-Forwarded-Proto)."
        )
    return count
