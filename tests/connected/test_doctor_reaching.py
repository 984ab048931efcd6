"""The doctor says in words what keeps letters from going out and people from signing in: a real server and provider."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.cli.reaching import reaching
from tests.support.mail import a_mail_server
from tests.support.provider import RealProvider, a_port, a_provider

GOOD = {"URL": "https://throughline.example.org", "MAIL_FROM": "Peers <peers@example.org>", "MAIL_SECURITY": "none"}
OIDC = {"OIDC_CLIENT_ID": "throughline", "OIDC_CLIENT_SECRET": "a secret"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings as they are told, and no others."""
    monkeypatch.setenv("THROUGHLINE_DATA", "throughline-data")
    return monkeypatch


async def found(environment: pytest.MonkeyPatch, told: Mapping[str, object]) -> dict[str, list[tuple[bool, str]]]:
    """What the doctor says with these settings, by what it looked at."""
    for name, value in told.items():
        environment.setenv(f"THROUGHLINE_{name}", str(value))
    says: dict[str, list[tuple[bool, str]]] = {}
    async for well, what, words in reaching():
        says.setdefault(what, []).append((well, words))
    return says


async def test_without_a_mail_server_letters_lie_in_memory(environment: pytest.MonkeyPatch) -> None:
    says = await found(environment, {})
    [(well, words)] = says["mail"]
    assert well and "letters lie in memory" in words and "/app/mail" in words
    [(well, words)] = says["sign-in"]
    assert well and "by links in mails" in words


async def test_a_mail_server_that_is_there_is_well(environment: pytest.MonkeyPatch) -> None:
    async with a_mail_server() as server:
        told = {**GOOD, "MAIL_HOST": "127.0.0.1", "MAIL_PORT": server.port}
        [(well, words)] = (await found(environment, told))["mail"]
        assert well and f"127.0.0.1:{server.port} answers" in words
        says = (await found(environment, {"MAIL_SECURITY": "starttls"}))["mail"]
        assert [(well, "does not speak STARTTLS" in words) for well, words in says] == [(False, True)]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "127.0.0.1:1 does not answer"),
        ({"MAIL_FROM": "Throughline <throughline@localhost>"}, "which mail servers refuse"),
        ({"URL": ""}, "links in letters lead to http://127.0.0.1:8000"),
        ({"MAIL_PORT": 465, "MAIL_SECURITY": "starttls"}, "seldom go together"),
        ({"MAIL_USER": "we"}, "has nothing to sign in with"),
        ({"MAIL_PASSWORD": "x"}, "nobody to sign in with it: THROUGHLINE_MAIL_USER"),
        ({"MAIL_USER": "we", "MAIL_PASSWORD": "x", "MAIL_TOKEN": "y"}, "only the first is used"),
        ({"MAIL_USER": "we", "MAIL_TOKEN_FILE": "/nowhere/token"}, "cannot be read (FileNotFoundError)"),
        ({"MAIL_USER": "we", "MAIL_TOKEN_COMMAND": "no-such-command --now"}, "names no-such-command"),
        ({"MAIL_USER": "we", "MAIL_TOKEN_COMMAND": "say 'it"}, "cannot be taken apart into words"),
    ],
)
async def test_what_is_wrong_with_mail_is_told_with_its_setting(
    environment: pytest.MonkeyPatch, told: Mapping[str, object], words: str
) -> None:
    says = await found(environment, {**GOOD, "MAIL_HOST": "127.0.0.1", "MAIL_PORT": 1, **told})
    assert any(words in one for well, one in says["mail"] if not well), says


async def test_no_password_is_told(environment: pytest.MonkeyPatch) -> None:
    told = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": 1, "MAIL_PASSWORD": "hunter2", "MAIL_TOKEN": "hunter3"}
    assert "hunter" not in str(await found(environment, {**GOOD, **told}))


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with a_provider("https://throughline.example.org/sign-in/provider/return") as provider:
        yield provider


async def test_a_provider_that_answers_is_well_and_the_redirect_address_is_told(
    environment: pytest.MonkeyPatch, provider: RealProvider
) -> None:
    says = await found(environment, {**GOOD, **OIDC, "OIDC_ISSUER": provider.url})
    [(well, words)] = says["sign-in"]
    assert well and "https://throughline.example.org/sign-in/provider/return" in words


async def test_what_is_wrong_with_a_provider_is_told(
    environment: pytest.MonkeyPatch, provider: RealProvider, tmp_path: Path
) -> None:
    async def says(**told: object) -> list[str]:
        every = (await found(environment, {**GOOD, **OIDC, "OIDC_ISSUER": provider.url, **told}))["sign-in"]
        return [words for well, words in every if not well]

    other = provider.url.replace("127.0.0.1", "localhost")
    assert ["another issuer" in one for one in await says(OIDC_ISSUER=other)] == [True]
    assert ["ConnectError" in one for one in await says(OIDC_ISSUER=f"http://127.0.0.1:{a_port()}")] == [True]
    assert ["which is not set" in one for one in await says(URL="")] == [True]
    (tmp_path / "secret").write_text("\n")
    told = await says(OIDC_CLIENT_SECRET="", OIDC_CLIENT_SECRET_FILE=tmp_path / "secret")
    assert ["which is empty" in one for one in told] == [True]
