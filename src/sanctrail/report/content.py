"""What the report says: one case, turned into plain data that both renderers draw.

All wording and all number formatting happens here and in the modules this one calls; at the end
every text passes `show` once, so no character can go missing in print.
"""

import shlex
from typing import Any

from sanctrail.cases import Case, Claim, Incident
from sanctrail.errors import InputError
from sanctrail.report.amounts import counted
from sanctrail.report.asked import rule_sentences, rule_words
from sanctrail.report.document import (
    Block,
    Column,
    Fact,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Points,
    Report,
    Section,
    Table,
    with_texts,
)
from sanctrail.report.findings import method_name, summary_blocks, where_blocks
from sanctrail.report.fonts import show
from sanctrail.report.matches import exposure_blocks, hit_blocks
from sanctrail.report.picture import draw_flows
from sanctrail.report.ranges import bounds_blocks, path_blocks

TRACE_FORMAT = "sanctrail-trace/2"
SOURCES_SHOWN = 100
SIMULATION = "SIMULATION: the ledger is made up. No real theft, person or transaction is described."
METHODS = {
    "fifo": (
        "FIFO (first in, first out): base units leave an account or a transaction in the order "
        "in which they entered it. In a transaction the inputs, in order, fill the outputs, in "
        "order, and the fee comes last."
    ),
    "lifo": (
        "LIFO (last in, first out): the base units that entered last leave first. In a transaction "
        "the last unit of the last input goes to the first output, and the fee comes last."
    ),
    "stolen-first": (
        "Stolen first: at each account or transaction stolen units leave before clean ones, the "
        "oldest first."
    ),
    "stolen-last": (
        "Stolen last: at each account or transaction clean units leave before stolen ones."
    ),
    "haircut": (
        "Haircut: each withdrawal carries the tainted share of the balance, that is "
        "floor(taint \u00d7 amount ÷ balance) base units. The remainder stays and leaves with the "
        "last unit."
    ),
    "lowest-balance": (
        "Lowest intermediate balance: clean units leave an account first, so what stays stolen in "
        "it is never more than the lowest balance it had since; what leaves is taken from all "
        "thefts in the account in proportion."
    ),
    "poison": (
        "Poison: every movement out of a place that any stolen unit ever reached counts whole. The "
        "amounts are those of touched places; they do not add up to what was stolen."
    ),
}
LEVELS = {
    "government": "government",
    "un_panel": "UN panel of experts",
    "multilateral": "multilateral body",
    "vendor": "commercial vendor",
    "investigator": "independent investigator",
    "victim": "the victim",
    "suspected": "suspected only",
    "disputed": "disputed",
    "simulation": "simulation",
}
CONFIDENCES = {
    "read_primary": "read in the source itself",
    "read_secondary": "read in another source",
    "memory": "from memory, not looked up",
    "planted": "planted for a simulation",
}


def build_report(case: Case) -> Report:
    """Build the whole report of a case."""
    trace = case.trace
    if trace.get("format") != TRACE_FORMAT:
        raise InputError(
            f"The trace document has the format '{trace.get('format')}'; this version of "
            f"Sanctrail reports on '{TRACE_FORMAT}'. Run the trace again."
        )
    if not trace.get("results"):
        raise InputError("The trace document holds no result, so there is nothing to report.")
    try:
        return with_texts(_report(case), show)
    except KeyError as missing:
        raise InputError(
            f"The trace document has no entry {missing}. Run the trace again."
        ) from None


def _report(case: Case) -> Report:
    trace = case.trace
    simulated = bool(trace["ledger"].get("simulation"))
    subject = case.incident.title if case.incident else f"Trace of the theft “{_theft(trace)}”"
    methods = ", ".join(method_name(m) for m in trace["parameters"]["methods"])
    sections = [
        Section("The incident and what is claimed about it", _incident_blocks(case.incident)),
        Section("What was traced", _scope_blocks(trace)),
        Section("Summary", summary_blocks(trace)),
        Section("The flow in one picture", _picture_blocks(case)),
        Section("Where it is", where_blocks(trace)),
        *((Section("Whatever the rule", bounds_blocks(trace)),) if trace.get("bounds") else ()),
        *((Section("Paths", path_blocks(case)),) if case.paths else ()),
        Section("Listed wallets on the trail", exposure_blocks(case.exposure, trace)),
    ]
    if case.hits:
        sections.append(Section("Screening hits", hit_blocks(case.hits)))
    sections.append(Section("How to check this report", _check_blocks(case)))
    return Report(
        title=_marked(subject) if simulated else subject,
        subtitle=f"Tracing report. Theft “{_theft(trace)}”, {methods}",
        banner=SIMULATION if simulated else "",
        running=f"Ledger {trace['ledger']['digest'][:16]}",
        sections=tuple(sections),
    )


