"""What the tables of an Ethereum-like export can and cannot tell, in the words of every report."""

from dataclasses import dataclass, field

from sanctrail.ledger.batches import Told


@dataclass(slots=True)
class Seen:
    """What was there and what was missing while an export was read; the counts are of rows."""

    tables: set[str] = field(default_factory=set)
    rewards: bool = False
    withdrawals: bool = False
    still: int = 0
    """Traces that move nothing."""
    numbered: int = 0
    """Transfers of tokens that have numbers instead of amounts."""
    untimed: int = 0
    untold_status: int = 0
    untold_fees: int = 0
    unnamed: bool = False
    """Whether the traces do not name their transactions."""
    shared: dict[str, int] = field(default_factory=dict)
    """The first block that a file of traces shares with one before it."""

    def tell(self, told: Told) -> None:
        """Declare gaps and limits."""
        self._tell_gaps(told)
        self._tell_money(told)
        self._tell_rows(told)

    def _tell_gaps(self, told: Told) -> None:
        if not self.tables & {"transaction", "trace"}:
            told.lacks("coin")
        if "trace" not in self.tables:
            told.lacks("internal")
        if not (self.rewards or self.withdrawals):
            told.lacks("rewards")
        if not self.tables & {"log", "token_transfer"}:
            told.lacks("tokens")
        if self.untold_fees or "transaction" not in self.tables:
            told.lacks("fees")

    def _tell_money(self, told: Told) -> None:
        if self.untold_status and "trace" not in self.tables:
            told.limit(
                f"The source does not tell of {self.untold_status:,} transactions whether they "
                "failed; they are taken as successful. Receipts or traces tell."
            )
        if "transaction" in self.tables:
            told.limit(
                "Fees leave their payers; what block makers earn of them is not in the source, so "
                "that balances of miners and validators are too low by it."
            )
        if "token_transfer" in self.tables and not self.tables & {"log", "contract"}:
            told.limit(
                "The source does not tell tokens with amounts from those with numbers (ERC-721), "
                "whose number then stands as an amount. Logs or contracts tell."
            )

        if self.unnamed:
            told.limit(
                "The traces do not name their transactions: coins move as the traces tell, and "
                "transactions stand with their fees alone."
            )

    def _tell_rows(self, told: Told) -> None:
        if self.numbered:
            told.limit(
                f"{self.numbered:,} transfers of tokens without amounts (ERC-721 and others) were "
                "left out."
            )
        if self.still:
            told.limit(f"{self.still:,} traces that move no coins were left out.")
        if self.untimed:
            told.limit(
                f"The time of {self.untimed:,} transfers is not known. The blocks or transactions "
                "of the same export tell."
            )
        for file, block in self.shared.items():
            told.limit(
                f"{file} tells of blocks (the first: {block}) of which another file of traces "
                "tells too, and neither numbers its traces: what stands in both counts twice."
            )
