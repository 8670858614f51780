"""What the data folder remembers: the secret key, and where the running services are."""

import json
import secrets
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from config import env
from config.embedded import write_private
from config.processes import alive

RECORD = "running.json"
# How `manage.py prepare` ends when the last line that it says is a sentence for whoever starts the app.
UNREACHABLE = 3


def secret_key(folder: Path) -> str:
    """Made once; whoever loses it signs everybody out, nothing worse."""
    path = folder / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(60))
    return path.read_text(encoding="utf-8").strip()


def record(folder: Path) -> dict[str, Any]:
    try:
        known = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remember(folder: Path, known: dict[str, Any]) -> None:
    write_private(folder / RECORD, json.dumps(known, indent=1))


def is_running(known: dict[str, Any]) -> bool:
    return bool(known) and alive(int(known.get("pid", 0)), float(known.get("born", 0)))


def join(environ: MutableMapping[str, str]) -> None:
    """Let a command beside `manage.py up` work on the same services, unless the environment names others."""
    folder = env.data_dir(environ)
    known = record(folder)
    if not is_running(known):
        return
    for name, value in known.get("environment", {}).items():
        if not environ.get(name) and not environ.get(f"{name}_FILE"):
            environ[name] = value


def is_asleep(environ: MutableMapping[str, str]) -> bool:
    """Whether the app lives in the data folder and is not running just now."""
    named = any(env.text(environ, name) for name in ("DATABASE_URL", "REDIS_URL"))
    return not named and (env.data_dir(environ) / "postgres" / "PG_VERSION").exists()
