"""Damaged XML is read with its flaws told, sound XML passes byte for byte, however it is cut."""

import lzma
import re
from unittest import mock
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ground.inputs import stream_of
from sanctrail.lists.reading import repair
from sanctrail.lists.reading.repair import RepairedStream, lost_letters, lost_script

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def repaired(data, *, strict=False):
    problems = []
    cleaned = RepairedStream(stream_of("list.xml", data), problems, strict=strict).read()
    return cleaned, [(problem.where, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("inside", "read_as"),
    [
        (b"KOMID\x19s", "KOMID’s"),
        (b"\x1cGreen Pine\x1d", "“Green Pine”"),
        (b"\x18Abd 2001\x132004 \x14", "‘Abd 2001–2004 —"),
        (b"a\x0bb\x00c\x1fd", "a b c d"),
        (b"a&#x19;b&#0;c&#27;", "a’b c "),
        (b"AT&T R & D &;", "AT&T R & D &;"),
        (b"!<0=5 1 < 2 <", "!<0=5 1 < 2 <"),
        (b"Jos\xe9, Numero \xfc", "José, Numero ü"),
        (b"\x86\xe2\x80 \xff", "\ufffd\ufffd ÿ"),
        (b"a\xef\xbf\xbfb", "a b"),
    ],
)
def test_what_xml_forbids_is_read_as_what_it_stands_for(inside, read_as):
    cleaned, problems = repaired(HEAD + b"<a>" + inside + b"</a>")
    assert ET.fromstring(cleaned).text == read_as
    assert problems


def test_every_repair_tells_line_and_byte_of_the_file_as_it_is():
    data = HEAD + b"<a>\n<b>x\x19\xe9</b>\n&</a>"
    assert repaired(data)[1] == [
        (
            f"line 3, byte {data.index(0x19)}",
            "holds 0x19, which XML forbids; read as ’ (U+2019), whose low byte it is",
        ),
        (
            f"line 3, byte {data.index(0xE9)}",
            "holds 0xe9, which is not UTF-8; read as é (U+00E9)",
        ),
        (
            f"line 4, byte {data.index(b'&')}",
            "holds an '&' that opens no reference; read as that character",
        ),
    ]


@pytest.mark.parametrize("garbage", [b"!CE0<<04<CEB0@", b"<A5", b"<?LNB5@", b"1<!5", b"8</0"])
def test_in_a_damaged_file_a_tag_must_be_whole_to_open_one(garbage):
    cleaned, problems = repaired(b"<a>\x19<b c='1'>" + garbage + b"</b></a>")
    assert ET.fromstring(cleaned)[0].text == garbage.decode()
    assert len(problems) == 1 + garbage.count(b"<")


SOUND = [
    b"<a>",
    b"<b c='x' d=\"&amp;\"/>",
    b"</b >",
    b"&lt;&#39;&#x1F600;&name;",
    b"<![CDATA[ < & <0 ]]>",
    b"<!-- a & b <0 -->",
    b"<?go a<1&b?>",
    b"<\xc3\xa9l>",
    b"<ns:t\n  x = '1'>",
    "текст أ 한 \U0001f600".encode(),
    b"\t\r\n ]]> --> ?> > ' \"",
]
FLAWS = [
    b"\x19",
    b"\x01",
    b"&",
    b"& ",
    b"&#x19;",
    b"<0",
    b"<CEB0@",
    b"\xe9",
    b"\xe2\x80",
    b"\x80\x80\x80\x80\x80",
    b"\xf0\x9f\x98",
    b"\xef\xbf\xbe",
    b"<",
    b"&#",
    b"<![CDATA[",
    b"<!--",
]
padding = st.integers(0, 700).map(lambda n: b"word " * (n // 5))


@given(st.lists(st.one_of(st.sampled_from(SOUND), padding), max_size=12))
def test_sound_xml_passes_byte_for_byte(pieces):
    data = b"".join(pieces)
    assert repaired(data, strict=True) == (data, [])


@given(
    st.lists(st.one_of(st.sampled_from(FLAWS), st.sampled_from(SOUND), padding), max_size=25),
    st.integers(1, 900),
    st.integers(1, 300),
)
def test_any_reading_in_pieces_gives_the_same_bytes_and_the_same_problems(pieces, block, size):
    data = b"".join(pieces)
    whole = repaired(data)
    problems = []
    with mock.patch.object(repair, "BLOCK", block):
        stream = RepairedStream(stream_of("list.xml", data), problems, strict=False)
        parts = b"".join(iter(lambda: stream.read(size), b""))
    assert (parts, [(problem.where, problem.message) for problem in problems]) == whole


@given(st.binary(max_size=2000))
def test_after_repair_all_bytes_are_text_without_control_characters(data):
    cleaned, _ = repaired(b"<a>" + data)
    cleaned.decode()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", cleaned)


def test_strict_refuses_the_first_flaw_with_its_line_and_byte():
    with pytest.raises(UnreadableFile, match=r"list\.xml, line 2, byte 41: holds 0x19"):
        repaired(HEAD + b"<a\x19>", strict=True)


def test_a_binary_file_is_refused_by_the_number_of_its_flaws():
    with pytest.raises(UnreadableFile, match="5,000 places before it: this is no list"):
        repaired(HEAD + b"<CONSOLIDATED_LIST>" + bytes(range(256)) * 400)


@pytest.mark.parametrize("endless", [b"<a>%s</a>", b"<a b='%s'/>", b"<a><!--%s--></a>"])
def test_a_field_over_a_mebibyte_is_refused_wherever_it_stands(endless):
    data = endless.replace(b"%s", b"x" * ((1 << 20) + 10))
    with pytest.raises(UnsafeFile, match=r"list\.xml, line 1: more than 1,048,576 bytes"):
        repaired(data)
    assert repaired(endless.replace(b"%s", b"x" * (1 << 19)))[1] == []


@pytest.mark.parametrize("text", ["<a>\u2019</a>", "<a>\u00e9 & \x19</a>"])
def test_another_declared_encoding_is_left_to_the_parser(text):
    data = ("<?xml version='1.0' encoding='UTF-16'?>" + text).encode("utf-16")
    assert repaired(data) == (data, [])


@pytest.mark.parametrize(
    "text", ["E-E/ DC-D", "9(/ 'DDG", "!5=5", "'DB'9/)", " \x18A;0<", "BJH", "\ufffd> +"]
)
def test_a_script_name_without_its_letters_is_told(text):
    assert lost_script(text)


@pytest.mark.parametrize(
    "text", ["محمد", "Абу (Abu)", "JAMAAH ANSHARUT DAULAH", "IBRAHIM AL-MILAD", "リ・ウォンホ", ""]
)
def test_a_script_name_with_its_letters_or_in_plain_latin_is_left_alone(text):
    assert not lost_script(text)


@pytest.mark.parametrize(
    "text",
    ["#(H /9'!", "El Harrachi ('D-1'4J)", "original script: !5=5", "Jin Tiesan (ÑÁ )", "a \ufffd"],
)
def test_lost_letters_are_told_within_a_text(text):
    assert lost_letters(text)


@pytest.mark.parametrize(
    "text",
    ["Abu Musa'ab", "M23 (G9)", "S/2005/203, p. 3", "original script: Абу", "JAMA'A, IDF", "QDe.4"],
)
def test_names_and_references_are_no_lost_letters(text):
    assert not lost_letters(text)


def test_every_held_sound_un_file_passes_byte_for_byte(shared):
    sound = sorted((shared / "lists" / "un").glob("UN_*.xml.xz"))
    for path in (path for path in sound if "2025-08-16" not in path.name):
        data = lzma.decompress(path.read_bytes())
        assert repaired(data, strict=True) == (data, [])


def test_every_forbidden_byte_of_the_held_damaged_file_is_told(shared):
    packed = shared / "lists" / "un" / "UN_consolidated_2025-08-16.xml.xz"
    data = lzma.decompress(packed.read_bytes())
    cleaned, problems = repaired(data)
    told = [message for _, message in problems]
    controls = re.findall(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", data)
    assert sum("which XML forbids" in message for message in told) == len(controls) == 775
    restored = sum(control in b"\x13\x14\x18\x19\x1c\x1d" for control in controls)
    assert sum("whose low byte it is" in message for message in told) == restored == 733
    bare = re.findall(rb"&(?!\w+;|#)", data)
    assert sum("opens no reference" in message for message in told) == len(bare)
    tags = re.findall(rb"<(?!/?[A-Z_\d]{4,}[ >/]|\?xml)", data)
    assert sum("opens no tag" in message for message in told) == len(tags) == 33
    assert len(ET.fromstring(cleaned).findall("*/*")) == 684 + 195
