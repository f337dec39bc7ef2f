"""The undamaged lists that damage is tried on: each published layout by hand and as really held."""

import bz2
import csv
import gzip
import json
import lzma
import re
import zipfile
from datetime import date

from fuzz_seeds import CONTENT, ENTRY, Seed, opendocument, seed_of, thinned, workbook, zipped

HAND_MADE = 6
DAY = "2026-02-27"

XML = {
    "un-xml": (
        '<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">\n<INDIVIDUALS>\n',
        (
            "<INDIVIDUAL><DATAID>69{n}</DATAID><FIRST_NAME>KIM {n}</FIRST_NAME>"
            "<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.{n}</REFERENCE_NUMBER>"
            "<LISTED_ON>2016-03-02</LISTED_ON><INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY>"
            "<ALIAS_NAME>Kim &amp; Son {n}</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>\n"
        ),
        "</INDIVIDUALS>\n</CONSOLIDATED_LIST>\n",
    ),
    "ofac-xml": (
        (
            '<sdnList xmlns="http://tempuri.org/sdnList.xsd">\n<publshInformation>'
            "<Publish_Date>02/27/2026</Publish_Date><Record_Count>6</Record_Count>"
            "</publshInformation>\n"
        ),
        (
            "<sdnEntry><uid>{n}</uid><lastName>KIM {n}</lastName><sdnType>Entity</sdnType>"
            "<programList><program>DPRK3</program></programList></sdnEntry>\n"
        ),
        "</sdnList>\n",
    ),
    "ofac-advanced": (
        (
            '<Sanctions xmlns="http://www.un.org/sanctions/1.0"><DateOfIssue><Year>2026</Year>'
            "<Month>2</Month><Day>27</Day></DateOfIssue><ReferenceValueSets><AliasTypeValues>"
            '<AliasType ID="1403">Name</AliasType></AliasTypeValues><ListValues><List ID="1550">'
            'SDN List</List></ListValues><NamePartTypeValues><NamePartType ID="1525">Entity Name'
            '</NamePartType></NamePartTypeValues><PartySubTypeValues><PartySubType ID="3" '
            'PartyTypeID="2">Unknown</PartySubType></PartySubTypeValues>'
            "<PartyTypeValues><PartyType "
            'ID="2">Entity</PartyType></PartyTypeValues></ReferenceValueSets><DistinctParties>\n'
        ),
        (
            '<DistinctParty FixedRef="{n}"><Profile ID="{n}" PartySubTypeID="3"><Identity ID="1" '
            'FixedRef="{n}" Primary="true" False="false"><Alias FixedRef="{n}" AliasTypeID="1403" '
            'Primary="true" LowQuality="false"><DocumentedName><DocumentedNamePart><NamePartValue '
            'NamePartGroupID="2">KIM '
            "{n}</NamePartValue></DocumentedNamePart></DocumentedName></Alias>"
            '<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1525"/>'
            "</MasterNamePartGroup></NamePartGroups></Identity></Profile></DistinctParty>\n"
        ),
        (
            '</DistinctParties><SanctionsEntries><SanctionsEntry ID="1" '
            'ProfileID="101" ListID="1550">'
            "</SanctionsEntry></SanctionsEntries></Sanctions>\n"
        ),
    ),
    "ofac-enhanced": (
        (
            "<sanctionsData><publicationInfo><dataAsOf>2026-02-27T00:00:00</dataAsOf><filters>"
            '<sanctionsLists><sanctionsList refId="91512">Consolidated List</sanctionsList>'
            "</sanctionsLists></filters></publicationInfo><entities>\n"
        ),
        (
            '<entity id="{n}"><generalInfo><identityId>{n}</identityId>'
            '<entityType refId="601">Entity'
            '</entityType></generalInfo><sanctionsLists><sanctionsList refId="91512" id="1" '
            'datePublished="2016-03-02">Consolidated List</sanctionsList></sanctionsLists><names>'
            '<name id="{n}"><isPrimary>true</isPrimary><translations><translation '
            'id="1"><isPrimary>'
            "true</isPrimary><formattedFullName>KIM {n}</formattedFullName></translation>"
            "</translations></name></names></entity>\n"
        ),
        "</entities></sanctionsData>\n",
    ),
    "eu-xml": (
        (
            '<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
            'generationDate="2026-02-27T16:28:05.354+01:00">\n'
        ),
        (
            '<sanctionEntity euReferenceNumber="EU.{n}.1" logicalId="{n}"><regulation '
            'regulationType="amendment" publicationDate="2017-08-31" numberTitle="2017/1509" '
            'programme="PRK"/><subjectType code="person" classificationCode="P"/><nameAlias '
            'wholeName="Kim {n}" strong="true"/></sanctionEntity>\n'
        ),
        "</export>\n",
    ),
    "eu-whole": (
        '<WHOLE Date="11/02/2016">\n',
        (
            '<ENTITY Id="{n}" Type="P" legal_basis="1/2012" reg_date="2012-02-21" programme="PRK">'
            '<NAME Id="1{n}" Entity_id="{n}"><WHOLENAME>Kim {n}</WHOLENAME></NAME></ENTITY>\n'
        ),
        "</WHOLE>\n",
    ),
    "uk-xml": (
        "<Designations><DateGenerated>27/02/2026</DateGenerated>\n",
        (
            "<Designation><DateDesignated>29/06/2012</DateDesignated><UniqueID>DPR0{n}</UniqueID>"
            "<Names><Name><Name6>KIM {n}</Name6><NameType>Primary Name</NameType></Name></Names>"
            "<RegimeName>DPRK</RegimeName><IndividualEntityShip>Entity</IndividualEntityShip>"
            "</Designation>\n"
        ),
        "</Designations>\n",
    ),
    "seco-xml": (
        (
            '<swiss-sanctions-list list-type="whole-list" date="2026-02-27"><sanctions-program '
            'ssid="1"><program-key lang="eng">DPRK</program-key><sanctions-set ssid="2" lang="eng">'
            "Annex 1</sanctions-set></sanctions-program>\n"
        ),
        (
            '<target ssid="{n}"><sanctions-set-id>2</sanctions-set-id><individual>'
            '<identity ssid="7" '
            'main="true"><name name-type="primary-name" quality="good"><name-part order="1" '
            'name-part-type="whole-name"><value>Kim {n}</value></name-part></name></identity>'
            '</individual><modification modification-type="listed" effective-date="2016-03-02"/>'
            "</target>\n"
        ),
        "</swiss-sanctions-list>\n",
    ),
    "sema-xml": (
        "<data-set>\n",
        (
            "<record><Country>Belarus / Bélarus</Country><LastName>Kim{n}</LastName><GivenName>Chol"
            "</GivenName><Schedule>1, Part 1</Schedule><Item>{n}</Item><DateOfListing>2020-09-28"
            "</DateOfListing></record>\n"
        ),
        "</data-set>\n",
    ),
}
REAL_XML = {
    "un-xml": "un/UN_consolidated_2026-02-27.xml.xz",
    "ofac-xml": "us_ofac/SDN_2021-03-10.xml.xz",
    "ofac-advanced": "us_ofac/SDN_ADVANCED_2024-05-28.xml.bz2",
    "ofac-enhanced": "us_ofac/CONS_ENHANCED_2025-01.ZIP",
    "eu-xml": "eu/xmlFullSanctionsList_1_1_2021-03-02.xml.xz",
    "eu-whole": "eu/global_old_format_2016.xml.xz",
    "uk-xml": "uk/UK_Sanctions_List_RECONSTRUCTED_2026-08-22.xml.gz",
    "seco-xml": "ch/seco_official_test_amendment_2024-01-17.xml",
    "sema-xml": "ca/sema-lmes_2025-05.xml",
}
NUMBERS = [str(number) for number in range(101, 101 + HAND_MADE)]


