"""Updating lists from their publishers: what is fetched, kept, loaded and refused."""

import gzip
import hashlib
import io
import json
import re
import socket
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import publisher as made
from publisher import Publisher, sema_list, un_list, unpacked, whole
from sanctrail.cli.lists_update import update
from sanctrail.errors import RegisterError
from sanctrail.lists.publishers.download import Manners
from sanctrail.lists.publishers.sources import Source
from sanctrail.register import Register
from sanctrail.register.update import UpdateOptions, plan_update, update_lists

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


@pytest.fixture
def server():
    with Publisher() as running:
        yield running


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def source(server):
    """A source of the loopback publisher; its path is its name."""

    def make(name="un", **about):
        about = {"list": "un", "url": server.url(f"/{name}.xml"), **about}
        return Source(name=name, **about)

    return make


@pytest.fixture
def fetch(workspace, pauses):
    """Update sources as a mirror on this machine allows; pauses are noted and not made."""

    def run(*sources, plan=False, allow_any_host=False, **options):
        manners = Manners(allow_any_host=allow_any_host, allow_http=True, sleep=pauses.append)
        call = plan_update if plan else update_lists
        found = call(sources, workspace, UpdateOptions(manners=manners, **options))
        return found[0] if len(found) == 1 else found

    return run


def kept(workspace):
    """The kept files, below the folder of downloads."""
    folder = workspace / "downloads"
    files = (path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in files)
    return sorted(name for name in names if name not in {".lock", "state.json"})


def memory(workspace):
    """The bytes of the register's manifest and of the state: what a failure must not touch."""
    paths = (workspace / "register/manifest.json", workspace / "downloads/state.json")
    return [path.read_bytes() if path.exists() else b"" for path in paths]


# --- what is fetched, kept and loaded


def test_a_published_list_is_fetched_kept_and_loaded(server, source, workspace, fetch):
    body = un_list(1, 2, 3)
    server.answers["/un.xml"] = whole(body, etag='"a"')
    outcome = fetch(source())
    digest = hashlib.sha256(body).hexdigest()
    assert (outcome.result, outcome.list_date, outcome.parties) == ("loaded", "2026-02-27", 3)
    assert outcome.sha256 == digest
    assert outcome.file == f"downloads/un/{TODAY}_{digest[:16]}_un.xml"
    assert (workspace / outcome.file).read_bytes() == body
    (version,) = Register(workspace).versions
    assert (version["version_id"],) == outcome.versions
    assert version["file"] == Path(outcome.file).name


def test_the_server_is_asked_for_plain_bytes_by_a_named_program(server, source, fetch):
    server.answers["/un.xml"] = whole(un_list(1))
    fetch(source())
    fetch(source("other", url=server.url("/un.xml"), user_agent="Mozilla/5.0 (compatible; x)"))
    first, second = server.asked["/un.xml"]
    assert first["User-Agent"].startswith("sanctrail/")
    assert first["Accept-Encoding"] == "identity"
    assert second["User-Agent"] == "Mozilla/5.0 (compatible; x)"


@pytest.mark.parametrize(
    ("said", "asked", "value"),
    [
        ({"etag": 'W/"a-1"'}, "If-None-Match", 'W/"a-1"'),
        (
            {"last_modified": "Fri, 27 Feb 2026 01:02:03 GMT"},
            "If-Modified-Since",
            "Fri, 27 Feb 2026 01:02:03 GMT",
        ),
    ],
)
def test_a_file_that_the_server_calls_unchanged_is_not_sent_again(
    server, source, workspace, fetch, said, asked, value
):
    server.answers["/un.xml"] = whole(un_list(1, 2), **said)
    fetch(source())
    before = memory(workspace)
    outcome = fetch(source())
    assert (outcome.result, outcome.list_date, outcome.parties) == ("unchanged", "2026-02-27", 2)
    first, second = server.asked["/un.xml"]
    assert asked not in first
    assert second[asked] == value
    assert memory(workspace) == before


def test_the_same_bytes_are_no_new_version(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1, 2))
    fetch(source())
    outcome = fetch(source())
    assert (outcome.result, outcome.parties) == ("unchanged", 2)
    assert "same bytes" in outcome.message
    assert len(kept(workspace)) == 1


