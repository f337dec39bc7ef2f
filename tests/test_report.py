import re
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import lxml.etree
import lxml.html
import pytest

from report_example import (
    HIEROGLYPH,
    HOSTILE,
    LIMITS,
    NAMES,
    STOLEN,
    example_case,
    example_flows,
    example_result,
)
from sanctrail.cases import Case
from sanctrail.errors import InputError, MissingExtra
from sanctrail.report import write_report
from sanctrail.report.amounts import cut, exact, money, share
from sanctrail.report.content import SIMULATION, build_report, rerun_command
from sanctrail.report.document import Table
from sanctrail.report.fonts import ARABIC, HAN, HANGUL, SANS, letters, show, subset_woff2, uncovered
from sanctrail.report.html import visible_texts
from sanctrail.report.picture import draw_flows

pypdf = pytest.importorskip("pypdf")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("report")
    paths = {suffix: folder / f"report.{suffix}" for suffix in ("html", "pdf")}
    for path in paths.values():
        write_report(example_case(), path)
    return paths


@pytest.fixture(scope="module")
def html_text(written) -> str:
    document = lxml.html.document_fromstring(written["html"].read_bytes())
    for style in document.iter("style"):
        style.text = ""
    return document.text_content()


@pytest.fixture(scope="module")
def pdf_pages(written) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(written["pdf"]).pages]


def squeezed(text: str) -> str:
    """Text without spaces: a PDF breaks lines where it likes."""
    return re.sub(r"[\s\u00a0]+", "", text)


def tables(case: Case) -> list[Table]:
    blocks = [block for section in build_report(case).sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, Table)]


# The numbers.


def test_amounts_are_exact_to_the_last_base_unit():
    assert exact("3542130012", 2) == "35,421,300.12"
    assert exact("5", 8) == "0.00000005"
    assert exact("-1234567", 2) == "-12,345.67"
    assert exact("1234567", 0) == "1,234,567"
    assert exact(str(10**40 + 1), 18).endswith(".000000000000000001")
    assert money("3542", 2, "USD") == "35.42\u00a0USD"


def test_an_amount_that_is_no_integer_is_refused():
    with pytest.raises(InputError, match="not a whole number"):
        exact("12.5", 2)


def test_shares_are_rounded_in_integers_and_never_to_nothing_or_all():
    plain = [share(*pair).replace("\u00a0", " ") for pair in ((1, 3), (5, 10000), (1, 1), (0, 7))]
    assert plain == ["33.3 %", "0.1 %", "100.0 %", "0.0 %"]
    assert share(1, 10**9).replace("\u00a0", " ") == "< 0.1 %"
    assert share(10**9 - 1, 10**9).replace("\u00a0", " ") == "> 99.9 %"


def test_a_cut_amount_says_that_it_is_cut():
    assert cut("1500000000000000001", 18, 8) == "1.50000000…"
    assert cut("1500000000000000000", 18, 8) == "1.50000000"


def test_every_amount_of_the_trace_stands_in_both_reports(html_text, pdf_pages):
    pdf_text = squeezed(" ".join(pdf_pages))
    for result in example_case().trace["results"]:
        parts = ("arrived", "dormant", "returned", "stopped", "converted_out")
        amounts = [entry["amount"] for part in parts for entry in result[part]]
        amounts += [result["stolen"], result["fees"], *result["conservation"].values()]
        for amount in amounts:
            assert exact(amount, 2) in html_text
            assert exact(amount, 2) in pdf_text


def test_rows_left_out_are_counted_summed_and_located():
    case = example_case(extra_dormant=30)
    dormant = next(t for t in tables(case) if t.caption.startswith("Dormant"))
    assert len(dormant.rows) == 25
    assert "8 rows of 33 left out" in dormant.note
    assert "0.08\u00a0USD" in dormant.note
    assert "trace.json under results[0].dormant" in dormant.note
    assert dormant.total[1] == ("3,900,000.00",)


def test_a_trace_that_does_not_add_up_is_denounced():
    case = example_case()
    case.trace["results"][0]["fees"] = "13"
    assert any("do not add up" in text for text in visible_texts(build_report(case)))
    assert not any("do not add up" in t for t in visible_texts(build_report(example_case())))


# The letters.


