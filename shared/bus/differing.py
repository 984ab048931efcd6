"""What a server has otherwise than it must be and cannot be changed in place, told so that somebody can mend it."""

from nats.js.errors import APIError, ServiceUnavailableError

WITHIN = 15.0
"""Seconds that a server gets to make one stream or ear: each is written to its disk, which may be slow."""
NOT_YET = (None, 10008, 10039, 10076)
"""What a server says of JetStream, or nobody at all, while it reads accounts anew or its cluster looks for a leader."""


class BusDiffers(Exception):
    """{what}: {setting} is {has} but must be {wants}. It cannot be changed in place: {remedy}"""

    def __init__(self, what: str, setting: str, has: object, wants: object, remedy: str) -> None:
        self.what, self.setting, self.has, self.wants = what, setting, has, wants
        super().__init__((self.__doc__ or "").format(what=what, setting=setting, has=has, wants=wants, remedy=remedy))


def word(value: object) -> str:
    """A setting as it is written."""
    return "unset" if value is None else str(getattr(value, "value", value))


async def asking(what: str, request: object) -> None:
    """Let the server's refusal name what was asked for."""
    try:
        await request  # type: ignore[misc]
    except APIError as error:
        if isinstance(error, ServiceUnavailableError) and error.err_code in NOT_YET:
            raise
        remedy = "see the server's words: servers in the cluster, limits of the account, subjects of other streams."
        raise BusDiffers(what, "its configuration", "refused by the server", error.description, remedy) from error