def test_every_published_file_is_kept(server, source, workspace, fetch):
    for day, numbers in (("2026-02-27", (1, 2)), ("2026-03-01", (1, 2, 3))):
        server.answers["/un.xml"] = whole(un_list(*numbers, day=day), etag=f'"{day}"')
        assert fetch(source()).result == "loaded"
    assert len(kept(workspace)) == 2
    assert [version["parties"] for version in Register(workspace).versions] == [2, 3]


def test_a_version_that_the_register_lost_is_asked_for_again(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1, 2), etag='"a"')
    first = fetch(source())
    (workspace / "register").rename(workspace / "gone")
    outcome = fetch(source())
    assert (outcome.result, outcome.versions) == ("loaded", first.versions)
    assert "If-None-Match" not in server.asked["/un.xml"][1]
    assert len(kept(workspace)) == 1


def test_a_damaged_version_is_asked_for_again_and_repaired(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1, 2), etag='"a"')
    (version,) = fetch(source()).versions
    (workspace / "register" / version / "names.parquet").write_bytes(b"damaged")
    assert fetch(source()).result == "loaded"
    assert len(Register(workspace).rows("names")) == 2


def test_a_kept_file_that_was_removed_is_fetched_again(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1, 2), etag='"a"')
    (workspace / fetch(source()).file).unlink()
    outcome = fetch(source())
    assert outcome.result == "unchanged"
    assert "held already" in outcome.message
    assert (workspace / outcome.file).is_file()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"format": 9, "sources": {}}',
        b'{"format": 1, "sources": []}',
        b'{"format": 1, "sources": {"un": {"url": 7}}}',
    ],
)
def test_a_damaged_memory_costs_a_fetch_and_nothing_else(server, source, workspace, fetch, damage):
    server.answers["/un.xml"] = whole(un_list(1, 2), etag='"a"')
    fetch(source())
    state = workspace / "downloads/state.json"
    whole_state = state.read_bytes()
    state.write_bytes(damage)
    assert fetch(source()).result == "unchanged"
    assert state.read_bytes() == whole_state


def test_what_was_learnt_of_one_address_is_not_told_to_another(server, source, fetch):
    for path in ("/un.xml", "/moved.xml"):
        server.answers[path] = whole(un_list(1), etag='"a"')
    fetch(source())
    outcome = fetch(source(url=server.url("/moved.xml")))
    assert "If-None-Match" not in server.asked["/moved.xml"][0]
    assert outcome.result == "unchanged"


def test_a_validator_that_cannot_be_sent_back_is_not_kept(server, source, fetch):
    server.answers["/un.xml"] = whole(un_list(1), etag='"\xe9"')
    fetch(source())
    assert fetch(source()).result == "unchanged"


def test_what_an_interrupted_run_left_is_swept_away(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1))
    leftover = workspace / "downloads/un/.un.4242.new"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    (leftover.parent / "mine.txt").write_text("a user's own")
    fetch(source())
    assert not leftover.exists()
    assert "un/mine.txt" in kept(workspace)


def test_a_file_that_the_server_packs_unasked_is_kept_as_sent(server, source, workspace, fetch):
    body = gzip.compress(un_list(1, 2))
    server.answers["/un.xml"] = whole(body, Content_Encoding="gzip")
    outcome = fetch(source())
    assert (outcome.result, outcome.parties) == ("loaded", 2)
    assert (workspace / outcome.file).read_bytes() == body


