"""Relations between parties, resolved; a programme across regimes, and its tree."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from held import Held, listed
from sanctrail.errors import InputError
from sanctrail.lists.records import Detail, Name
from sanctrail.parties import Parties
from sanctrail.regimes.members import parties_of
from sanctrail.regimes.relations import relations_of
from sanctrail.regimes.tree import branches, programme_of, tree_of
from sanctrail.register.programmes import texts_linking

ALONE = Parties({}, (), ())
RISK = Detail(
    "secondary sanctions risk", "North Korea Sanctions Regulations, sections 510.201 and 510.210"
)


def ties_of(*listings, parties=ALONE):
    held = Held(*listings)
    found = relations_of(held, parties, held.rows("listings"))
    return [(tie.source, tie.kind, tie.target, tie.lists) for tie in found.ties], found


def test_a_relation_is_resolved_by_number_by_reference_and_by_a_name_that_one_party_bears():
    ties, found = ties_of(
        listed("us:1", "KOREA TRADING", aliases=(Name("KTC", "alias"),)),
        listed("us:2", "A", ties=[("owned by", "us:1")]),
        listed("us:3", "B", ties=[("linked to", "Korea  Trading.")]),
        listed("us:4", "C", ties=[("linked to", "KTC")]),
        listed("un:5", "D", ties=[("linked to", "KPe.001")]),
        listed("un:6", "E", reference="KPe.001", on="un-1718-vessels"),
    )
    assert ties == [
        ("us:2", "owned by", "us:1", ("us-sdn",)),
        ("us:3", "linked to", "us:1", ("us-sdn",)),
        ("us:4", "linked to", "us:1", ("us-sdn",)),
        ("un:5", "linked to", "un:6", ("un",)),
    ]
    assert found.unresolved == ()


def test_a_name_that_several_bear_or_nobody_and_an_unknown_reference_stay_open():
    _, found = ties_of(
        listed("us:1", "MINISTRY OF STATE SECURITY"),
        listed("us:2", "MINISTRY OF STATE SECURITY"),
        listed("us:3", "A", ties=[("linked to", "MINISTRY OF STATE SECURITY")]),
        listed("us:4", "B", ties=[("linked to", "NOBODY"), ("owned by", "us:99")]),
        listed("un:5", "C", ties=[("linked to", "KPe.099")]),
    )
    assert [(tie.source, tie.target, tie.name, tie.may_be) for tie in found.unresolved] == [
        ("us:3", "", "MINISTRY OF STATE SECURITY", ("us:1", "us:2")),
        ("us:4", "", "NOBODY", ()),
        ("us:4", "", "us:99", ()),
        ("un:5", "", "KPe.099", ()),
    ]


def test_a_name_on_the_same_list_goes_first_and_a_primary_name_before_an_alias():
    ties, _ = ties_of(
        listed("us:1", "BANK", on="us-cons"),
        listed("us:2", "BANK"),
        listed("us:3", "OTHER", aliases=(Name("BANK", "alias"),)),
        listed("us:4", "A", ties=[("linked to", "BANK")]),
        listed("us:5", "B", on="us-cons", ties=[("linked to", "OTHER")]),
    )
    assert [tie[:3] for tie in ties] == [
        ("us:4", "linked to", "us:2"),
        ("us:5", "linked to", "us:3"),
    ]


def test_one_relation_that_several_lists_claim_is_one_and_owner_of_is_owned_by_turned():
    joined = Parties({"gb:1": "us:1", "us:1": "us:1", "gb:2": "us:2", "us:2": "us:2"}, (), ())
    ties, found = ties_of(
        listed("us:1", "OWNER", ties=[("owner of", "us:2")]),
        listed("us:2", "OWNED", ties=[("owned by", "us:1", True)]),
        listed("gb:1", "OWNER"),
        listed("gb:2", "OWNED", ties=[("owned by", "gb:1")]),
        parties=joined,
    )
    assert ties == [("us:2", "owned by", "us:1", ("gb", "us-sdn"))]
    (tie,) = found.ties
    assert [claim.listing_id for claim in tie.claims] == ["us:1", "us:2", "gb:2"]
    assert not tie.former  # one of the three says that it is over, the others do not
    assert tie.document()["as_written"] == ["Owned By", "Owner Of"]


def test_a_mutual_relation_is_one_whoever_claims_it_and_a_party_is_not_tied_to_itself():
    joined = Parties({"un:1": "un:1", "us:1": "un:1"}, (), ())
    ties, _ = ties_of(
        listed("un:1", "A", ties=[("linked to", "KPi.002")]),
        listed(
            "un:2",
            "B",
            reference="KPi.002",
            ties=[("linked to", "KPi.001"), ("family of", "KPi.001")],
        ),
        listed("us:1", "A", ties=[("owned by", "un:1")]),
        listed("un:9", "C", reference="KPi.001"),
        parties=Parties({"un:1": "un:1", "us:1": "un:1", "un:9": "un:1"}, (), ()),
    )
    assert joined.party_of("us:1") == "un:1"
    assert [tie[:3] for tie in ties] == [
        ("un:1", "linked to", "un:2"),
        ("un:2", "family of", "un:1"),
    ]


SCENE = (
    listed("un:1", "KKBC", "DPRK", reference="KPe.025", listed_on="2017-08-05"),
    listed("us:1", "KOREA KWANGSON", "NPWMD", listed_on="2009-08-11"),
    listed("us:2", "SIM", "NPWMD", kind="person", details=(RISK,), ties=[("acting for", "us:1")]),
    listed("us:3", "TRADER", "SDGT", ties=[("supporting", "us:1")]),
    listed("us:4", "TRADER'S SHIP", "SDGT", kind="vessel", ties=[("owned by", "us:3")]),
    listed("us:5", "STRANGER", "SDGT"),
)
JOINED = Parties({"un:1": "un:1", "us:1": "un:1"}, (), ())


def dprk(hops=1, scene=SCENE):
    return programme_of(Held(*scene), JOINED, "DPRK", hops)


def test_a_party_is_under_a_topic_if_one_of_its_listings_is_and_its_others_are_told():
    bank = dprk().members["un:1"]
    assert (bank.standing, bank.why) == ("under", ("un: DPRK", "us-sdn lists it under NPWMD"))
    assert bank.party.since == {"un": "2017-08-05", "us": "2009-08-11"}
    assert [row["under"] for row in bank.document()["listings"]] == [["DPRK"], []]


def test_who_is_only_linked_says_by_which_words_and_by_which_relation():
    sim = dprk().members["us:2"]
    assert (sim.standing, sim.hops) == ("linked", 0)
    assert sim.why == (f"us-sdn says: {RISK.kind}: {RISK.text}", "acting for KKBC (us-sdn)")
    assert dprk().members["us:3"].why == ("supporting KKBC (us-sdn)",)


def test_hops_say_how_far_a_relation_reaches():
    assert list(dprk(0).members) == ["un:1", "us:2"]
    assert list(dprk(1).members) == ["un:1", "us:2", "us:3"]
    far = dprk(2).members
    assert [(key, far[key].hops) for key in far] == [
        ("un:1", 0),
        ("us:2", 0),
        ("us:3", 1),
        ("us:4", 2),
    ]


def test_a_note_on_how_reliable_a_text_is_is_no_text_of_its_own():
    notes = Detail(f"{RISK.kind}: reliability", f"{RISK.text}: Confirmed")
    held = Held(listed("us:1", "A", details=(notes, RISK)), listed("eu:2", "B", details=(RISK,)))
    assert texts_linking(held, "dprk") == {("us-sdn", "us:1"): [f"{RISK.kind}: {RISK.text}"]}
    assert texts_linking(held, "NPWMD") == {}


def test_remarks_link_sentence_by_sentence():
    remarks = "DOB 1 Jan 1970; Secondary sanctions risk: North Korea Sanctions Regulations, x; male"
    held = Held(listed("us:1", "A", remarks=remarks))
    assert texts_linking(held, "DPRK") == {
        ("us-sdn", "us:1"): ["Secondary sanctions risk: North Korea Sanctions Regulations, x"]
    }


def test_a_topic_that_no_list_has_is_an_error():
    with pytest.raises(InputError, match="no list in force"):
        programme_of(Held(listed("us:1", "A", "SDGT")), ALONE, "DPRK")


def test_one_kind_keeps_the_relations_that_touch_it():
    vessels = dprk(2).of_kind("vessel")
    assert list(vessels.members) == ["us:4"]
    assert [(tie.source, tie.target) for tie in vessels.ties] == [("us:4", "us:3")]
    lines = [(line.depth, line.party_id) for line in tree_of(vessels, dprk(2).members)]
    assert lines == [(0, "us:3"), (1, "us:4")]


def shape(*listings):
    found = programme_of(Held(*listings), ALONE, "DPRK")
    return [
        (line.depth, line.party_id, line.label, line.again)
        for line in tree_of(found, found.members)
    ]


def under(number, name, *ties):
    return listed(f"us:{number}", name, "DPRK", ties=ties)


def test_who_has_several_parents_hangs_in_full_below_the_first_and_by_name_below_the_others():
    assert shape(
        under(1, "A"),
        under(2, "B"),
        under(3, "SHIP", ("owned by", "us:2"), ("acting for", "us:1")),
        under(4, "CREW", ("leader of", "us:3")),
        under(5, "ALONE"),
    ) == [
        (0, "us:1", "", False),
        (1, "us:3", "acting for (us-sdn)", False),
        (2, "us:4", "leader of (us-sdn)", False),
        (0, "us:2", "", False),
        (1, "us:3", "owned by (us-sdn)", True),
        (0, "us:5", "", False),
    ]


def test_a_circle_of_owners_ends():
    circle = [under(n, f"N{n}", ("owned by", f"us:{n % 3 + 1}")) for n in (1, 2, 3)]
    lines = shape(*circle)
    assert [line[:2] for line in lines] == [(0, "us:1"), (1, "us:3"), (2, "us:2"), (3, "us:1")]
    assert [line[3] for line in lines] == [False, False, False, True]


def test_a_chain_as_long_as_a_list_is_no_trouble():
    below = {str(n): [(str(n + 1), "owns")] for n in range(20_000)}
    assert list(branches(["0"], below))[-1].depth == 20_000


@given(st.data())
def test_every_party_stands_in_full_exactly_once_in_whatever_order_the_list_has_them(data):
    numbers = range(1, 8)
    pairs = st.lists(st.sampled_from([f"us:{n}" for n in numbers]), max_size=3, unique=True)
    entries = [
        under(n, f"N{n % 3}", *(("owned by", other) for other in data.draw(pairs))) for n in numbers
    ]
    lines = shape(*entries)
    assert sorted(line[1] for line in lines if not line[3]) == [f"us:{n}" for n in numbers]
    assert shape(*data.draw(st.permutations(entries))) == lines


def test_a_party_is_called_as_its_founder_calls_it_where_that_one_is_in_force():
    held = Held(*SCENE)
    rows = held.rows("listings")
    assert parties_of(rows, JOINED)["un:1"].name == "KKBC"
    assert parties_of(rows, Parties({"un:1": "us:1", "us:1": "us:1"}, (), ()))["us:1"].name == (
        "KOREA KWANGSON"
    )


SDN = """<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation>
<Publish_Date>02/01/2026</Publish_Date><Record_Count>4</Record_Count></publshInformation>
<sdnEntry><uid>1</uid><lastName>KWANG BANK</lastName><sdnType>Entity</sdnType>
<programList><program>DPRK4</program></programList></sdnEntry>
<sdnEntry><uid>2</uid><firstName>Hyon</firstName><lastName>SIM\u009b31m</lastName>
<sdnType>Individual</sdnType>
<remarks>(Linked To: KWANG BANK)</remarks>
<programList><program>NPWMD</program></programList></sdnEntry>
<sdnEntry><uid>3</uid><lastName>SONG</lastName><sdnType>Vessel</sdnType>
<remarks>(Linked To: KWANG BANK; Linked To: NOBODY)</remarks>
<programList><program>DPRK4</program></programList></sdnEntry>
<sdnEntry><uid>4</uid><lastName>STRANGER</lastName><sdnType>Entity</sdnType>
<programList><program>SDGT</program></programList></sdnEntry></sdnList>"""


@pytest.fixture
def ask(tmp_path, monkeypatch, run):
    """A register of one small SDN.XML; ask `register programme` and get the output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    (tmp_path / "sdn.xml").write_text(SDN)
    assert run("lists", "load", "sdn.xml")[0] == 0

    def call(*arguments, code=0):
        found, out, err = run("register", "programme", *arguments)
        assert found == code, out + err
        return out if code == 0 else err

    return call


