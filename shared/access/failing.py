"""Why somebody could not be signed in at a provider: each failure's docstring is what they are told."""

from typing import ClassVar


class SignInFailed(Exception):
    """Something went wrong while you signed in at {provider}. Start again."""

    title: ClassVar[str] = "You could not be signed in"
    status: ClassVar[int] = 400
    can_try_again: ClassVar[bool] = True
    """Whether to do the same again may help."""

    def __init__(self, why: str = "") -> None:
        self.why = why
        """For the log: never a word of what a provider tells of somebody."""
        super().__init__(f"{type(self).__name__}: {why}" if why else type(self).__name__)

    def told(self, provider: str) -> str:
        """What whoever wanted to sign in is told."""
        return " ".join((self.__doc__ or "").format(provider=provider).split())


class NoAnswer(SignInFailed):
    """{provider} cannot be reached, or is not set up as it should be. Nothing is wrong with your account: try again in
    some minutes, or have a link sent to your mail address.
    """

    title = "The sign-in service does not answer"
    status = 503


class Declined(SignInFailed):
    """{provider} sent you back without signing you in: it was stopped there, or {provider} does not let you use
    Throughline. Start again, or have a link sent to your mail address.
    """

    title = "You were not signed in"
    status = 403


class Stale(SignInFailed):
    """This sign-in was finished before, was begun in another browser, or took more than ten minutes. Start again."""

    title = "This sign-in cannot be finished"
    status = 410


class TooManyAtOnce(SignInFailed):
    """Too many sign-ins were begun from where you are. Try again in a minute."""

    title = "Too many at once"
    status = 429


class NotBelieved(SignInFailed):
    """What {provider} sent does not prove who you are, so nobody was signed in. If that happens again, tell whoever
    runs Throughline at your center: its log says what did not fit.
    """

    title = "You could not be signed in"
    status = 403


class NoAddress(SignInFailed):
    """This is your first sign-in by {provider}, and {provider} does not confirm a mail address by which we could know
    you. Confirm your work address there and start again, or have a link sent to your mail address.
    """

    title = "We do not know yet who you are"
    status = 403


class NotKnown(SignInFailed):
    """You are signed in at {provider}, but Throughline has no account for you. Ask whoever runs Throughline at your
    center to put your work address into its directory and to give you access; then start again.
    """

    title = "You have no account here yet"
    status = 403
    can_try_again = False


class Departed(SignInFailed):
    """The directory says that you have left, so your account is closed. If that is not so, tell whoever runs
    Throughline at your center.
    """

    title = "Your account is closed"
    status = 403
    can_try_again = False


class KnownAsAnother(SignInFailed):
    """You have signed in here before with another account of {provider}. Use that one; or ask whoever runs Throughline
    at your center to give you access anew, and then start again.
    """

    title = "This is another account than before"
    status = 403
    can_try_again = False