def test_a_packed_file_is_kept_as_served_and_named_by_those_bytes(server, source, workspace, fetch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("UN.XML", un_list(1, 2))
    server.answers["/UN.ZIP"] = whole(packed.getvalue())
    outcome = fetch(source(url=server.url("/UN.ZIP")))
    assert (outcome.result, outcome.parties) == ("loaded", 2)
    assert (workspace / outcome.file).read_bytes() == packed.getvalue()
    assert outcome.sha256 == hashlib.sha256(packed.getvalue()).hexdigest()
    assert fetch(source(url=server.url("/UN.ZIP"))).result == "unchanged"


# --- what may pass is asked again, what cannot is not


def test_a_server_s_hiccup_is_waited_out_with_growing_pauses(server, source, fetch, pauses):
    hiccup = made.status(500)
    server.answers["/un.xml"] = made.in_turn(hiccup, hiccup, hiccup, whole(un_list(1)))
    assert fetch(source()).result == "loaded"
    assert pauses == [2, 8, 32]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_server_that_stays_down_is_a_failure_that_touches_nothing(
    server, source, workspace, fetch, pauses, code
):
    server.answers["/un.xml"] = whole(un_list(1))
    fetch(source())
    before = memory(workspace), kept(workspace)
    server.answers["/un.xml"] = made.status(code)
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert f"answered {code}" in outcome.message
    assert "asked 4 times" in outcome.message
    assert (memory(workspace), kept(workspace)) == before
    assert len(pauses) == 3


@pytest.mark.parametrize("code", [204, 304, 400, 401, 403, 404, 410, 451])
def test_an_answer_that_will_not_change_is_not_asked_for_again(
    server, source, workspace, fetch, pauses, code
):
    server.answers["/un.xml"] = made.status(code) if code >= 400 else (lambda r: r.head(code))
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert f"answered {code}" in outcome.message
    assert pauses == []
    assert len(server.asked["/un.xml"]) == 1
    assert kept(workspace) == []


def in_a_minute():
    return format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("1", 2, 2),
        ("999999999999", 120, 120),
        (in_a_minute, 50, 60),
        ("Fri, 27 Feb 2026 01:02:03 GMT", 2, 2),
        ("soon", 2, 2),
        ("-5", 2, 2),
    ],
)
def test_a_server_s_own_pause_counts_up_to_a_bound(
    server, source, fetch, pauses, said, least, most
):
    text = said() if callable(said) else said
    busy = made.status(503, Retry_After=text)
    server.answers["/un.xml"] = made.in_turn(busy, whole(un_list(1)))
    assert fetch(source()).result == "loaded"
    (pause,) = pauses
    assert least <= pause <= most


@pytest.mark.parametrize("bad", [made.truncated(un_list(1)), made.broken_chunks(un_list(1))])
def test_a_transfer_that_breaks_off_is_asked_for_again(server, source, fetch, pauses, bad):
    server.answers["/un.xml"] = made.in_turn(bad, whole(un_list(1)))
    assert fetch(source()).result == "loaded"
    assert pauses == [2]


@pytest.mark.parametrize("bad", [made.truncated(un_list(1)), made.broken_chunks(un_list(1))])
def test_a_list_that_never_comes_whole_is_a_failure_that_touches_nothing(
    server, source, workspace, fetch, bad
):
    server.answers["/un.xml"] = whole(un_list(1, 2))
    fetch(source())
    before = memory(workspace), kept(workspace)
    server.answers["/un.xml"] = bad
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert "broke off before the whole file was there" in outcome.message
    assert (memory(workspace), kept(workspace)) == before


def test_a_server_that_cannot_be_reached_is_asked_again_and_told(source, fetch, pauses):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = fetch(source(url=f"http://127.0.0.1:{port}/un.xml"))
    assert outcome.result == "failed"
    assert "could not be reached" in outcome.message
    assert len(pauses) == 3


def test_a_silent_server_is_left_after_its_time(server, source, fetch, pauses):
    server.answers["/un.xml"] = made.in_turn(made.silent, whole(un_list(1)))
    assert fetch(source(read_seconds=0.8)).result == "loaded"
    assert pauses == [2]
    server.answers["/un.xml"] = made.silent
    outcome = fetch(source(read_seconds=0.05))
    assert "was silent for 0.05 seconds" in outcome.message


@pytest.mark.parametrize(
    "slow", [made.drip(b" " * 500), made.quiet_drip(un_list(1)), made.dripping_head]
)
def test_a_slow_drip_is_cut_at_the_end_of_its_time(server, source, workspace, fetch, slow):
    server.answers["/un.xml"] = slow
    started = datetime.now(UTC)
    outcome = fetch(source(total_seconds=0.4))
    assert outcome.result == "failed"
    assert "within 0.4 seconds" in outcome.message
    assert datetime.now(UTC) - started < timedelta(seconds=5)
    assert kept(workspace) == []


def test_no_pause_is_begun_that_outlasts_the_time(server, source, fetch, pauses):
    server.answers["/un.xml"] = made.status(503, Retry_After="100")
    assert "(asked once)" in fetch(source(total_seconds=50)).message
    assert pauses == []


# --- what is refused


