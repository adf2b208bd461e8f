"""The two ways of failing."""


class Malformed(Exception):
    """One object is not what the format says; another cloud may hold a good copy."""


class Refused(Exception):
    """The vault cannot be opened or trusted as it stands; nothing is written."""