def test_every_script_is_covered_and_each_by_its_own_face():
    assert uncovered(" ".join(NAMES)) == ()
    faces = letters(NAMES)
    assert "김" in faces[HANGUL]
    assert {"北", "臺"} <= set(faces[HAN])
    assert "ش" in faces[ARABIC]
    assert "Ρ" not in faces[SANS]
    assert "Р" in faces[SANS]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (HIEROGLYPH, "⟨U+13000⟩"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x07b\nc", "a⟨U+0007⟩b⟨U+000A⟩c"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("0x12\u200d34", "0x12⟨U+200D⟩34"),
        ("نمونه\u200cسازی", "نمونه\u200cسازی"),
        ("é e\u0301", "é e\u0301"),
        ("\u3164x", "⟨U+3164⟩x"),
        ("\u0301x", "⟨U+0301⟩x"),
    ],
)
def test_what_cannot_be_drawn_is_shown_by_number(text, seen):
    assert show(text) == seen
    assert uncovered(show(text)) == ()
    assert bool(uncovered(text)) is (text != seen)


def test_the_whole_report_is_covered(html_text):
    report = build_report(example_case())
    assert uncovered("".join(visible_texts(report))) == ()
    assert uncovered(html_text.replace("\n", " ")) == ()
    assert "⟨U+13000⟩" in html_text
    assert "⟨U+202E⟩" in html_text


def test_subsets_are_the_same_bytes_each_time():
    assert subset_woff2(SANS, "abc") == subset_woff2(SANS, "abc")
    assert subset_woff2(SANS, "abc")[:4] == b"wOF2"


def test_a_missing_font_package_names_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"sanctrail\[report\]"):
        _ = HAN.path


def test_the_pdf_holds_the_names(pdf_pages):
    text = squeezed(" ".join(pdf_pages))
    lines = [Counter(line) for page in pdf_pages for line in page.splitlines()]
    for name in NAMES:
        leftward = Counter(char for char in name if unicodedata.bidirectional(char) in ("R", "AL"))
        if leftward:
            # Right-to-left text comes out of a PDF in the order of its drawing.
            assert any(leftward <= line for line in lines), name
        else:
            assert squeezed(name) in text
    assert "⟨U+13000⟩" in text


def test_the_pdf_draws_no_missing_glyph(written):
    drawn = [glyph for page in pypdf.PdfReader(written["pdf"]).pages for glyph in glyphs(page)]
    assert len(drawn) > 3000
    assert 0 not in drawn


def glyphs(holder) -> list[int]:
    """Glyph numbers shown by a page or form, and by the forms it draws."""
    resources = holder.get("/Resources", {})
    fonts = resources.get("/Font", {})
    found = shown_glyphs(holder, fonts)
    for form in resources.get("/XObject", {}).values():
        if form.get_object()["/Subtype"] == "/Form":
            found += glyphs(form.get_object())
    return found


def shown_glyphs(holder, fonts) -> list[int]:
    content = pypdf.generic.ContentStream(
        holder.get_contents() if "/Contents" in holder else holder,
        holder.pdf if "/Contents" in holder else None,
    )
    found, wide = [], False
    for operands, operator in content.operations:
        if operator == b"Tf":
            font = fonts[operands[0]].get_object()
            wide = font["/Subtype"] == "/Type0"
            assert wide, f"font {font['/Subtype']} is not checked here"
            assert font["/Encoding"] == "/Identity-H"
        elif operator in (b"Tj", b"TJ"):
            texts = operands[0] if operator == b"TJ" else operands
            for text in texts:
                if isinstance(text, (str, bytes)):
                    raw = text if isinstance(text, bytes) else text.original_bytes
                    found += [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]
    return found


# The files.


def test_the_html_loads_nothing(written):
    raw = written["html"].read_text("utf-8")
    document = lxml.html.document_fromstring(raw)
    assert not document.xpath("//script | //link | //iframe | //object | //img[@src]")
    assert not document.xpath("//@src | //@href")
    assert all(url.startswith("data:") for url in re.findall(r"url\(([^)]*)\)", raw))
    assert "@import" not in raw


def test_hostile_names_appear_as_they_are(html_text, pdf_pages):
    pdf_text = squeezed(" ".join(pdf_pages))
    for name in HOSTILE:
        assert name in html_text
        assert squeezed(name) in pdf_text


@pytest.mark.parametrize("suffix", ["html", "pdf"])
def test_the_same_case_gives_the_same_bytes(written, tmp_path, suffix):
    again = tmp_path / f"again.{suffix.upper()}"
    write_report(example_case(), again)
    assert again.read_bytes() == written[suffix].read_bytes()


def test_a_simulation_says_so_on_every_page(written, html_text, pdf_pages):
    assert SIMULATION in html_text
    assert len(pdf_pages) > 1
    assert all(squeezed(SIMULATION) in squeezed(page) for page in pdf_pages)
    assert pypdf.PdfReader(written["pdf"]).metadata.title.startswith("SIMULATION: ")
    assert "<title>SIMULATION: " in written["html"].read_text("utf-8")