def test_a_page_in_place_of_a_list_is_refused_and_not_kept(server, source, workspace, fetch):
    server.answers["/un.xml"] = whole(un_list(1))
    fetch(source())
    before = memory(workspace), kept(workspace)
    server.answers["/un.xml"] = made.html
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert "this is an HTML page" in outcome.message
    assert (memory(workspace), kept(workspace)) == before


@pytest.mark.parametrize("body", [b"", b"\x00" * 99, b"<sdnList/>", un_list(1)[:-30], un_list()])
def test_a_body_that_is_no_list_is_refused_and_not_kept(server, source, workspace, fetch, body):
    server.answers["/un.xml"] = whole(body)
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert outcome.message.startswith("un: ")
    assert kept(workspace) == []
    assert memory(workspace) == [b"", b""]


def test_an_endless_body_is_stopped(server, source, workspace, fetch, pauses):
    server.answers["/un.xml"] = made.endless
    outcome = fetch(source(max_megabytes=0.5))
    assert "sends more than 524,288 bytes" in outcome.message
    assert (pauses, kept(workspace)) == ([], [])


def test_a_body_announced_too_large_is_not_begun(server, source, fetch):
    server.answers["/un.xml"] = made.oversized
    assert "sends more than" in fetch(source()).message


def test_a_redirect_to_a_host_that_is_not_named_is_refused(server, source, workspace, fetch):
    server.answers["/un.xml"] = made.redirect(server.url("/new.xml", host="localhost"))
    server.answers["/new.xml"] = whole(un_list(1))
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert "on the host 'localhost', which is not named" in outcome.message
    assert server.asked["/new.xml"] == []
    assert memory(workspace) == [b"", b""]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_named_host_is_followed(server, source, fetch, code):
    to = server.url("/new.xml?key=secret", host="localhost")
    server.answers["/un.xml"] = made.redirect(to, code)
    server.answers["/new.xml"] = whole(un_list(1), etag='"a"')
    named = source(hosts=("localhost",))
    assert fetch(named).result == "loaded"
    assert fetch(named).result == "unchanged"
    assert server.asked["/new.xml"][1]["If-None-Match"] == '"a"'


def test_any_host_is_taken_where_the_user_says_so(server, source, fetch):
    server.answers["/un.xml"] = made.redirect(server.url("/new.xml", host="localhost"))
    server.answers["/new.xml"] = whole(un_list(1))
    assert fetch(source(), allow_any_host=True).result == "loaded"


def test_a_relative_redirect_is_followed_and_a_circle_is_not(server, source, fetch):
    server.answers["/un.xml"] = made.redirect("new.xml")
    server.answers["/new.xml"] = whole(un_list(1))
    assert fetch(source()).result == "loaded"
    server.answers["/un.xml"] = made.redirect("/un.xml")
    assert "redirects more than 5 times" in fetch(source()).message


@pytest.mark.parametrize(
    "to",
    ["", "file:///etc/passwd", "//", "http://[", "gopher://127.0.0.1/", "http://u:p@127.0.0.1"],
)
def test_a_redirect_to_no_proper_address_is_refused(server, source, fetch, pauses, to):
    server.answers["/un.xml"] = lambda request: request.head(
        302, {"Location": to or " ", "Content-Length": 0}
    )
    outcome = fetch(source())
    assert outcome.result == "failed"
    assert "u:p" not in outcome.message
    assert pauses == []


def test_a_list_served_in_place_of_another_is_told(server, source, workspace, fetch):
    server.answers["/us-sdn.xml"] = whole(un_list(1))
    outcome = fetch(source("us-sdn", list="us-sdn"))
    assert outcome.result == "failed"
    assert "serves the list un, expected us-sdn" in outcome.message
    assert not (workspace / "downloads/state.json").exists()


# --- one list and the others


def test_a_list_that_fails_blocks_no_other(server, source, workspace, fetch, monkeypatch):
    server.answers["/a.xml"] = made.html
    server.answers["/b.xml"] = made.status(404)
    server.answers["/un.xml"] = whole(un_list(1))
    outcomes = fetch(source("a"), source("b"), source())
    assert [outcome.result for outcome in outcomes] == ["failed", "failed", "loaded"]
    assert len(Register(workspace).versions) == 1


