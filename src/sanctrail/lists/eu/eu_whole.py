"""The EU list in its retired WHOLE/ENTITY layout (until 2017), where all is elements.

`Id` is what the later layouts call the logical id. Country codes have three letters. A passport
number carries its kind and remarks in one text, a date of birth its doubt, a remark the day of
UN designation.
"""

from collections.abc import Iterator

from sanctrail.errors import Problem
from sanctrail.lists.eu.eu_entry import Act, Entry, Part, tidy_facts
from sanctrail.lists.eu.eu_listing import listing_of
from sanctrail.lists.eu.eu_terms import birth_facts, contacts_in, designated_on, document_facts
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.source import ByteStream
from sanctrail.text.dates import parse_date

ROOT = "WHOLE"
FORM = "eu-whole"

_PARTS = {
    "NAME": "nameAlias",
    "BIRTH": "birthdate",
    "CITIZEN": "citizenship",
    "PASSPORT": "identification",
    "ADDRESS": "address",
}
_FACTS = {
    "LASTNAME": "lastName",
    "FIRSTNAME": "firstName",
    "MIDDLENAME": "middleName",
    "WHOLENAME": "wholeName",
    "GENDER": "gender",
    "TITLE": "title",
    "FUNCTION": "function",
    "LANGUAGE": "nameLanguage",
    "PLACE": "city",
    "COUNTRY": "countryIso2Code",
    "NUMBER": "number",
    "STREET": "street",
    "ZIPCODE": "zipCode",
    "CITY": "city",
    "DATE": "birthdate",
    "OTHER": "remark",
}


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    headed = False
    for tag, element in elements(stream, {ROOT: "start", "ENTITY": "end"}):
        if tag == ROOT and not headed:
            headed = True
            written = element.get("Date", "")
            day = parse_date(written)
            yield ListHeader("eu-whole", "eu", FORM, day.earliest if day else written, written)
        elif tag == "ENTITY":
            number = element.get("Id", "")
            where = f"ENTITY Id {number or '?'}, line {element.sourceline}"
            if not number:
                problems.append(Problem(stream.name, where, "has no Id; it was left out"))
                continue
            entry = _entry(element, where, stream.name, problems)
            yield listing_of(entry, f"eu:L{number}", stream.name, problems)


def _entry(element: Element, where: str, source: str, problems: list[Problem]) -> Entry:
    own = tidy_facts(element.attrib)
    remark = own.get("remark", "")
    facts = {
        "logicalId": own.get("Id", ""),
        "classificationCode": own.get("Type", ""),
        "designationDate": designated_on(remark),
    }
    entry = Entry(tidy_facts(facts), where, [_act(own)])
    entry.programmes.extend(filter(None, [own.get("programme", "")]))
    entry.remarks.extend(filter(None, [remark]))
    for child in element:
        if child.tag in _PARTS:
            entry.parts.append(_part(child))
            strange = [one.tag for one in child if one.tag not in _FACTS]
        else:
            strange = [child.tag]
        for tag in strange:
            message = f"element <{tag}> is not in the layout that this list is known by"
            problems.append(Problem(source, where, message))
    return entry


def _part(element: Element) -> Part:
    facts = {_FACTS[one.tag]: text_of(one) for one in element if one.tag in _FACTS}
    kind = _PARTS[element.tag]
    contacts: tuple[tuple[str, str], ...] = ()
    if kind == "identification":
        facts = {**facts, **document_facts(facts.get("number", ""))}
    elif kind == "birthdate":
        facts = {**facts, "birthdate": "", **birth_facts(facts.get("birthdate", ""))}
    elif kind == "address":
        contacts, facts["remark"] = contacts_in(facts.get("remark", ""))
    remark = facts.pop("remark", "")
    named = tidy_facts({**facts, "logicalId": element.get("Id", "")})
    return Part(kind, named, _act(element.attrib), tuple(filter(None, [remark])), contacts)


def _act(facts: Element) -> Act:
    return Act(facts.get("legal_basis", ""), facts.get("reg_date", ""))