def test_the_table_says_who_is_linked_and_why(ask):
    told = ask("DPRK")
    assert (
        "2 parties under DPRK, 1 linked to it: 1 entity, 1 person, 1 vessel; 3 on us-sdn." in told
    )
    assert "linked to KWANG BANK (us-sdn)" in told
    assert "STRANGER" not in told
    assert "Open: 1, where" in told
    assert "NOBODY" in told


def test_the_tree_is_for_people_and_cannot_be_steered(ask):
    told = ask("DPRK", "--tree").splitlines()
    assert told[1].endswith("KWANG BANK (entity us:1, us-sdn)")
    assert "linked to (us-sdn): SIM⟨U+009B⟩31m, Hyon (person us:2, us-sdn; linked)" in told[2]
    assert "SONG (vessel us:3, us-sdn)" in told[3]


def test_json_has_parties_and_relations_and_csv_either(ask):
    told = json.loads(ask("DPRK", "--json"))
    assert [(p["party_id"], p["standing"]) for p in told["parties"]] == [
        ("us:1", "under"),
        ("us:3", "under"),
        ("us:2", "linked"),
    ]
    assert [(r["from"], r["kind"], r["to"], r["lists"]) for r in told["relations"]] == [
        ("us:2", "linked to", "us:1", ["us-sdn"]),
        ("us:3", "linked to", "us:1", ["us-sdn"]),
    ]
    assert [(r["to"], r["name"]) for r in told["unresolved"]] == [(None, "NOBODY")]
    rows = list(csv.DictReader(io.StringIO(ask("DPRK", "--csv", "--relations"))))
    assert [(r["from"], r["to"], r["to_name"]) for r in rows] == [
        ("us:2", "us:1", "KWANG BANK"),
        ("us:3", "us:1", "KWANG BANK"),
        ("us:3", "", "NOBODY"),
    ]
    (vessel,) = csv.DictReader(io.StringIO(ask("DPRK", "--csv", "--kind", "vessel")))
    assert (vessel["party_id"], vessel["under"]) == ("us:3", "DPRK4")


def test_options_that_cannot_be_meant_are_errors(ask):
    assert "vessel" in ask("DPRK", "--kind", "ship", code=2)
    assert "--csv" in ask("DPRK", "--relations", code=2)


def test_the_real_lists_tie_sim_hyon_sop_to_north_korea(real_workspace, run):
    _, out, _ = run("register", "programme", "DPRK", "--json", "--workspace", real_workspace[0])
    told = json.loads(out)
    by_id = {listing["listing_id"]: p for p in told["parties"] for listing in p["listings"]}
    sim = by_id["us:42498"]
    assert sim["standing"] == "linked"
    assert "secondary sanctions risk: North Korea Sanctions Regulations" in sim["why"][0]
    bank = by_id["us:11581"]["party_id"]
    ties = {(tie["from"], tie["kind"], tie["to"]) for tie in told["relations"]}
    assert (sim["party_id"], "acting for", bank) in ties
    vessels = [p for p in told["parties"] if p["kind"] == "vessel"]
    assert len(vessels) > 70
    assert {tie["kind"] for tie in told["relations"]} >= {"owned by", "acting for", "leader of"}
