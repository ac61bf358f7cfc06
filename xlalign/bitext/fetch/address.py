"""Web addresses that may be shown: what is secret in them never stands in the address itself.

An address with a password or a token in it would get into the cache, the lock file, reports and messages. So it is
refused, and a secret is written as the name of an environment variable, `?token=${XLALIGN_TOKEN}`, which is filled in
for the request alone. Only variables whose names begin with XLALIGN_ are, so that a pipeline file of somebody else
cannot send the others away.
"""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, urlsplit

from xlalign.errors import UserError, shown

_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")
_SECRET_NAME = re.compile(
    r"(?:^|[-_.])(?:token|secret|password|passwd|pwd|pass|key|apikey|auth|authorization|sig|signature|credential|"
    r"credentials|session)$",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;\s#]+)=([^&;\s#]*)")
_VARIABLE = re.compile(r"\$\{(XLALIGN_[A-Z0-9_]+)\}")


def redacted(text: str) -> str:
    """A text without the passwords and tokens of the addresses in it.

    >>> redacted("https://me:pw@host/a?page=2&token=abc")
    'https://***@host/a?page=2&token=***'
    """
    without = _USERINFO.sub("***@", text)
    return _PARAMETER.sub(lambda found: f"{found[1]}=***" if _secret(found[1], found[2]) else found[0], without)


def check(address: str) -> None:
    """Refuse an address that holds a secret.

    Raises:
        UserError: with the address redacted.
    """
    try:
        parts = urlsplit(address)
        parameters = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise UserError(f"{shown(redacted(address))}: not a web address ({error})") from None
    if "@" in parts.netloc:
        hint = "leave `name:password@` out, and write them into ~/.netrc: machine HOST login NAME password PASSWORD"
        raise UserError(f"{shown(redacted(address))}: a password does not belong into an address", hint)
    for name, value in parameters:
        if _secret(name, value):
            hint = f"put it into the environment and write {shown(name)}=${{XLALIGN_TOKEN}}"
            raise UserError(f"{shown(redacted(address))}: `{shown(name)}` looks like a secret", hint)


def filled(address: str) -> str:
    """The address with the values of its environment variables, for the request alone.

    Raises:
        UserError: a variable is not set.
    """

    def value(found: re.Match[str]) -> str:
        try:
            return os.environ[found[1]]
        except KeyError:
            raise UserError(f"{redacted(address)}: {found[1]} is not set", f"export {found[1]}=...") from None

    return _VARIABLE.sub(value, address)


def _secret(name: str, value: str) -> bool:
    return bool(value and _SECRET_NAME.search(name) and not _VARIABLE.fullmatch(value))
