"""What a start says first: the playbooks of the folder that changed."""

import typer

from services.intake import handlers
from services.intake.decisions import playbooks
from services.intake.domain import PublishPlaybook
from shared.errors import Refused
from shared.service import Service
from shared.shelf import files_in, whole


async def publish(intake_: Service) -> None:
    """Publish the playbooks of the folder that changed; one with a mistake never replaces a good one."""
    folder = intake_.settings.playbooks
    files = files_in(folder)
    if not files:
        typer.echo(f"{folder.absolute()}: no playbooks here to publish. Name their folder with THROUGHLINE_PLAYBOOKS.")
    for file in files:
        try:
            command = PublishPlaybook(document=whole(file, folder).document)
            said = await handlers.obey(intake_.store, command, playbooks.publish)
        except UnicodeDecodeError:
            typer.echo(f"{file}: not published. It is not UTF-8: save it as such.")
        except (Refused, OSError) as error:
            typer.echo(f"{file}: not published. {error}")
        else:
            if said.new:
                typer.echo(f"{file}: published.")