def test_a_real_ledger_bears_no_banner(tmp_path):
    output = tmp_path / "real.html"
    write_report(example_case(simulation=False), output)
    assert "SIMULATION" not in output.read_text("utf-8")


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.html or \.pdf"):
        write_report(example_case(), tmp_path / "report.docx")


def test_a_trace_of_another_format_is_refused():
    case = example_case()
    case.trace["format"] = "sanctrail-trace/9"
    with pytest.raises(InputError, match="sanctrail-trace/9"):
        build_report(case)


def test_a_trace_with_a_part_missing_is_refused():
    case = example_case()
    del case.trace["results"][0]["dormant"]
    with pytest.raises(InputError, match="'dormant'"):
        build_report(case)


def test_the_door_opens_without_the_heavy_packages():
    import subprocess

    code = (
        "import sys, sanctrail.report; "
        "print({'typst', 'jinja2', 'fontTools', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# What is said.


def test_claims_are_said_to_be_claims(html_text):
    assert "The statements below are claims." in html_text
    assert "commercial vendor" in html_text


def test_the_limits_of_the_ledger_stand_in_words(html_text):
    assert all(limit in html_text for limit in LIMITS)


def test_an_absent_incident_register_and_screening_are_said():
    case = replace(example_case(), incident=None, exposure=None, hits=())
    report = build_report(case)
    texts = " ".join(visible_texts(report))
    assert "No incident record was given." in texts
    assert "No register of sanctions lists was at hand" in texts
    assert "Screening hits" not in [section.title for section in report.sections]


def test_no_listed_wallet_on_the_trail_is_said():
    case = example_case()
    case = replace(case, exposure=replace(case.exposure, found=()))
    texts = " ".join(visible_texts(build_report(case)))
    assert "1,234 listed wallets are known to the register; none of them is on the trail" in texts


def test_the_command_to_run_again_is_quoted():
    trace = example_case().trace
    trace["parameters"]["sources_file"]["name"] = "a; rm -rf x"
    assert "--sources 'a; rm -rf x' --stops" in rerun_command(trace)


# The picture.


def test_the_picture_is_xml_and_names_every_arrival():
    picture = draw_flows(example_flows(), example_result("fifo"), (STOLEN,))
    root = lxml.etree.fromstring(picture.svg.encode())
    text = " ".join(root.itertext())
    assert "Example Exchange 交易所" in text
    assert "0xe5e5…e5e5" in text
    assert "20,000,000.00\u00a0USD" in text


def test_the_picture_counts_the_arrivals_it_folds():
    result = example_result("fifo")
    result["arrived"] = [
        {"address": f"0x{n:040x}", "label": f"Desk {n:02}", "category": "exchange", "amount": "10"}
        for n in range(30)
    ]
    text = " ".join(lxml.etree.fromstring(draw_flows((), result, ()).svg.encode()).itertext())
    named = len(set(re.findall(r"Desk \d\d", text)))
    folded = int(re.search(r"(\d+) others \(exchange\)", text)[1])
    assert named + folded == 30


def test_hostile_labels_stay_text_in_the_picture():
    result = example_result("fifo")
    result["arrived"][0]["label"] = HOSTILE[0]
    root = lxml.etree.fromstring(draw_flows(example_flows(), result, (STOLEN,)).svg.encode())
    assert HOSTILE[0] in " ".join(root.itertext())
    assert not [element for element in root.iter() if "script" in str(element.tag)]


def test_ribbons_into_an_outcome_sum_to_its_exact_amount():
    from sanctrail.report.flowgraph import build_graph

    graph = build_graph(example_flows(), example_result("fifo"), (STOLEN,))
    for node in graph.nodes.values():
        if node.outcome and not node.lane:
            came = sum(r.amount for r in graph.ribbons if r.end == node.key)
            assert came == node.amount, node
    assert not graph.unplaced


def test_what_cannot_run_left_to_right_is_counted():
    circle = [
        dict(zip(("from", "to", "amount_tainted"), move, strict=True))
        | {"theft": "example", "method": "fifo", "asset": "USD"}
        for move in (("a", "b", "5"), ("b", "c", "5"), ("c", "b", "3"), ("b", "b", "1"))
    ]
    picture = draw_flows(circle, example_result("fifo"), ("a",))
    assert "Not drawn: 2 transfers of 0.04\u00a0USD" in picture.caption


def test_a_long_chain_folds_its_far_hops():
    chain = [
        {"from": f"n{n}", "to": f"n{n + 1}", "amount_tainted": "5"}
        | {"theft": "example", "method": "fifo", "asset": "USD"}
        for n in range(40)
    ]
    assert "4 or more on" in draw_flows(chain, example_result("fifo"), ("n0",)).svg
