"""Errors which the service raises on purpose."""


class FootballError(Exception):
    """Base of all errors of this service."""


class ConfigurationError(FootballError):
    """A setting is missing or makes no sense."""


class NotFoundError(FootballError):
    """The thing asked for does not exist."""

    def __init__(self, kind: str, identifier: int) -> None:
        super().__init__(f"{kind} {identifier} does not exist")
        self.kind = kind
        self.identifier = identifier


class ConflictError(FootballError):
    """The request contradicts what is stored already."""


class RuleError(FootballError):
    """The request breaks a rule of the game or of the service."""
