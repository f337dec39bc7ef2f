"""The lists and the forms they come in: what a version of each form can and cannot say.

A fact ends only when a later version of the same list, in a form that carries such facts, lacks
it. So each form names the facts it carries, and in which dialect: two forms that write a fact so
that it can be compared share the dialect, two that write it differently do not, and then each is
compared with its own kind only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FACTS = (
    "name",
    "alias",
    "weak alias",
    "script name",
    "kind",
    "programme",
    "listing date",
    "birth",
    "birth place",
    "nationality",
    "flag",
    "address",
    "identifier",
    "wallet",
    "gender",
    "measure",
    "legal act",
    "relation",
    "detail",
    "remark",
)
"""Every kind of fact that the register compares over time."""


@dataclass(frozen=True, slots=True)
class Form:
    """A layout in which a list is published.

    `carries` maps each fact of `FACTS` that the layout can carry to its dialect. Of two
    versions of one day the one whose form has the higher `rank` counts. `partial` says that the
    file is not the whole list, so that a party's absence from it means nothing.
    """

    name: str
    carries: Mapping[str, str]
    rank: int = 0
    partial: bool = False


@dataclass(frozen=True, slots=True)
class PublishedList:
    """One list of one publisher. `successor` is the list that took its place, if one did."""

    list_id: str
    regime: str
    title: str
    successor: str = ""


LISTS = {
    one.list_id: one
    for one in (
        PublishedList("un", "un", "UN Security Council consolidated list"),
        PublishedList("un-1718-vessels", "un", "UN 1718 designated vessels"),
        PublishedList("us-sdn", "us", "OFAC Specially Designated Nationals"),
        PublishedList("us-cons", "us", "OFAC non-SDN consolidated list"),
        PublishedList("us-csl", "us", "US Consolidated Screening List"),
        PublishedList("us-dpl", "us", "BIS Denied Persons List"),
        PublishedList("eu", "eu", "EU consolidated financial sanctions"),
        PublishedList("eu-whole", "eu", "EU consolidated list, retired layout", successor="eu"),
        PublishedList("gb", "gb", "UK Sanctions List"),
        PublishedList("gb-ofsi", "gb", "OFSI consolidated list (closed)", successor="gb"),
        PublishedList("ch", "ch", "Switzerland SECO sanctions list"),
        PublishedList("ca", "ca", "Canada consolidated autonomous sanctions (SEMA)"),
        PublishedList("au", "au", "Australia DFAT consolidated list"),
        PublishedList("jp", "jp", "Japan MOF asset freeze list"),
    )
}
"""Lists known by name; a FollowTheMoney file makes a list of its own, `ftm-` and its dataset."""


def _carries(shared: str, own: str = "", dialect: str = "") -> dict[str, str]:
    """Map comma-separated facts to the shared dialect, and others to the form's own."""
    facts = dict.fromkeys(_split(shared), "")
    return {**facts, **dict.fromkeys(_split(own), dialect)}


def _split(facts: str) -> list[str]:
    return [fact.strip() for fact in facts.split(",") if fact.strip()]


_OFAC = "name, weak alias, kind, programme, birth, wallet, gender"
_OFAC_XML = ", alias, birth place, nationality, flag"
_OFAC_OWN = "birth place, nationality, identifier, detail"
_DFAT = (
    "name, script name, kind, programme, listing date, birth, birth place, nationality, address,"
    "wallet, remark"
)
_ALL = ", ".join(FACTS)

FORMS = {
    form.name: form
    for form in (
        Form("extract", _carries(_ALL), partial=True),
        Form(
            "un-xml",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,"
                "birth place, nationality, address, identifier, gender, relation, detail, remark"
            ),
        ),
        Form(
            "un-vessels-html",
            _carries(
                "name, alias, kind, programme, listing date, flag, identifier, measure, relation,"
                "detail"
            ),
        ),
        Form(
            "ofac-advanced",
            _carries(
                _OFAC + _OFAC_XML,
                "identifier, detail, script name, listing date, address, measure, legal act,"
                "relation, remark",
                "advanced",
            ),
            rank=5,
        ),
        Form(
            "ofac-enhanced",
            _carries(
                _OFAC + _OFAC_XML,
                "identifier, detail, script name, listing date, address, measure, legal act,"
                "relation, remark",
                "enhanced",
            ),
            rank=4,
        ),
        Form(
            "ofac-xml",
            _carries(_OFAC + _OFAC_XML, "identifier, detail, address, relation, remark", "xml"),
            rank=3,
        ),
        Form(
            "ofac-csv",
            _carries(_OFAC + ", alias", _OFAC_OWN + ", flag, address, relation", "csv"),
            rank=2,
        ),
        Form(
            "ofac-csv-sdn-alt",
            _carries(_OFAC + ", alias", _OFAC_OWN + ", flag, relation", "csv"),
            rank=1,
        ),
        Form(
            "ofac-csv-sdn-add",
            _carries(_OFAC, _OFAC_OWN + ", flag, address, relation", "csv"),
            rank=1,
        ),
        Form("ofac-csv-sdn", _carries(_OFAC, _OFAC_OWN + ", flag, relation", "csv")),
        Form(
            "csl-csv",
            _carries(
                "name, alias, kind, programme, listing date, birth, birth place, nationality, flag,"
                "address, identifier, wallet, gender, measure, legal act, relation, detail, remark"
            ),
        ),
        Form("dpl-txt", _carries("name, kind, listing date, address, measure, legal act, detail")),
        Form(
            "eu-xml",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,"
                "birth place, nationality, address, identifier, gender, legal act, detail, remark"
            ),
            rank=1,
        ),
        Form(
            "eu-csv",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,gender",
                "birth place, nationality, address, identifier, legal act, detail, remark",
                "csv",
            ),
        ),
        Form(
            "eu-whole",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,"
                "birth place, nationality, address, identifier, gender, legal act, detail, remark"
            ),
        ),
        Form(
            "uk-xml",
            _carries(_ALL),
            rank=1,
        ),
        Form(
            "uk-ods",
            _carries("kind, programme, listing date, measure", "name, identifier, detail", "ods"),
        ),
        Form(
            "ofsi-csv",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,"
                "birth place, nationality, flag, address, identifier, gender, relation, detail,"
                "remark"
            ),
        ),
        Form("seco-xml", _carries(_ALL), rank=1),
        Form("seco-amendment", _carries(_ALL), partial=True),
        Form(
            "sema-xml",
            _carries(
                "name, alias, script name, kind, programme, listing date, birth, identifier,"
                "legal act, detail"
            ),
        ),
        Form(  # until 2024; it does not tell weak aliases from strong ones
            "dfat-xlsx",
            _carries(_DFAT, "alias, identifier, legal act, detail", "2024"),
        ),
        Form(
            "dfat-xlsx-2025",
            _carries(_DFAT + ", alias, weak alias, identifier, legal act, detail, measure"),
            rank=1,
        ),
        Form(
            "mof-xlsx",
            _carries(
                "name, alias, weak alias, script name, kind, programme, listing date, birth,"
                "birth place, nationality, address, identifier, wallet, gender, measure, legal act,"
                "detail, remark"
            ),
        ),
        Form(  # what the workbook writes into one cell stands in columns of its own
            "mof-csv",
            _carries(
                "name, programme, listing date, birth, wallet, measure, legal act",
                "kind, alias, weak alias, script name, birth place, nationality, address,"
                "identifier, gender, detail, remark",
                "csv",
            ),
            rank=1,
        ),
        Form("ftm-json", _carries(_ALL.replace("legal act, ", ""))),
    )
}
"""Forms by name."""