def test_a_fault_over_one_list_is_told_and_blocks_no_other(server, source, fetch, monkeypatch):
    from sanctrail.register import update as module

    load = module.load_lists

    def faulty(files, *rest):
        if "_a.xml" in files[0].name:
            raise KeyError("role")
        return load(files, *rest)

    monkeypatch.setattr(module, "load_lists", faulty)
    server.answers["/a.xml"] = server.answers["/un.xml"] = whole(un_list(1))
    first, second = fetch(source("a"), source())
    assert (first.result, second.result) == ("failed", "loaded")
    assert "a fault of this program (KeyError" in first.message


def test_a_version_that_lacks_many_parties_is_held_until_a_person_says_it_is_right(
    server, source, workspace, fetch
):
    server.answers["/un.xml"] = whole(un_list(*range(1, 41)))
    fetch(source())
    before = memory(workspace)
    server.answers["/un.xml"] = whole(un_list(*range(1, 21), day="2026-03-01"))
    outcome = fetch(source())
    assert outcome.result == "held"
    assert "--accept-drop" in outcome.message
    assert memory(workspace) == before
    assert len(kept(workspace)) == 2
    assert fetch(source(), accept_drop=True).result == "loaded"
    assert len(kept(workspace)) == 2


def test_an_older_version_than_the_one_held_is_told(server, source, fetch):
    server.answers["/un.xml"] = whole(un_list(1, 2))
    fetch(source())
    server.answers["/un.xml"] = whole(un_list(1, 2, day="2025-01-01"))
    outcome = fetch(source())
    assert outcome.result == "loaded"
    assert "not current: un_2026-02-27" in outcome.message


def test_a_damaged_register_is_told_before_anything_is_asked(server, source, workspace, fetch):
    (workspace / "register").mkdir(parents=True)
    (workspace / "register/manifest.json").write_text("{")
    with pytest.raises(RegisterError):
        fetch(source())
    assert server.asked == {}


# --- lists that do not say of which day they are


def test_an_undated_list_keeps_its_day_while_its_bytes_are_the_same(
    server, source, workspace, fetch
):
    ca = source("ca", list="ca", undated=True)
    server.answers["/ca.xml"] = whole(sema_list("A"), "", "Fri, 27 Feb 2026 01:02:03 GMT")
    first = fetch(ca)
    assert (first.result, first.list_date) == ("loaded", "2026-02-27")
    assert "dated by the server's Last-Modified" in first.message
    assert Path(first.file).name.startswith("2026-02-27_")
    server.answers["/ca.xml"] = whole(sema_list("A"))
    (workspace / "register").rename(workspace / "gone")
    again = fetch(ca)
    assert (again.result, again.versions) == ("loaded", first.versions)


PAGE = """<!DOCTYPE html><html><body><![if x]>
<a href="old/shisantouketsu20251231.xlsx">old</a>
<A HREF='shisantouketsu20260305.xlsx?v=1&amp;w=2'>new</A>
<a href="shisantouketsu20260210.pdf">no</a>
<a name="x">no</a> <a href="shisantouketsu20260210.xlsx">between</a></body></html>"""


def test_the_newest_file_that_a_page_links_is_taken(server, source, workspace, fetch):
    server.answers["/page/list.html"] = whole(PAGE.encode("shift_jis"))
    server.answers["/page/shisantouketsu20260305.xlsx"] = whole(sema_list("A"), etag='"a"')
    page = source(
        "jp", list="ca", url=server.url("/page/list.html"), undated=True,
        link=r"shisantouketsu\d{8}[^/]*\.xlsx",
    )  # fmt: skip
    outcome = fetch(page)
    assert (outcome.result, outcome.list_date) == ("loaded", "2026-03-05")
    assert outcome.file.endswith("_shisantouketsu20260305.xlsx")
    assert fetch(page).result == "unchanged"
    assert server.asked["/page/shisantouketsu20260305.xlsx"][1]["If-None-Match"] == '"a"'


def test_of_one_day_the_corrected_file_is_taken(server, source, fetch):
    links = ("list20260305_2.xml", "list20260305.xml", "list20260304_9.xml", "listing.xml")
    page = "".join(f'<a href="{link}">x</a>' for link in links)
    server.answers["/un.xml"] = whole(page.encode())
    server.answers["/list20260305_2.xml"] = whole(un_list(1))
    assert fetch(source(link="list")).url == server.url("/list20260305_2.xml")


