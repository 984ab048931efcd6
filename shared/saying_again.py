"""What people say once more: they see how things stand, and choose again; programs name the revision themselves."""

from shared.commands import Said
from shared.errors import SaidOtherwise
from shared.storage.work import Store
from shared.use_cases import C, Decide, K, Know, Record, TakenBack, obey


async def obey_anew(
    store: Store, command: C, know: Know[K], decide: Decide[C, K], record: Record, patience: float
) -> Said:
    """Do it; what was said before in other words is corrected, and what was taken back is said after all."""
    while True:
        try:
            return await obey(store, command, know, decide, record, patience)
        except (SaidOtherwise, TakenBack) as before:
            next_revision: int = before.details["next_revision"]
            if next_revision <= command.revision:
                raise
            command = command.model_copy(update={"revision": next_revision})