def _sdn(n):
    return f'{n},"KIM {n}","individual","DPRK3"{",-0- " * 7},"DOB 1959; POB Nablus."\r\n'


def _csl(n):
    cells = [n, "Denied Persons List (DPL) - BIS", n, "Entity", "DPRK", f"Kim {n}", "", "1 Road"]
    return ",".join(f'"{cell}"' for cell in cells + [""] * 21) + "\n"


def _dpl(n):
    cells = [f"KIM {n}", "1 ROAD", "BONN", "", "DE", "", "06/19/2003", "06/29/2056", "Y"]
    return "\t".join(f'"{cell}"' for cell in [*cells, "2007-01-31", "ADDED", "68 F.R. 1"]) + "\n"


CSL_HEAD = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
    "start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,"
    "gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,"
    "alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,"
    "ids\n"
)
DPL_HEAD = (
    '"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\t"Postal_Code"\t"Effective_Date"\t'
    '"Expiration_Date"\t"Standard_Order"\t"Last_Update"\t"Action"\t"FR_Citation"\n'
)
EU_HEAD = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;"
    "Entity_Regulation_PublicationDate;Entity_Regulation_NumberTitle;"
    "Entity_Regulation_Programme;NameAlias_LastName;NameAlias_WholeName;NameAlias_LogicalId;"
    "Address_City\n"
)
OFSI_HEAD = (
    "Last Updated,13/04/2018" + "," * 27 + "\nName 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,"
    "Town of Birth,Country of Birth,Nationality,Passport Details,NI Number,Position,Address 1,"
    "Address 2,Address 3,Address 4,Address 5,Address 6,Post/Zip Code,Country,Other Information,"
    "Group Type,Alias Type,Regime,Listed On,Last Updated,Group ID\n"
)