def _marked(subject: str) -> str:
    return subject if subject.startswith("SIMULATION") else f"SIMULATION: {subject}"


def _theft(trace: dict[str, Any]) -> str:
    return str(trace["parameters"].get("theft") or "not named")


def _incident_blocks(incident: Incident | None) -> tuple[Block, ...]:
    if incident is None:
        return (Paragraph("No incident record was given."),)
    facts = Facts(
        (
            Fact("Incident", (incident.title,)),
            Fact("Identifier", (incident.incident_id,), "code"),
            Fact("Date", (incident.date,)),
            Fact("Victim", (incident.victim,)),
        )
    )
    summary = (Paragraph(incident.summary),) if incident.summary else ()
    if not incident.claims:
        return (facts, *summary, Paragraph("No claims about it are on record."))
    warning = Paragraph(
        "The statements below are claims. Each is what the named party says; this report "
        "attributes them and makes none of them its own finding."
    )
    return (facts, *summary, warning, _claims_table(incident.claims))


def _claims_table(claims: tuple[Claim, ...]) -> Table:
    return Table(
        "Claims about the incident",
        (
            Column("Claim"),
            Column("Who says so"),
            Column("Level"),
            Column("Confidence"),
            Column("Source"),
        ),
        tuple(
            (
                (claim.statement,),
                (claim.said_by,),
                (LEVELS.get(claim.level, claim.level),),
                (CONFIDENCES.get(claim.confidence, claim.confidence),),
                (claim.source, claim.url) if claim.url else (claim.source,),
            )
            for claim in claims
        ),
    )


def _scope_blocks(trace: dict[str, Any]) -> tuple[Block, ...]:
    parameters, ledger = trace["parameters"], trace["ledger"]
    coverage = ledger["coverage"]
    family = {"account": "accounts with balances", "utxo": "unspent outputs"}
    facts = Facts(
        (
            Fact("Theft", (_theft(trace),)),
            Fact("Methods", tuple(method_name(m) for m in parameters["methods"])),
            Fact("Asset", (parameters.get("asset") or "every asset of the ledger",)),
            Fact("Traced from", _traced_from(parameters)),
            Fact(
                "Ledger",
                (f"{family.get(ledger['family'], ledger['family'])}, from {ledger['format']}",),
            ),
            Fact("Time covered", (_span(coverage, "first_time", "last_time"),)),
            Fact("Blocks covered", (_span(coverage, "first_block", "last_block"),)),
            Fact("Size", (_size(coverage),)),
        )
    )
    limits = tuple(ledger.get("limits", ()))
    notes = tuple(trace.get("notes", ()))
    return (
        facts,
        _sources_table(trace),
        *_stops_tables(parameters),
        *(
            (Heading("Where the trace stops"), Points(said))
            if (said := rule_sentences(parameters))
            else ()
        ),
        Heading("Limits of the ledger"),
        Points(limits) if limits else Paragraph("The ledger states no limits."),
        *((Heading("Notes of the trace"), Points(notes)) if notes else ()),
    )


def _traced_from(parameters: dict[str, Any]) -> tuple[str, ...]:
    """Say from when on what leaves the sources counts, theft by theft where they differ."""
    thefts = parameters.get("thefts") or [{"name": "", "since": parameters.get("since")}]
    told = [(theft["name"], theft["since"] or "the start of the ledger") for theft in thefts]
    if len({when for _, when in told}) == 1:
        return (told[0][1],)
    return tuple(f"{name}: {when}" for name, when in told)


def _span(coverage: dict[str, Any], first: str, last: str) -> str:
    ends = [coverage.get(first), coverage.get(last)]
    if ends == [None, None]:
        return "not stated"
    written = [f"{end:,}" if isinstance(end, int) else str(end or "not stated") for end in ends]
    return f"{written[0]} to {written[1]}"


def _size(coverage: dict[str, Any]) -> str:
    transactions = counted(int(coverage["transactions"]), "transaction")
    return f"{transactions} with {counted(int(coverage['movements']), 'movement')}"


def _sources_table(trace: dict[str, Any]) -> Table:
    sources = trace["parameters"]["sources"]
    left = len(sources) - SOURCES_SHOWN
    several = len(trace["parameters"].get("thefts") or ()) > 1
    theft = (Column("Theft"),) if several else ()
    return Table(
        f"Sources: where the stolen value stood ({counted(len(sources), 'entry', 'entries')})",
        (*theft, Column("Entry", "code"), Column("Amount (base units)", "number")),
        tuple(
            (
                *(((source["theft"],),) if several else ()),
                (source["entry"],),
                (_source_amount(source.get("amount")),),
            )
            for source in sources[:SOURCES_SHOWN]
        ),
        note=f"{counted(left, 'row')} left out here; all stand in trace.json." if left > 0 else "",
    )


