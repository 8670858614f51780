import logging
import re

# Tokens, codes and keys reach a log in addresses (?token=…) and in exceptions' texts (passwords in service URLs).
SECRETS = [
    (re.compile(r"(://[^\s:/@]*:)[^\s@]+@"), r"\1…@"),
    (
        re.compile(r"((?:token|code|key|password|secret|signature|csrfmiddlewaretoken)=)[^\s&\"']+", re.IGNORECASE),
        r"\1…",
    ),
    (re.compile(r"((?:session|csrf)(?:id)?=)[^\s;\"']+", re.IGNORECASE), r"\1…"),
]


def without_secrets(text: str) -> str:
    for pattern, kept in SECRETS:
        text = pattern.sub(kept, text)
    return text


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