def _eu(n):
    said = f"27/02/2026;{n};EU.{n}.1;P;2017-08-31;2017/1509;PRK;"
    return f"{said}Kim;Kim {n};1{n};\n{said};;;Pyongyang\n"


def _ofsi(n):
    row = f"KIM {n},Chol,,,,,,00/00/1980,,North Korea{',' * 12}North Korea,A remark,Individual,"
    return "".join(f"{row}{kind},DPRK,01/04/2016,01/04/2016,{n}\n" for kind in ("Primary", "AKA"))


def _cell(place, delimiter=","):
    """Return what tells to which party a line belongs: one of its cells, None in other lines."""

    def key(line):
        cells = next(csv.reader([line.decode("latin-1").rstrip("\r\n")], delimiter=delimiter))
        cell = cells[place] if len(cells) > max(place, 1) else ""
        return cell if cell and cell not in _TITLES else None

    return key


_TITLES = {"_id", "Group ID", "Entity_LogicalId", "Entity_logical_id", ""}


def _whole_line(line):
    return None if line.startswith(b'"Name"') else line


CSV = {
    "ofac-csv": ("sdn_2022-01-31.csv", "", _sdn, _cell(0), ","),
    "us-csl": ("csl_2023-11-09.csv", CSL_HEAD, _csl, _cell(0), ","),
    "us-dpl": ("dpl_2023-11-09.txt", DPL_HEAD, _dpl, _whole_line, "\t"),
    "eu-csv": ("eu_2026-02-27.csv", EU_HEAD, _eu, _cell(1, ";"), ";"),
    "gb-ofsi": ("ofsi_2018-04-13.csv", OFSI_HEAD, _ofsi, _cell(-1), ","),
}
DFAT_HEAD = [
    "Reference", "Name of Individual or Entity", "Type", "Name Type", "Date of Birth",
    "Place of Birth", "Citizenship", "Address", "Additional Information", "Listing Information",
    "Committees", "Control Date",
]  # fmt: skip
ODS_HEAD = [
    "Unique ID", "OFSI Group ID", "Name", "Regime Name", "Type", "Designation source",
    "Date Designated", "Sanctions Imposed",
]  # fmt: skip
MOF_HEAD = ["告示日付", "告示番号", "日本語表記", "英語表記", "その他の情報"]
MEASURES = (
    "Paragraph 8 (d) of resolution 1718 (2006)",
    "Paragraph 12 (a) of resolution 2321 (2016)",
    "Paragraph 12 (d) of resolution 2321 (2016)",
    "Paragraph 6 of resolution 2371 (2017)",
    "Economic resources controlled or operated by Ocean Maritime Management (KPe.020)",
)
VESSEL_HEAD = ("#", "Vessel Name", "IMO number", "Date of designation")
VESSELS = (
    "<!DOCTYPE html>\n<html><head><title>1718 Designated Vessels List 4 June 2020.docx</title>"
    "</head><body><table>\n"
)
IMO = ("9074729", "9562233", "8514306", "8846814", "7303803", "8909575")


def _party(n):
    return {
        "id": f"NK-{n}", "caption": f"Kim {n}", "schema": "Person", "target": True,
        "properties": {"name": [f"Kim {n}"], "topics": ["sanction"], "birthDate": ["1960"]},
        "datasets": ["demo"], "last_seen": "2026-02-27T01:02:03",
    }  # fmt: skip