def _source_amount(amount: str | None) -> str:
    return "all of it" if amount is None else f"{int(amount):,}"


def _stops_tables(parameters: dict[str, Any]) -> tuple[Block, ...]:
    stops = parameters.get("stops") or []
    if not stops:
        return (
            Paragraph("No stops were named: the trace follows value as far as its rules let it."),
        )
    categories: dict[str, int] = {}
    for stop in stops:
        category = stop.get("category") or "no category"
        categories[category] = categories.get(category, 0) + 1
    listed = "; ".join(f"{name}: {number:,}" for name, number in sorted(categories.items()))
    return (
        Paragraph(
            f"The trace does not follow value beyond {counted(len(stops), 'stop')}: at an address "
            "it counts as arrived, at a transaction or an output as stopped. By category: "
            f"{listed}. Each stop stands in trace.json."
        ),
    )


def _picture_blocks(case: Case) -> tuple[Block, ...]:
    result = case.trace["results"][0]
    sources = tuple(source["entry"] for source in case.trace["parameters"]["sources"])
    picture = draw_flows(case.flows, result, sources)
    return (Figure(picture.svg, picture.caption, picture.alt),)


def _check_blocks(case: Case) -> tuple[Block, ...]:
    trace = case.trace
    ledger = trace["ledger"]
    versions = trace["versions"]
    digests = "A digest is the SHA-256 of the file's bytes; any change to the file changes it."
    return (
        Paragraph(
            "Every number in this report is taken from the files below. Whoever holds the same "
            "ledger and the same parameters gets the same trace, byte for byte."
        ),
        Facts(
            (
                Fact("Program", (f"Sanctrail {versions['sanctrail']}",)),
                Fact("Ledger format", (str(versions["ledger_format"]),)),
                Fact("Ledger digest", (ledger["digest"],), "code"),
                Fact("Run again", (rerun_command(trace),), "code"),
            )
        ),
        _files_table(case, digests),
        _ledger_files_table(ledger),
        *_register_tables(case),
        Heading("The methods"),
        Points(tuple(METHODS.get(m, m) for m in trace["parameters"]["methods"])),
    )


def rerun_command(trace: dict[str, Any]) -> str:
    """Write the command that makes the same trace again; LEDGER stands for the ledger's folder."""
    parameters = trace["parameters"]
    words = ["sanctrail", "trace", "--ledger", "LEDGER"]
    if len(parameters.get("thefts") or ()) < 2:  # noqa: PLR2004 - several have their names in the file
        words += ["--theft", _theft(trace)]
    words.append("--sources")
    if parameters.get("sources_file"):
        words.append(parameters["sources_file"]["name"])
    else:
        words += [_source_word(source) for source in parameters["sources"]]
    if parameters.get("stops_file"):
        words += ["--stops", parameters["stops_file"]["name"]]
    for file in parameters.get("label_files") or ():
        words += ["--labels", file["name"]]
    for option in ("asset", "since"):
        if parameters.get(option):
            words += [f"--{option}", parameters[option]]
    words += rule_words(parameters)
    words += ["--method", ",".join(parameters["methods"])]
    words += ["--bounds"] if "bounds" in trace else []
    words += ["--currency", parameters["currency"]] if parameters.get("currency") else []
    words += ["--output", "TRACE"]
    return shlex.join(words)


def _source_word(source: dict[str, Any]) -> str:
    amount = source.get("amount")
    return str(source["entry"]) + (f",{amount}" if amount is not None else "")


def _files_table(case: Case, note: str) -> Table:
    rows = [((file.name,), (file.sha256,)) for file in case.files]
    parameters = case.trace["parameters"]
    given = [parameters.get(key) for key in ("sources_file", "stops_file")]
    named = filter(None, [*given, *(parameters.get("label_files") or ())])
    rows += [((file["name"],), (file["sha256"],)) for file in named]
    columns = (Column("File"), Column("SHA-256", "code"))
    return Table("Files this report rests on", columns, tuple(rows), note=note)


def _ledger_files_table(ledger: dict[str, Any]) -> Table:
    return Table(
        "Source files of the ledger",
        (
            Column("File"),
            Column("SHA-256", "code"),
            Column("Bytes", "number"),
            Column("Rows", "number"),
            Column("Problems", "number"),
        ),
        tuple(
            (
                (file["name"],),
                (file["sha256"],),
                *((f"{int(file[key]):,}",) for key in ("bytes", "rows", "problems")),
            )
            for file in ledger["files"]
        ),
    )


def _register_tables(case: Case) -> tuple[Table, ...]:
    if case.exposure is None:
        return ()
    columns = (Column("List"), Column("List of"), Column("SHA-256", "code"))
    rows = tuple(((name,), (date,), (sha256,)) for name, date, sha256 in case.exposure.register)
    return (Table("List versions of the register", columns, rows),)
