"""What was asked of a trace, as words of its command and as sentences."""

from collections.abc import Mapping
from typing import Any

_DAY = 86_400


def rule_words(parameters: Mapping[str, Any]) -> list[str]:
    """Return the options that set a trace's stop rules, where they are not the usual ones."""
    rules = parameters.get("rules") or {}
    words: list[str] = []
    if rules.get("services") is False:
        words.append("--through-services")
    if rules.get("coinjoins", "stop") != "stop":
        words += ["--coinjoins", rules["coinjoins"]]
    if rules.get("suspected"):
        words.append("--stop-suspected")
    if rules.get("max_age") is not None:
        words += ["--max-age", str(rules["max_age"] // _DAY)]
    if rules.get("max_hops") is not None:
        words += ["--max-hops", str(rules["max_hops"])]
    if rules.get("min_amount", "0") != "0":
        words += ["--min-amount", rules["min_amount"]]
    if rules.get("follow_fees"):
        words.append("--follow-fees")
    if parameters.get("inferred_deposits"):
        words.append("--infer-deposits")
    if parameters.get("workspace_labels"):
        words += ["--workspace", "WORKSPACE"]
    return words


def rule_sentences(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Say in sentences where the trace stopped by itself, and where it did not."""
    rules = parameters.get("rules") or {}
    if not rules:
        return ()
    coinjoins = {
        "stop": "The trace stops at CoinJoins, found or suspected.",
        "found": "The trace stops at CoinJoins that are found, and goes through suspected ones.",
        "spread": "The trace goes through CoinJoins by the method's own rule.",
    }
    inferred = parameters.get("inferred_deposits") or 0
    told = [
        "Labelled services hold many people's money: the trace stops at them."
        if rules["services"]
        else "The trace goes through labelled services, which hold many people's money.",
        coinjoins[rules["coinjoins"]],
        f"An address counts as suspected of being a service if {rules['senders']} or more pay it "
        f"and it pays {rules['receivers']} or more; the trace "
        + ("stops at it." if rules["suspected"] else "goes on."),
    ]
    if inferred:
        told.append(
            f"{inferred:,} addresses were inferred to be deposit addresses of labelled services; "
            "what comes to them counts as arrived there."
        )
    if rules["max_age"] is not None:
        told.append(f"It ends {rules['max_age'] // _DAY:,} days after a theft's first movement.")
    if rules["max_hops"] is not None:
        told.append(f"It ends after {rules['max_hops']:,} movements.")
    if rules["min_amount"] != "0":
        told.append(f"Parts of less than {rules['min_amount']} base units are not followed.")
    if rules["follow_fees"]:
        told.append("Fees are followed to the miners' new coins.")
    return tuple(told)