def _fact(n):
    return {
        "id": f"un:{n}", "list": "un", "reference": f"KPi.{n}", "kind": "person",
        "names": [{"text": f"Kim {n}", "kind": "primary"}], "listed_on": "2016-03-02",
    }  # fmt: skip


def _targets(data):
    return [json.loads(line) for line in data.splitlines()]


def _facts(data):
    return json.loads(data)["listings"]


def _row(*cells):
    return "<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in cells) + "</tr>\n"


def _vessel(n, imo):
    row = _row(n, f"1: KIM {n}", imo, "30-Mar-18", "na", "na", "Yes", "Yes", "na")
    return row + _row("Flag", "Panama")


def by_hand(folder) -> list[Seed]:
    """Every layout, made here: a stranger without the real files tries damage on these."""
    seeds = []
    for name, (head, entry, tail) in XML.items():
        text = head + "".join(entry.replace("{n}", n) for n in NUMBERS) + tail
        seeds.append(seed_of(folder, name, "xml", {f"{name}_{DAY}.xml": text.encode()}))
    for name, (file, head, entry, key, delimiter) in CSV.items():
        data = (head + "".join(map(entry, NUMBERS))).encode()
        more = {"key": key, "delimiter": delimiter}
        seeds.append(seed_of(folder, name, "csv", {file: data}, **more))
    entities = "".join(json.dumps(_party(n)) + "\n" for n in NUMBERS).encode()
    seeds.append(seed_of(folder, "ftm", "json", {"entities.ftm.json": entities}, key=_targets))
    about = {"un": {"regime": "un", "list_date": DAY}}
    facts = [_fact(n) for n in NUMBERS]
    extract = {"format": "sanctrail-extract/1", "lists": about, "listings": facts}
    files = {"extract.json": json.dumps(extract).encode()}
    seeds.append(seed_of(folder, "extract", "json", files, key=_facts))
    rows = (
        _row(*VESSEL_HEAD)
        + _row(*MEASURES)
        + "".join(_vessel(place, imo) for place, imo in enumerate(IMO, 1))
    )
    files = {"vessels.html": f"{VESSELS}{rows}</table></body></html>\n".encode()}
    seeds.append(seed_of(folder, "un-vessels", "html", files))
    return seeds + _workbooks(folder)


def _workbooks(folder):
    parties = [
        [number, f"Kim {n}", "Individual", "Primary Name", date(1960, 1, 2), "", "", "", "", "",
         "1718 (DPRK)", date(2017, 1, 2)]
        for number, n in enumerate(NUMBERS, 1)
    ]  # fmt: skip
    freezes = [["2013.2.27", number, "", f"Kim {n}", ""] for number, n in enumerate(NUMBERS, 1)]
    found = [[f"DPR0{n}", n, f"KIM {n}", "DPRK", "Entity", "UN", "29-06-2012", "Asset freeze"]
             for n in NUMBERS]  # fmt: skip
    measure = {"15.北朝鮮（個人）": [["北朝鮮に関連する者"], MOF_HEAD, *freezes]}
    files = {
        "dfat": (f"au_{DAY}.xlsx", workbook({"Sheet1": [DFAT_HEAD, *parties]})),
        "mof": (f"jp_{DAY}.xlsx", workbook(measure)),
        "uk-ods": (f"gb_{DAY}.ods", opendocument([ODS_HEAD, *found])),
    }
    return [seed_of(folder, name, "sheet", dict([file])) for name, file in files.items()]


def as_held(folder, lists, entries, names=None) -> list[Seed]:
    """Every layout of which a real file is held, cut to some entries and properly closed."""
    makers = dict.fromkeys(REAL_XML, _real_xml) | dict.fromkeys(REAL_CSV, _real_csv)
    makers |= dict.fromkeys(REAL_SHEETS, _real_sheet) | {"un-vessels": _real_vessels}
    wanted = [name for name in makers if names is None or name in names]
    return [makers[name](folder, lists, name, entries) for name in wanted]


