"""A restored backup lets in by the accounts and tokens of its day, but nobody by a sign-in or a link of that day."""

from pathlib import Path

from shared.access import accounts, signing_in, tokens
from shared.access.accounts import Account
from shared.access.register import Register
from shared.access.tables import TABLES
from shared.access.tokens import Wanted
from shared.clock import VirtualClock
from shared.settings import Settings
from shared.storage import backup, restoring
from shared.storage.backup import Holding
from tests.support.saying import NOW


def register_in(folder: Path) -> Register:
    folder.mkdir()
    return Register.of(Settings(data=folder, database=""), VirtualClock(NOW))


async def test_a_backup_signs_nobody_in(tmp_path: Path) -> None:
    before, after = register_in(tmp_path / "before"), register_in(tmp_path / "after")
    try:
        await before.prepare()
        await accounts.grant(before, Account.model_validate({"person_id": "p-1", "roles": ["supervisor"]}))
        signed = await signing_in.begin(before, "p-1")
        link = await signing_in.mint(before, "p-1", signing_in.LINK_LASTS)
        _token, secret = await tokens.make(before, Wanted.model_validate({"label": "R", "roles": ["evaluator"]}))
        assert signed is not None and await signing_in.signed_in(before, signed) is not None
        folder = tmp_path / "saved"
        manifest = await backup.save([Holding(before.database, TABLES, every=())], folder, "1", before.clock.now)
        await restoring.restore(folder, manifest, [Holding(after.database, TABLES, every=())])
        assert await signing_in.signed_in(after, signed) is None
        assert await signing_in.use(after, link) is None
        assert await accounts.account(after, "p-1") is not None
        assert await tokens.shown(after, secret) is not None
    finally:
        await before.close()
        await after.close()
