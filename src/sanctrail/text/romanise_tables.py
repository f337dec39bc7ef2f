"""The notation that tables of letters are written in."""


def pairs(told: str) -> dict[str, str]:
    """Read `а=a щ=shch ь=` as a table from letters to their spelling."""
    return dict(pair.split("=") for pair in told.split())


def letters(told: str) -> dict[int, str]:
    """Read the same notation as a table for `str.translate`."""
    return {ord(letter): spelling for letter, spelling in pairs(told).items()}


def words(told: str) -> tuple[str, ...]:
    """Read words parted by spaces; `-` stands for the empty one."""
    return tuple("" if word == "-" else word for word in told.split())
