"""What `throughline doctor` finds of the ways to people: the mail server, and the provider at which they sign in."""

import shlex
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from shared.access.websites import LOOPBACK
from shared.settings import Settings

Finding = tuple[bool, str, str]
"""Whether it is well, what was looked at, and what was found or is to be done."""
MAIL, SIGN_IN = "mail", "sign-in"
WITHIN = 5.0
"""Seconds that a mail server has to answer."""


async def reaching() -> AsyncIterator[Finding]:
    """Whether letters would go out, and whether people can sign in."""
    settings = Settings()
    async for finding in _mail(settings):
        yield finding
    async for finding in _sign_in(settings):
        yield finding


async def _mail(told: Settings) -> AsyncIterator[Finding]:
    if not told.mail_host:
        found = "no mail server is named (THROUGHLINE_MAIL_HOST): letters lie in memory while Throughline runs, and"
        yield True, MAIL, f"{found} administrators read them at /app/mail"
        return
    for wrong in (*_wrong_with_mail(told), *_wrong_with_its_sign_in(told)):
        yield False, MAIL, wrong
    if why := await _unreachable(told):
        yield False, MAIL, why
    else:
        yield True, MAIL, f"{told.mail_host}:{told.mail_port} answers; letters come from {told.mail_from}"


def _wrong_with_mail(told: Settings) -> Iterator[str]:
    if told.mail_from.rstrip("> ").endswith("@localhost"):
        yield f"letters come from {told.mail_from}, which mail servers refuse: say yours, THROUGHLINE_MAIL_FROM"
    if not told.url.startswith("https://"):
        where = told.url or f"http://{told.host}:{told.port}"
        yield (
            f"links in letters lead to {where}, and mail programs show no button that stops letters: "
            "THROUGHLINE_URL has to be where people reach the pages, by https://"
        )
    if (told.mail_port == 465) != (told.mail_security == "tls"):
        yield (
            f"port {told.mail_port} and THROUGHLINE_MAIL_SECURITY={told.mail_security} seldom go together: "
            "on 465 it is tls, on 587 starttls"
        )


def _wrong_with_its_sign_in(told: Settings) -> Iterator[str]:
    ways = {
        "TOKEN_COMMAND": told.mail_token_command,
        "TOKEN_FILE": told.mail_token_file,
        "TOKEN": told.mail_token.get_secret_value(),
        "PASSWORD": told.mail_password.get_secret_value(),
    }
    known = [f"THROUGHLINE_MAIL_{name}" for name, value in ways.items() if value]
    if told.mail_user and not known:
        yield "THROUGHLINE_MAIL_USER is named, but has nothing to sign in with: THROUGHLINE_MAIL_PASSWORD, or a token"
    if known and not told.mail_user:
        yield f"{known[0]} is set, but nobody to sign in with it: THROUGHLINE_MAIL_USER"
    if len(known) > 1:
        yield f"{' and '.join(known)} are set; only the first is used: leave one"
    if told.mail_user and told.mail_security == "none" and told.mail_host not in LOOPBACK:
        yield "the password or token goes to the mail server in the clear: THROUGHLINE_MAIL_SECURITY=starttls, or tls"
    if told.mail_token_file and (why := _unreadable(told.mail_token_file)):
        yield f"THROUGHLINE_MAIL_TOKEN_FILE {why}"
    if told.mail_token_command and (why := _no_command(told.mail_token_command)):
        yield f"THROUGHLINE_MAIL_TOKEN_COMMAND {why}"


async def _unreachable(told: Settings) -> str:
    """Why a mail server cannot be spoken with as the settings say; nothing where it can."""
    import aiosmtplib

    client = aiosmtplib.SMTP(
        hostname=told.mail_host,
        port=told.mail_port,
        timeout=min(WITHIN, told.mail_timeout),
        use_tls=told.mail_security == "tls",
        start_tls=told.mail_security == "starttls",
    )
    where = f"{told.mail_host}:{told.mail_port}"
    try:
        await client.connect()
        await client.quit()
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError) as error:
        return f"{where} does not answer ({type(error).__name__}): look at THROUGHLINE_MAIL_HOST, _PORT and _SECURITY"
    except (aiosmtplib.SMTPException, ValueError):
        return f"{where} does not speak {told.mail_security.upper()}: THROUGHLINE_MAIL_SECURITY says how it does"
    finally:
        client.close()
    return ""


async def _sign_in(told: Settings) -> AsyncIterator[Finding]:
    from shared.access.by_provider import BACK
    from shared.access.failing import SignInFailed
    from shared.access.provider import Provider

    if not told.oidc_issuer:
        yield True, SIGN_IN, "by links in mails; a provider would be named by THROUGHLINE_OIDC_ISSUER"
        return
    if not told.url:
        yield False, SIGN_IN, f"{told.oidc_issuer} sends people back to THROUGHLINE_URL, which is not set"
    if urlsplit(told.url).path.strip("/"):
        yield False, SIGN_IN, f"THROUGHLINE_URL={told.url} has a path, and pages are found without one"
    if told.oidc_client_secret_file and (why := _unreadable(told.oidc_client_secret_file)):
        yield False, SIGN_IN, f"THROUGHLINE_OIDC_CLIENT_SECRET_FILE {why}"
    try:
        await Provider(told).see_that_it_answers()
    except SignInFailed as error:
        remedy = "THROUGHLINE_OIDC_ISSUER has to be what it calls itself, and this machine has to reach it"
        yield False, SIGN_IN, f"{told.oidc_issuer}: {error.why}; {remedy}"
    else:
        back = f"{told.url.rstrip('/')}{BACK}"
        yield True, SIGN_IN, f"{told.oidc_issuer} answers; the redirect address to enter there is {back}"


def _unreadable(file: str) -> str:
    try:
        empty = not Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        return f"names {file}, which cannot be read ({type(error).__name__})"
    return f"names {file}, which is empty" if empty else ""


def _no_command(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError as error:
        return f"cannot be taken apart into words: {error}"
    return "" if words and shutil.which(words[0]) else f"names {words[0] if words else 'nothing'}, which is no command"
