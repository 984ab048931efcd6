"""Every setting there is, read from the environment as THROUGHLINE_*; nothing else reads the environment."""

import re
from datetime import time
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.access.websites import private
from shared.events.fields import Zone, refusal
from shared.playbooks.places import Place, Places
from shared.playbooks.topics import BadTopics, Topics, read_topics

LANES = (1, 2, 4, 8, 16)
"""Into how many lanes an ear may be divided: a bus with keys allows a service each of them by name."""


def _website(value: str) -> str:
    return private(value) if value else value


class TribeSettings(BaseSettings):
    """What the table of jurisdictions has to be told of a Tribe."""

    model_config = SettingsConfigDict(extra="forbid")

    name: str
    region: int = Field(ge=1, le=10)
    zone: Zone


class Settings(BaseSettings):
    """How this Throughline is set up; see deploy/env.example for each."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_", env_nested_delimiter="__", extra="ignore")

    data: Path = Path("throughline-data")
    """Where the embedded bus and the SQLite files live."""
    nats: str = ""
    """URLs of a NATS cluster, separated by commas; empty starts a server of our own."""
    nats_keys: str = ""
    """The folder with the keys by which the services are known on that cluster; none where it asks for none."""
    database: str = ""
    """SQLAlchemy URL of the served database; empty keeps one SQLite file a service in `data`."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    url: str = ""
    """Where people reach the pages, if not at host and port: the links in mails begin with it."""
    proxies: str = "127.0.0.1"
    """The proxies whose word is taken for who asks and by which scheme: addresses or nets, separated by commas."""
    token: SecretStr = SecretStr("")
    """The token of an administrator; empty makes one, and keeps it in the file `key` in `data`."""
    oidc_issuer: Annotated[str, AfterValidator(_website)] = ""
    """The provider at which people may sign in, by its address as it calls itself; empty for none."""
    oidc_name: str = Field(default="your organization", min_length=1, max_length=60)
    """What people call it: "Sign in with ..."."""
    oidc_client_id: str = Field(default="", validate_default=True)
    """What it calls us."""
    oidc_client_secret: SecretStr = SecretStr("")
    """By which it knows us."""
    oidc_client_secret_file: str = ""
    """A file with that secret, read anew for each sign-in."""
    oidc_addresses: Literal["verified", "all"] = "verified"
    """By which addresses somebody is known who comes from there for the first time."""
    requests_a_minute: int = Field(default=3000, ge=0, le=1_000_000)
    """How much one token, or one person who signed in, may ask for within a minute; 0 for any number."""
    playbooks: Path = Path("playbooks")
    """Where the playbooks lie that `up` publishes."""
    instruments: Path = Path("instruments")
    """Where the instruments lie that evaluation rounds ask by; those that come along are there for what it lacks."""
    topics: Path = Path("playbooks/topics/topics.yaml")
    """The topics that staff know, each with its other names; without the file every topic has but one."""
    zone: Zone = "America/New_York"
    """The time zone of what has neither a jurisdiction nor an engagement."""
    tribes: dict[str, TribeSettings] = {}
    """Tribes by id: {"tribe-<slug>": {"name": ..., "region": ..., "zone": ...}}."""
    replicas: int = Field(default=1, ge=1, le=5)
    """How many servers of a NATS cluster keep each message."""
    batch: int = Field(default=500, ge=1, le=1000)
    """The most facts that one transaction hears."""
    lanes: int = Field(default=1, validate_default=True)
    """Into how many lanes what a service hears is divided, so that several processes of it hear at the same time."""
    patience: float = Field(default=1.0, ge=0, le=30)
    """Seconds that a command waits for a fact which another service has said but this one has not heard yet."""
    ack_wait: float = Field(default=30.0, ge=1, le=3600)
    """Seconds after which the bus gives a message that nobody answered to another replica."""
    watch_bus_every: float = Field(default=30.0, ge=0.5, le=3600)
    """Seconds between two looks at whether the bus still has what it was told."""
    live_port: int = Field(default=0, ge=0, le=65535)
    """Where a thread of its own tells whether the event loop still turns; 0 for nowhere."""
    max_fact_bytes: int = 262_144
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that are not public, and to which events may be sent all the same."""
    webhook_timeout: float = Field(default=15.0, ge=0.1, le=60)
    """Seconds that a webhook has to take an event."""
    webhook_log_days: int = Field(default=90, ge=7, le=3650)
    """Days for which the log tells what became of each event that went to a webhook."""
    mail_host: str = ""
    """The mail server; empty sends nothing, and shows administrators what would be sent."""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = "Throughline <throughline@localhost>"
    """Whose name and address stand in letters."""
    mail_user: str = ""
    """Who we are for the mail server; empty does not sign in."""
    mail_password: SecretStr = SecretStr("")
    mail_token: SecretStr = SecretStr("")
    """An access token to sign in with by XOAUTH2, in place of a password."""
    mail_token_file: str = ""
    """A file with that token, read anew for each connection."""
    mail_token_command: str = ""
    """A command that prints that token, run anew for each connection."""
    mail_timeout: float = Field(default=20.0, ge=0.1, le=300)
    """Seconds that the mail server has for each of its answers."""
    mail_at: time = time(7, 30)
    """When the daily digest comes, on its reader's clock."""
    crash_at: str = ""
    """For tests of faults: the point at which this process kills itself; see shared/crashes.py."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = False

    @field_validator("oidc_client_id")
    @classmethod
    def _goes_with_the_issuer(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise refusal("is missing: it goes with oidc_issuer")
        return value

    @field_validator("lanes")
    @classmethod
    def _can_be_shared(cls, value: int, info: ValidationInfo) -> int:
        if value not in LANES:
            raise refusal(f"must be one of {', '.join(map(str, LANES))}")
        if value > 1 and not info.data.get("database", "").startswith("postgresql"):
            raise refusal("needs PostgreSQL: a file of SQLite is one process's, so that lanes would gain nothing")
        return value

    @field_validator("mail_from")
    @classmethod
    def _has_an_address(cls, told: str) -> str:
        name, address = parseaddr(told)
        if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address) or not (name.isprintable() and told.isprintable()):
            raise refusal("must be a name and an address, like Peer learning <peer-learning@example.org>")
        return told

    @property
    def bus(self) -> Path:
        """Where a bus of our own lives, and the accounts of one that is not are kept, if they are kept here."""
        return Path(self.nats_keys).parent if self.nats_keys else self.data / "nats"

    @property
    def known_places(self) -> Places:
        """All jurisdictions, the Tribes of these settings among them."""
        tribes = {code: Place(code, tribe.name, tribe.region, tribe.zone) for code, tribe in self.tribes.items()}
        return Places(tribes)

    @property
    def known_topics(self) -> Topics:
        """The topics of these settings' file; BadTopics where it lists none that can be read."""
        try:
            written = self.topics.stat()
            return _read(self.topics, written.st_mtime_ns, written.st_size)
        except FileNotFoundError:
            return Topics()
        except UnicodeDecodeError:
            raise BadTopics(f"{self.topics}: is not UTF-8: save it as such") from None
        except OSError as error:
            raise BadTopics(f"{self.topics}: cannot be read: {error.strerror}") from None


@lru_cache(maxsize=4)
def _read(file: Path, _written: int, _size: int) -> Topics:
    """A file is read once, as long as nobody writes it."""
    return read_topics(file.read_text(encoding="utf-8"), str(file))
