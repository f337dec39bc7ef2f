"""The table of addresses, who may be asked, and the day of a list that does not say it."""

import re
from pathlib import Path

import pytest

from sanctrail.errors import InputError, SanctrailError
from sanctrail.lists.forms import LISTS
from sanctrail.lists.publishers.download import (
    Download,
    DownloadError,
    Manners,
    Validators,
    check_address,
)
from sanctrail.lists.publishers.sources import Source, read_sources, select


def test_the_shipped_table_is_whole():
    sources = read_sources()
    usual = {source.name for source in select(sources, [])}
    assert usual == {"un", "us-sdn", "us-cons", "eu", "gb", "ch", "ca", "au", "jp"}
    for source in sources.values():
        assert source.list in LISTS
        check_address(source.url, source, Manners())
    assert {source.name for source in sources.values() if source.undated} == {"ca", "au", "jp"}


@pytest.mark.parametrize("name", ["us-sdn", "us-sdn-xml", "us-cons", "us-cons-enhanced"])
def test_ofac_s_service_may_answer_from_its_own_storage_only(name):
    source = read_sources()[name]
    bucket = "wc2h-sls-prod-public-published.s3"
    check_address(f"https://{bucket}.us-gov-west-1.amazonaws.com/x?key=1", source, Manners())
    with pytest.raises(DownloadError, match="not named"):
        check_address(f"https://{bucket}.amazonaws.com/x", source, Manners())


def test_a_user_s_table_is_laid_over_the_shipped_one_key_by_key(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[un]\nurl = "https://mirror.example/un.xml"\n'
                    '[own]\nlist = "ftm-own"\nurl = "https://own.example/e.json"\n')  # fmt: skip
    shipped, sources = read_sources(), read_sources(path)
    assert sources["un"].url == "https://mirror.example/un.xml"
    assert sources["un"].default
    assert sources["un"].max_megabytes == shipped["un"].max_megabytes
    assert sources["own"].list == "ftm-own"
    assert sources["eu"] == shipped["eu"]


WRONG = {
    "[un": "cannot be read",
    "un = 1": "stands outside a table",
    "[UN]\nlist='un'\nurl='https://x/'": "small letters",
    "['../un']\nlist='un'\nurl='https://x/'": "small letters",
    "[x]\nurl='https://x/'": "there is no list",
    "[x]\nlist='un'": "there is no url",
    "[un]\nlist='../un'": "no name of a list",
    "[un]\nurl='https://u:p@x/'": "without a user name",
    "[un]\nurl='file:///etc/passwd'": "is no address",
    "[un]\nurl='https://[x/'": "is no address",
    "[un]\nurl=7": "'url' must be a text",
    "[un]\nhosts='x'": "'hosts' must be a list",
    "[un]\nhosts=[1]": "'hosts' must be a list",
    "[un]\nmax_megabytes=0": "'max_megabytes' must be a number",
    "[un]\nmax_megabytes=nan": "'max_megabytes' must be a number",
    "[un]\nread_seconds=inf": "'read_seconds' must be a number",
    "[un]\ntotal_seconds=true": "'total_seconds' must be a number",
    "[un]\ndefault='yes'": "'default' must be true or false",
    "[un]\nlink='('": "no regular expression",
    '[un]\nuser_agent="\\u00e9"': "plain ASCII",
    '[un]\nuser_agent="a\\nb"': "a text of one line",
    "[un]\nlnik='x'": "unknown key lnik",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_wrong_table_is_told_in_a_sentence(tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SanctrailError, match=re.escape(said)):
        read_sources(path)


def test_a_table_that_is_missing_or_no_text_is_told(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("missing", "bytes", "."):
        with pytest.raises(InputError, match="cannot be read"):
            read_sources(tmp_path / name)


def test_a_source_is_chosen_by_its_name_or_by_its_list():
    shipped = read_sources()
    sources = {name: source for name, source in shipped.items() if name != "eu"}
    assert [source.name for source in select(sources, ["us-sdn", "un", "un"])] == ["us-sdn", "un"]
    assert [source.name for source in select(sources, ["eu"])] == ["eu-csv"]
    with pytest.raises(InputError, match="'ofac' is no source of lists, expected one of un, "):
        select(sources, ["ofac"])


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://lists.example/a.xml", ""),
        ("https://LISTS.example:8443/a.xml", ""),
        ("https://cdn.example/a.xml", ""),
        ("http://lists.example/a.xml", "is not https"),
        ("ftp://lists.example/a.xml", "is not https"),
        ("https://other.example/a.xml?key=secret", "not named"),
        ("https://lists.example.evil/a.xml", "not named"),
        ("https://evil.lists.example/a.xml", "not named"),
        ("https://lists.example@evil/a.xml", "user name or password"),
    ],
)
def test_only_https_and_only_named_hosts_are_asked(url, refused):
    named = Source("x", "un", "https://lists.example/a.xml", hosts=("cdn.example",))
    if not refused:
        check_address(url, named, Manners())
        return
    with pytest.raises(DownloadError, match=refused) as error:
        check_address(url, named, Manners())
    assert "secret" not in str(error.value)


def downloaded(name, last_modified=""):
    return Download(Path("x"), name, "0" * 64, 1, Validators("", "", last_modified))


@pytest.mark.parametrize(
    ("name", "last_modified", "day", "told_by"),
    [
        ("mof20260305.xlsx", "Fri, 27 Feb 2026 01:02:03 GMT", "2026-03-05", "its file name"),
        ("list_2026-03-05_v2.xlsx", "", "2026-03-05", "its file name"),
        ("list_20269999.xlsx", "", "2026-06-01", "the day it was fetched"),
        ("a.xlsx", "Fri, 27 Feb 2026 23:02:03 GMT", "2026-02-27", "the server's Last-Modified"),
        ("a.xlsx", "Fri, 27 Feb 2026 23:02:03 -0500", "2026-02-28", "the server's Last-Modified"),
        ("a.xlsx", "Fri, 27 Feb 2099 01:02:03 GMT", "2026-06-01", "the day it was fetched"),
        ("a.xlsx", "never", "2026-06-01", "the day it was fetched"),
    ],
)
def test_an_undated_list_is_dated_by_name_then_server_then_today(name, last_modified, day, told_by):
    assert downloaded(name, last_modified).day("2026-06-01") == (day, told_by)
