"""A small case for the report's tests: every part of a trace, names in many scripts."""

import copy
from typing import Any

from sanctrail.cases import Case, Claim, EvidenceFile, Exposure, Incident, ListedWallet

NAMES = (
    "김정은 조선무역은행",
    "北京示例科技有限公司",
    "臺灣範例貿易股份有限公司",
    "مؤسسة المثال للتجارة",
    "شرکت نمونه‌سازی پارس",
    "Рособоронэкспорт",
    "בנק לדוגמה",
    "Ελληνική Εταιρεία",
    "საქართველოს კომპანია",
)
HOSTILE = (
    "<script>alert(1)</script>",
    '#eval("x")',
    "$ x $",
    "{{ 7*7 }}",
    "*bold* _it_ @ref <lab>",
    "]]></svg>&amp;",
)
HIEROGLYPH = "\U00013000"
DIGEST = "0123456789abcdef" * 4
STOLEN, HOP, FAR = "0x" + "a1" * 20, "0x" + "b2" * 20, "0x" + "c3" * 20
EXCHANGE, MIXER, IDLE = "0x" + "d4" * 20, "0x" + "e5" * 20, "0x" + "f6" * 20

MOVES = (
    (STOLEN, HOP, 3_542_130_012),
    (HOP, FAR, 1_300_000_012),
    (HOP, EXCHANGE, 2_000_000_000),
    (FAR, MIXER, 1_000_000_000),
    (FAR, IDLE, 250_000_000),
    (HOP, STOLEN, 42_130_000),
    (FAR, "fee", 12),
)
LIMITS = (
    "The ledger begins at block 17,395,810; balances held before it are unknown.",
    "The ledger holds labelled transfers only, not the whole chain.",
)


def example_result(method: str, extra_dormant: int = 0) -> dict[str, Any]:
    """Make a result that balances: 35,421,300.12 USD; the rest of a hop is dormant."""
    dormant = [
        {"address": IDLE, "outpoint": None, "amount": "250000000"},
        {"address": FAR, "outpoint": None, "amount": str(50_000_000 - extra_dormant)},
        {"address": HOP, "outpoint": None, "amount": "90000000"},
    ]
    dormant += [
        {"address": f"0x{number:040x}", "outpoint": None, "amount": "1"}
        for number in range(extra_dormant)
    ]
    return {
        "theft": "example",
        "method": method,
        "asset": "USD",
        "unit": "cent",
        "decimals": 2,
        "stolen": "3542130012",
        "converted_in": "0",
        "arrived": [
            {
                "address": EXCHANGE,
                "label": "Example Exchange 交易所",
                "category": "exchange",
                "amount": "2000000000",
            },
            {"address": MIXER, "label": None, "category": None, "amount": "1000000000"},
        ],
        "dormant": dormant,
        "returned": [{"address": STOLEN, "amount": "42130000"}],
        "stopped": [
            {"transaction": "0x" + "77" * 32, "reason": "mixed inputs", "amount": "70000000"}
        ],
        "converted_out": [{"transaction": "0x" + "88" * 32, "asset": "BTC", "amount": "40000000"}],
        "fees": "12",
        "conservation": {"in": "3542130012", "out": "3542130012", "difference": "0"},
        "touched": {"transactions": 7, "addresses": 6},
    }


def example_trace(*, simulation: bool = False, extra_dormant: int = 0) -> dict[str, Any]:
    parameters = {
        "theft": "example",
        "sources": [
            {"entry": STOLEN, "amount": None},
            {"entry": "0x" + "99" * 20, "amount": "12345"},
        ],
        "sources_file": {"name": "sources.csv", "sha256": DIGEST},
        "stops": [
            {"entry": EXCHANGE, "label": "Example Exchange 交易所", "category": "exchange"},
            {"entry": MIXER, "label": "", "category": ""},
        ],
        "stops_file": {"name": "stops.csv", "sha256": DIGEST},
        "asset": "USD",
        "since": "2023-06-02T00:00:00Z",
        "methods": ["fifo", "haircut"],
    }
    ledger = {
        "digest": DIGEST,
        "family": "account",
        "simulation": simulation,
        "format": "labelled-flows",
        "coverage": {
            "first_block": 17395810,
            "last_block": 17520000,
            "first_time": "2023-06-02T21:49:23Z",
            "last_time": "2023-06-20T05:44:35Z",
            "transactions": 1080,
            "movements": 1080,
        },
        "limits": list(LIMITS),
        "files": [
            {"name": "flows.csv", "sha256": DIGEST, "bytes": 222744, "rows": 1080, "problems": 2}
        ],
    }
    return {
        "format": "sanctrail-trace/2",
        "versions": {"sanctrail": "0.1.0", "ledger_format": 1},
        "parameters": parameters,
        "ledger": ledger,
        "notes": ["Two transfers of equal time and block keep the order of the file."],
        "results": [
            example_result("fifo", extra_dormant),
            example_result("haircut", extra_dormant),
        ],
    }


def example_flows() -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "from": start,
            "to": end,
            "amount_tainted": str(amount),
            "amount_total": str(amount),
            "transaction": f"0x{number:064x}",
            "time": "2023-06-03T00:00:00Z",
            "theft": "example",
            "method": method,
            "asset": "USD",
        }
        for method in ("fifo", "haircut")
        for number, (start, end, amount) in enumerate(MOVES)
    )


def example_incident() -> Incident:
    claims = (
        Claim(
            "The theft was carried out by a group under state direction.",
            "Example Analytics",
            "vendor",
            "read_primary",
            "Example Analytics, report of June 2023",
            "https://example.org/report",
        ),
        Claim(HOSTILE[0], HOSTILE[1], "disputed", "memory", HOSTILE[2]),
    )
    return Incident(
        "example-2023",
        "Theft from the Example Wallet",
        "2023-06-02",
        "Users of the Example Wallet",
        "Keys of several thousand users were taken and their wallets emptied within a day.",
        claims,
    )


def example_exposure() -> Exposure:
    amounts = (("fifo", "1000000000"), ("haircut", "1000000000"))
    wallet = ListedWallet(
        "OFAC-12345", NAMES, "OFAC SDN", ("DPRK3", "CYBER2"), "2023-11-29", "ETH", MIXER, amounts
    )
    return Exposure(1234, (("OFAC SDN", "2024-05-01", DIGEST),), (wallet,))


def example_hits() -> tuple[dict[str, str], ...]:
    queries = (*NAMES, *HOSTILE, f"Scribe {HIEROGLYPH} \u202egnp.exe \x07")
    return tuple(
        {
            "row": str(number),
            "query": query,
            "party_id": f"p{number}",
            "listing_ids": f"OFAC-{number}",
            "regimes": "OFAC",
            "score": "0.97",
            "matched_name": NAMES[number % len(NAMES)],
            "explanation": "every word of one name has a partner in the other",
        }
        for number, query in enumerate(queries, start=1)
    )


def example_case(*, simulation: bool = True, extra_dormant: int = 0) -> Case:
    files = (EvidenceFile("trace.json", DIGEST), EvidenceFile("flows.csv", DIGEST))
    return copy.deepcopy(
        Case(
            trace=example_trace(simulation=simulation, extra_dormant=extra_dormant),
            flows=example_flows(),
            files=files,
            incident=example_incident(),
            exposure=example_exposure(),
            hits=example_hits(),
        )
    )
