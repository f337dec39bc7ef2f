"""The facts of one entry as its reader comes upon them: each once, in list order."""

from dataclasses import dataclass, field

from sanctrail.errors import Problem
from sanctrail.lists.reading.imo import imo_identifiers
from sanctrail.lists.reading.text_wallets import wallets_in
from sanctrail.lists.records import Address, Birth, Country, Detail, Identifier, Wallet


@dataclass(slots=True)
class Gathered:
    """What an entry has been found to say; `where` locates it for a person."""

    source: str
    where: str
    problems: list[Problem]
    births: dict[Birth, None] = field(default_factory=dict)
    countries: dict[Country, None] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    wallets: dict[Wallet, None] = field(default_factory=dict)
    addresses: dict[Address, None] = field(default_factory=dict)
    details: dict[Detail, None] = field(default_factory=dict)

    def problem(self, message: str) -> None:
        """Note what could not be understood."""
        self.problems.append(Problem(self.source, self.where, message))

    def detail(self, kind: str, text: str) -> None:
        """Keep a fact without a place of its own, unless it is empty."""
        if text:
            self.details[Detail(kind, text)] = None

    def prose(self, text: str, kind: str) -> None:
        """Take the wallets and IMO numbers that running text carries."""
        for wallet, wrong in wallets_in(text):
            self.wallets[wallet] = None
            if wrong:
                self.problem(wrong)
        for identifier, wrong in imo_identifiers(text, kind):
            self.identifiers[identifier] = None
            if wrong:
                self.problem(wrong)
