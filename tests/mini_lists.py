"""Small UN and EU lists in their own layouts, for questions across regimes."""

from sanctrail.parties import Join, Parties


def un(day, *people):
    """A UN list of persons: (DATAID, name, listed on[, programme])."""
    entries = "".join(_un_person(*person) for person in people)
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


def _un_person(number, name, listed_on, programme="DPRK", comment=""):
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<UN_LIST_TYPE>{programme}</UN_LIST_TYPE><REFERENCE_NUMBER>X.{number}</REFERENCE_NUMBER>"
        f"<LISTED_ON>{listed_on}</LISTED_ON><COMMENTS1>{comment}</COMMENTS1></INDIVIDUAL>"
    )


def eu(day, *entries):
    """An EU list of persons: (reference, name, designation day or empty, act's day, programme)."""
    written = "".join(_eu_person(*entry) for entry in entries)
    return (
        '<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        f'generationDate="{day}T12:00:00.000+01:00">{written}</export>'
    )


def _eu_person(reference, name, designated="", act="", programme="PRK"):
    day = f'designationDate="{designated}" ' if designated else ""
    published = f'publicationDate="{act}" ' if act else ""
    return (
        f'<sanctionEntity {day}designationDetails="" unitedNationId="" '
        f'euReferenceNumber="EU.{reference}" logicalId="{reference}">'
        f'<regulation regulationType="regulation" {published}numberTitle="2017/1509" '
        f'programme="{programme}" logicalId="1"/>'
        '<subjectType code="person" classificationCode="P"/>'
        f'<nameAlias wholeName="{name}" strong="true" logicalId="2{reference}"/></sanctionEntity>'
    )


def parties(*joined, perhaps=()):
    """Parties from groups of listing ids, the first founding; and pairs that are only proposed."""
    party_of = {one: group[0] for group in joined for one in group}
    joins = [Join(group[0], one, "decision", 1.0, ()) for group in joined for one in group[1:]]
    return Parties(party_of, joins, [Join(*pair, "names", 0.7, ()) for pair in perhaps])
