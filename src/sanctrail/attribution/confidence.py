"""How sure a label's source can be: the levels that TagPacks use, by name.

Source: GraphSense TagPack management tool, table of confidence levels. The number says how two
labels compare, not a probability.
"""

LEVELS = {
    "override": 100,
    "ownership": 100,
    "manual_transaction": 90,
    "service_api": 70,
    "authority_data": 60,
    "trusted_provider": 50,
    "service_data": 50,
    "forensic": 50,
    "untrusted_transaction": 40,
    "web_crawl": 20,
    "heuristic": 10,
    "unknown": 5,
}


def level(confidence: str) -> int:
    """Return the number of a level, 0 where a source states none or one of its own."""
    return LEVELS.get(confidence, 0)
