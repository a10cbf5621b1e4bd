"""The one error of these tools."""


class Failure(Exception):
    """What cannot go on, in words for the user."""