def test_a_page_that_links_no_such_file_is_told(server, source, fetch):
    server.answers["/un.xml"] = whole(b"<html><a href='other.xlsx'>x</a></html>")
    outcome = fetch(source(link=r"list\d{8}\.xlsx"))
    assert "links no file whose address matches" in outcome.message


def test_a_page_s_link_to_another_host_is_refused(server, source, fetch):
    server.answers["/un.xml"] = whole(b"<a href='http://localhost/list20260101.xlsx'>x</a>")
    assert "'localhost', which is not named" in fetch(source(link="list")).message


# --- the command


@pytest.fixture
def command(tmp_path, workspace, server):
    app = typer.Typer()
    app.command()(update)
    path = tmp_path / "mine.toml"
    lines = (f'[{name}]\nlist = "un"\nurl = "{server.url(f"/{name}.xml")}"\n' for name in "ab")
    path.write_text("".join(lines))

    def run(*arguments):
        given = ["--workspace", str(workspace), "--sources", str(path), *arguments]
        return CliRunner().invoke(app, given)

    return run


def test_the_command_tells_each_list_and_ends_with_two_if_one_failed(server, command):
    server.answers["/a.xml"] = whole(un_list(1, 2))
    server.answers["/b.xml"] = made.status(404)
    both = command("b", "a", "--allow-http")
    assert both.exit_code == 2
    assert re.search(r"a +loaded +2026-02-27 +2 +new version", both.stdout)
    assert re.search(r"b +failed +b: http://127", both.stdout)
    assert "1 of 2 lists failed" in both.stderr
    alone = command("a", "--allow-http")
    assert alone.exit_code == 0
    assert "unchanged" in alone.stdout


def test_the_command_gives_one_json_document(server, command):
    server.answers["/a.xml"] = whole(un_list(1, 2))
    done = command("a", "--allow-http", "--json")
    document = json.loads(done.stdout)
    (one,) = document["lists"]
    assert (document["failed"], one["result"], one["parties"]) == (0, "loaded", 2)
    assert one["problems"] == []


def test_http_is_refused_unless_allowed(server, command):
    done = command("a", "--json")
    assert done.exit_code == 2
    assert "--allow-http" in json.loads(done.stdout)["lists"][0]["message"]
    assert server.asked == {}


def test_a_dry_run_asks_nothing_and_writes_nothing(server, source, workspace, command, fetch):
    done = command("a", "--allow-http", "--dry-run")
    assert done.exit_code == 0
    assert "would ask" in done.stdout
    assert not workspace.exists()
    server.answers["/un.xml"] = whole(un_list(1), etag='"a"')
    fetch(source())
    before = memory(workspace)
    planned = fetch(source(), source("page", link="x"), plan=True)
    assert [outcome.parties for outcome in planned] == [1, None]
    assert "if it has changed" in planned[0].message
    assert memory(workspace) == before
    assert len(server.asked["/un.xml"]) == 1


def test_asking_for_help_imports_no_client():
    code = "import sys; import sanctrail.cli.lists_update; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- real files


def test_real_files_are_updated_as_published(shared, server, source, workspace, fetch):
    names = ("2025-11-20", "2026-02-27")
    files = [shared / f"lists/un/UN_consolidated_{day}.xml.xz" for day in names]
    for file, day in zip(files, names, strict=True):
        body = unpacked(file)
        server.answers["/un.xml"] = whole(body, etag=f'"{day}"')
        outcome = fetch(source())
        assert (outcome.result, outcome.list_date) == ("loaded", day)
        assert outcome.parties == body.count(b"<DATAID>")
        assert fetch(source()).result == "unchanged"
    assert len(kept(workspace)) == len(Register(workspace).versions) == 2


def test_a_real_sdn_list_is_updated(shared, server, source, fetch):
    body = unpacked(shared / "lists/us_ofac/SDN_2021-03-10.xml.xz")
    server.answers["/us-sdn.xml"] = made.in_turn(made.truncated(body), whole(body))
    outcome = fetch(source("us-sdn", list="us-sdn"))
    assert (outcome.result, outcome.list_date) == ("loaded", "2021-03-10")
    assert outcome.parties == body.count(b"<sdnEntry>")
