"""Keys and rights on the bus: what a server is told, what lies in files, and what stays secret."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from shared.bus.accounts.configuration import accounts, written
from shared.bus.accounts.keyring import Keyring, KnownAlready
from shared.bus.accounts.members import Kind, Member, rights
from shared.bus.accounts.nkeys import BadSeed, is_seed, new_seed, public_key, sign
from shared.bus.accounts.reloading import reload
from shared.bus.connecting import Key, KeyMissing, key_of_service
from shared.bus.outcomes import subject_of
from shared.bus.postman import Letter
from shared.bus.streams import ENGAGEMENT, Ear
from shared.errors import Malformed, Unknown
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


def test_a_key_is_written_as_nats_writes_it() -> None:
    assert is_seed(SEED)
    assert public_key(SEED) == PUBLIC
    assert len(sign(SEED, "nonce")) == 88


def test_every_new_key_is_another_and_a_slip_in_it_is_noticed() -> None:
    seeds = {new_seed() for _ in range(20)}
    assert len(seeds) == 20 and all(is_seed(seed) for seed in seeds)
    for bad in ("", "SU", SEED[:-1], SEED[:-1] + "A", SEED.lower(), PUBLIC, f"{SEED}\n", "é" * 58):
        assert not is_seed(bad)


def test_a_tracker_may_say_its_requests_hear_its_answers_and_read_their_fates_and_nothing_else() -> None:
    may = rights(Member(Kind.TRACKER, "ncase", PUBLIC))
    says, *reads = may.publish
    assert (says, may.subscribe) == ("inbound.requests.ncase", ("_INBOX_ncase.>",))
    assert reads == ["READ.CONSUMER.INFO.FATES.ncase", "READ.CONSUMER.MSG.NEXT.FATES.ncase", "$JS.ACK.FATES.ncase.>"]


def test_an_evaluator_may_read_by_its_own_consumer_and_nothing_else() -> None:
    may = rights(Member(Kind.EVALUATOR, "ky", PUBLIC))
    assert all("OUTCOMES.ky" in one for one in may.publish)
    assert may.subscribe == ("_INBOX_ky.>",)


@pytest.mark.parametrize("kind", [Kind.SERVICE, Kind.TRACKER, Kind.EVALUATOR, Kind.SYSTEM])
def test_nobody_who_is_always_known_may_change_a_stream(kind: Kind) -> None:
    may = rights(Member(kind, "evaluation", PUBLIC))
    harmless = ("$JS.API.STREAM.INFO.", "$JS.API.STREAM.MSG.GET.")
    assert [one for one in may.publish if "STREAM." in one and not one.startswith(harmless)] == []
    assert not {">", "$JS.>", "$JS.API.>", "eng.>", "*.>"} & {*may.publish}


def test_streams_belong_to_the_account_of_the_services_alone() -> None:
    told = accounts([Member(Kind.TRACKER, "ncase", PUBLIC), Member(Kind.ADMINISTRATOR, "administrator", "UA")])
    assert [name for name, one in told.items() if "jetstream" in one] == ["THROUGHLINE"]
    assert [user["nkey"] for user in told["TRACKERS"]["users"]] == [PUBLIC]
    assert [user["nkey"] for user in told["THROUGHLINE"]["users"]] == ["UA"]


def test_who_is_let_in_has_a_key_that_only_its_owner_may_read(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "bus")
    file = keyring.admit(Kind.TRACKER, "ncase")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    seed = file.read_text().strip()
    others = [path.read_text() for path in keyring.folder.iterdir() if path.suffix in (".conf", ".json")]
    assert len(others) == 2
    assert all(public_key(seed) in text and seed not in text for text in others)


def test_a_new_key_takes_the_place_of_the_old_and_who_is_removed_is_known_no_more(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    old = public_key(keyring.admit(Kind.TRACKER, "ncase").read_text().strip())
    new = public_key(keyring.admit(Kind.TRACKER, "ncase").read_text().strip())
    assert old != new and [one.key for one in keyring.members()] == [new]
    assert old not in keyring.accounts.read_text()
    keyring.remove(Kind.TRACKER, "ncase")
    assert keyring.members() == [] and not keyring.file(Kind.TRACKER, "ncase").exists()
    assert new not in keyring.accounts.read_text()
    with pytest.raises(Unknown):
        keyring.remove(Kind.TRACKER, "ncase")


def test_of_many_who_are_let_in_at_once_none_is_lost_and_one_name_is_given_once(tmp_path: Path) -> None:
    let_in = "import sys; from tests.unit.test_bus_accounts import let_in; let_in(*sys.argv[1:])"
    sources = ("ncase", "ohio", "guam")
    started = [
        subprocess.Popen([sys.executable, "-c", let_in, str(tmp_path), one], cwd=ROOT, stdout=subprocess.PIPE)
        for one in sources
    ]
    outcomes = sorted(one.communicate()[0].decode().strip() for one in started)
    names = {one.name for one in Keyring(tmp_path).members()}
    assert names == {f"{source}-{number}" for source in sources for number in range(20)} | {"contested"}
    assert outcomes == ["let in", "refused", "refused"]


def test_who_is_let_in_while_somebody_is_known_for_a_moment_does_not_push_them_out(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.write(Member(Kind.ADMINISTRATOR, "administrator", PUBLIC))
    keyring.admit(Kind.TRACKER, "ncase")
    assert PUBLIC in keyring.accounts.read_text() and [one.name for one in keyring.members()] == ["ncase"]
    keyring.write()
    assert PUBLIC not in keyring.accounts.read_text() and "inbound.requests.ncase" in keyring.accounts.read_text()


def let_in(folder: str, source: str) -> None:
    """What each of several processes does at once."""
    keyring = Keyring(Path(folder))
    for number in range(20):
        keyring.admit(Kind.TRACKER, f"{source}-{number}", must_be_new=True)
    try:
        keyring.admit(Kind.TRACKER, "contested", must_be_new=True)
        sys.stdout.write("let in")
    except KnownAlready:
        sys.stdout.write("refused")


@pytest.mark.parametrize("name", ["", "a.b", "a b", "*", ">", "../x", "a" * 65, 'a"b', "a\n"])
def test_a_name_that_would_mean_more_than_itself_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Malformed):
        Keyring(tmp_path).admit(Kind.TRACKER, name)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_missing_or_spoilt_is_told_with_its_file(tmp_path: Path) -> None:
    told = Settings(nats="nats://x", nats_keys=str(tmp_path))
    with pytest.raises(KeyMissing, match=r"service-intake\.nk"):
        key_of_service("intake", told)
    (tmp_path / "service-intake.nk").write_text(f"{SEED[:-2]}AA\n")
    with pytest.raises(BadSeed, match=r"service-intake\.nk") as spoilt:
        key_of_service("intake", told)
    assert SEED[:-2] not in str(spoilt.value)
    assert key_of_service("intake", Settings(nats="nats://x")) is None
    assert SEED not in repr(Key("intake", text=SEED))


def test_a_server_is_told_only_if_it_is_one(tmp_path: Path) -> None:
    assert not reload(tmp_path)
    for pid in ("", "x", "999999999", f"{os.getpid()}"):
        (tmp_path / "nats-server.pid").write_text(pid)
        assert not reload(tmp_path)


def test_only_outcomes_and_verdicts_are_copied_for_evaluators() -> None:
    def where(event: str, id_: str = "4452bae3-1b1e-5e0e") -> str:
        return subject_of(Letter(1, id_, f"eng.{event}.v1.e1", b""))

    assert where("evaluation.outcome_recorded") == "outcomes.outcome_recorded.v1.e1.4452bae3-1b1e-5e0e"
    assert where("evaluation.goal_assessed").startswith("outcomes.goal_assessed.v1.e1.")
    assert where("evaluation.fact_retracted").startswith("outcomes.fact_retracted.v1.e1.")
    for other in ("evaluation.outcome_dismissed", "evaluation.evaluation_answered", "intake.team_formed", "sessions.x"):
        assert where(other) == ""
    odd = where("evaluation.outcome_recorded", "an id of.another > system").rpartition(".")[2]
    assert odd.isalnum()


def told(*words: str, folder: Path, fails: bool = False) -> str:
    """What the command prints."""
    environment = {"THROUGHLINE_NATS": "", "THROUGHLINE_NATS_KEYS": "", "THROUGHLINE_DATA": str(folder / "data")}
    result = CliRunner(env=environment).invoke(app, [*words])
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_a_whole_configuration_is_written_and_written_again_it_keeps_the_keys(tmp_path: Path) -> None:
    folder = tmp_path / "bus"
    first = told("bus", "config", str(folder), folder=tmp_path)
    assert {path.name for path in folder.iterdir()} == {
        "accounts.conf", "members.json", "members.lock", "server.conf", "server.env", "address", "keys",
    }  # fmt: skip
    seeds = {path.name: path.read_text().strip() for path in (folder / "keys").iterdir()}
    assert len(seeds) == 6 and not [seed for seed in seeds.values() if seed in first]
    told("bus", "config", str(folder), folder=tmp_path)
    assert seeds == {path.name: path.read_text().strip() for path in (folder / "keys").iterdir()}
    assert {one["kind"] for one in json.loads((folder / "members.json").read_text())} == {
        "service", "administrator", "system",
    }  # fmt: skip


def test_who_subscribes_is_told_how_to_connect_and_sees_the_key_only_when_asked(tmp_path: Path) -> None:
    folder = ("--folder", str(tmp_path / "bus"))
    told("bus", "config", folder[1], folder=tmp_path)
    quiet = told("subscribe", "tracker", "ncase", *folder, folder=tmp_path)
    seed = (tmp_path / "bus" / "keys" / "tracker-ncase.nk").read_text().strip()
    assert seed not in quiet and "_INBOX_ncase" in quiet and "nkeyAuthenticator" in quiet and "nkeys_seed" in quiet
    shown = told("subscribe", "tracker", "ohio", "--show-key", *folder, folder=tmp_path)
    assert (tmp_path / "bus" / "keys" / "tracker-ohio.nk").read_text().strip() in shown
    assert "known already" in told("subscribe", "tracker", "ncase", *folder, folder=tmp_path, fails=True)
    assert "slug" in told("subscribe", "tracker", "a.b", *folder, folder=tmp_path, fails=True)
    assert "evaluation starts next" in told("subscribe", "evaluator", "ky", *folder, folder=tmp_path)
    known = told("bus", "who", *folder, folder=tmp_path)
    assert {line.split()[1] for line in known.splitlines()} >= {"ncase", "ohio", "ky", "intake", "system"}


def test_keys_are_changed_and_taken_away_by_name(tmp_path: Path) -> None:
    folder = ("--folder", str(tmp_path / "bus"))
    told("bus", "config", folder[1], folder=tmp_path)
    told("subscribe", "tracker", "ncase", *folder, folder=tmp_path)
    before = (tmp_path / "bus" / "keys" / "tracker-ncase.nk").read_text()
    told("bus", "rotate", "tracker", "ncase", *folder, folder=tmp_path)
    assert (tmp_path / "bus" / "keys" / "tracker-ncase.nk").read_text() != before
    assert "There is no tracker ohio" in told("bus", "rotate", "tracker", "ohio", *folder, folder=tmp_path, fails=True)
    assert "is none of" in told("bus", "rotate", "friend", "ohio", *folder, folder=tmp_path, fails=True)
    told("subscribe", "remove", "tracker", "ncase", *folder, folder=tmp_path)
    assert "ncase" not in told("bus", "who", *folder, folder=tmp_path)
    assert "There is no tracker" in told(
        "subscribe", "remove", "tracker", "ncase", *folder, folder=tmp_path, fails=True
    )
    assert "Only trackers" in told("subscribe", "remove", "service", "intake", *folder, folder=tmp_path, fails=True)


def test_where_no_accounts_are_kept_the_command_says_how_to_make_them(tmp_path: Path) -> None:
    assert "throughline bus config" in told("bus", "who", folder=tmp_path, fails=True)


def test_what_a_server_is_told_does_not_depend_on_the_order_in_which_they_came() -> None:
    some = [Member(Kind.TRACKER, name, f"U{name}") for name in ("a", "b", "c")]
    assert written(some) == written(reversed(some))


def test_a_service_may_say_of_its_own_lanes_what_it_has_heard_and_of_no_others() -> None:
    answers = [right for right in rights(Member(Kind.SERVICE, "followup", "U")).publish if right.startswith("$JS.ACK.")]
    assert {f"$JS.ACK.ENGAGEMENT.{ear.durable}.>" for ear in Ear("followup", ENGAGEMENT, ()).in_lanes(16)} < {*answers}
    assert not [right for right in answers if not right.split(".")[3].startswith("followup")]