def _real_xml(folder, lists, name, entries):
    data = thinned(unpacked(lists / REAL_XML[name]), ENTRY[name], entries)
    if name == "ofac-xml":
        counted = b"<Record_Count>%d</Record_Count>" % len(data.split(b"<sdnEntry>")[1:])
        data = re.sub(rb"<Record_Count>\d+</Record_Count>", counted, data)
    elif name == "ofac-advanced":
        kept = set(re.findall(rb'<DistinctParty FixedRef="(\d+)"', data))
        for tag, attribute in (
            ("SanctionsEntry", b"ProfileID"),
            ("ProfileRelationship", b"From-ProfileID"),
        ):
            data = _tied(data, tag, attribute, kept)
        locations = set(re.findall(rb'LocationID="(\d+)"', data))
        documents = set(re.findall(rb'<Identity ID="(\d+)"', data))
        data = _tied(
            _tied(data, "Location", b"ID", locations), "IDRegDocument", b"IdentityID", documents
        )
    return seed_of(folder, name, "xml", {f"{name}_{DAY}.xml": data})


def _tied(data, tag, attribute, kept):
    pattern = re.compile(
        rb"<%s(?=\s)[^>]*?\s%s=\"(\d+)\"[^>]*>.*?</%s>\s*"
        % (tag.encode(), attribute, tag.encode()),
        re.DOTALL,
    )
    return pattern.sub(lambda match: match[0] if match[1] in kept else b"", data)


REAL_CSV = {
    "ofac-csv": "us_ofac/cons_csv_2025-12",
    "us-csl": "us_csl/csl_2023-11.csv.gz",
    "us-dpl": "us_csl/dpl_2023-11.txt.gz",
    "gb-ofsi": "uk/OFSI_ConList_2018.csv.gz",
}
REAL_SHEETS = {
    "dfat": "au/regulation8_consolidated_2024-12.xlsx",
    "mof": "jp/mof_shisantouketsu20260305.xlsx",
    "uk-ods": "uk/FCDO_SL_search_export_2025-08-11.ods",
}


def _real_csv(folder, lists, name, entries):
    file, _, _, key, delimiter = CSV[name]
    path = lists / REAL_CSV[name]
    if name == "ofac-csv":
        parts = {
            one.name.replace(".csv", f"_{DAY}.csv"): one.read_bytes() for one in path.iterdir()
        }
        main = next(part for part in parts if "prim" in part)
        lines = parts[main].splitlines(keepends=True)[:entries]
        ids = {line.split(b",")[0] for line in lines}
        files = {main: b"".join(lines)} | {
            part: kept
            for part in sorted(parts)
            if part != main and (kept := _lines_of(parts[part], ids))
        }
    else:
        lines = unpacked(path).splitlines(keepends=True)
        files = {file: b"".join(lines[:entries])}
    return seed_of(folder, name, "csv", files, key=key, delimiter=delimiter)


def _lines_of(data, ids):
    return b"".join(line for line in data.splitlines(keepends=True) if line.split(b",")[0] in ids)


def _real_sheet(folder, lists, name, entries):
    path = lists / REAL_SHEETS[name]
    file = f"{name}_{DAY}{path.suffix}"
    if path.suffix == ".ods":
        with zipfile.ZipFile(path) as archive:
            parts = {one: archive.read(one) for one in ("mimetype", CONTENT)}
        rows = re.findall(rb"<table:table-row.*?</table:table-row>\s*", parts[CONTENT], re.DOTALL)
        at, end = parts[CONTENT].index(rows[0]), parts[CONTENT].rindex(b"</table:table>")
        table = b"".join(rows[:entries])
        parts[CONTENT] = parts[CONTENT][:at] + table + parts[CONTENT][end:]
        return seed_of(folder, name, "sheet", {file: zipped(parts)})
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    names = book.sheet_names[:12]
    share = max(12, entries // len(names))
    sheets = {one: book.get_sheet_by_name(one).to_python()[:share] for one in names}
    return seed_of(folder, name, "sheet", {file: workbook(sheets)})


def _real_vessels(folder, lists, name, entries):
    data = (lists / "un/1718_vessels/1718_designated_vessels_list_final.html").read_bytes()
    data = re.sub(rb' style="[^"]*"', b"", data)
    return seed_of(folder, name, "html", {"vessels.html": data})


def unpacked(path) -> bytes:
    """Return the bytes of a packed file, of whatever packing."""
    data = path.read_bytes()
    if path.suffix == ".ZIP":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    module = {".xz": lzma, ".gz": gzip, ".bz2": bz2}.get(path.suffix)
    return module.decompress(data) if module else data
