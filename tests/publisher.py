"""A publisher on this machine: serves files over loopback, as well and as badly as real ones do."""

import bz2
import gzip
import lzma
import threading
import time
from collections import defaultdict
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def unpacked(path):
    """The bytes of a held file as its publisher served them."""
    opener = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
    with opener(path, "rb") as file:
        return file.read()


def un_list(*numbers, day="2026-02-27"):
    """A tiny UN list of the persons with these numbers."""
    persons = "".join(
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>PERSON</FIRST_NAME>"
        f"<SECOND_NAME>{number}</SECOND_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>"
        f"<REFERENCE_NUMBER>KPi.{number:03}</REFERENCE_NUMBER><LISTED_ON>2016-11-30</LISTED_ON>"
        "</INDIVIDUAL>"
        for number in numbers
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="{day}T00:00:09Z">'
        f"<INDIVIDUALS>{persons}</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>"
    ).encode()


def sema_list(*names):
    """A tiny Canadian list, whose layout carries no date."""
    records = "".join(
        f"<record><Country>Belarus / Bélarus</Country><LastName>{name}</LastName>"
        f"<GivenName>Test</GivenName><Schedule>1, Part 1</Schedule><Item>{item}</Item>"
        "<DateOfListing>2020-09-28</DateOfListing></record>"
        for item, name in enumerate(names, 1)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><data-set>{records}</data-set>'.encode()


# Answers: each is called with the request's handler and writes what a server of its kind would.


def whole(body, etag="", last_modified="", **headers):
    """The body; 304 to who has it already."""

    def answer(request):
        asked = request.headers
        if (etag and asked["If-None-Match"] == etag) or (
            last_modified and asked["If-Modified-Since"] == last_modified
        ):
            request.head(304)
            return
        said = {"ETag": etag, "Last-Modified": last_modified, **headers}
        request.head(200, {"Content-Length": len(body), **said})
        request.wfile.write(body)

    return answer


def status(code, **headers):
    """An error of this number, with a page that says so."""

    def answer(request):
        page = f"<html><body>{code}</body></html>".encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request.head(code, {"Content-Length": len(page), **named})
        request.wfile.write(page)

    return answer


def in_turn(*answers):
    """One answer after the other; the last one for good."""
    left = list(answers)

    def answer(request):
        now = left.pop(0) if len(left) > 1 else left[0]
        now(request)

    return answer


def truncated(body):
    """Announces the whole body and sends half of it."""

    def answer(request):
        request.head(200, {"Content-Length": len(body)})
        request.wfile.write(body[: len(body) // 2])

    return answer


def oversized(request):
    """Announces far more than any list has."""
    request.head(200, {"Content-Length": 10**12})


def broken_chunks(body):
    """Sends a body in pieces and breaks off within one."""

    def answer(request):
        request.head(200, {"Transfer-Encoding": "chunked"})
        request.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        request.wfile.write(b"ffff\r\nhalf")

    return answer


def html(request):
    """A friendly page with status 200 where a list was expected."""
    whole(b"<!DOCTYPE html>\n<html><body>We are back soon.</body></html>")(request)


def endless(request):
    """Never stops, and never says how long it is."""
    request.head(200, {})
    while True:
        request.wfile.write(b"<x/>" * 4096)


def redirect(to, code=302):
    """The file is elsewhere."""
    return lambda request: request.head(code, {"Location": to, "Content-Length": 0})


def drip(body, pause=0.05):
    """Sends the body byte by byte; no silence is ever long."""

    def answer(request):
        request.head(200, {"Content-Length": len(body)})
        _drip(request, body, pause)

    return answer


def dripping_head(request):
    """Sends a header that never ends, byte by byte."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(request, b"x" * 1000, 0.05)


def quiet_drip(body, pause=0.05):
    """Drips a body whose only end is that of the connection."""

    def answer(request):
        request.head(200, {})
        _drip(request, body, pause)

    return answer


def silent(request):
    """Takes the question and says nothing."""
    request.server.publisher.closing.wait(5)


def _drip(request, body, pause):
    for number in range(len(body)):
        request.wfile.write(body[number : number + 1])
        time.sleep(pause)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        publisher = self.server.publisher
        publisher.asked[self.path.partition("?")[0]].append(dict(self.headers))
        self.close_connection = True
        with suppress(ConnectionError):
            publisher.answers.get(self.path.partition("?")[0], status(404))(self)

    def head(self, code, headers=None):
        self.send_response(code)
        for name, value in {**(headers or {}), "Connection": "close"}.items():
            if value != "":
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Publisher:
    """A loopback server: what it answers by path, and what it was asked."""

    def __init__(self):
        self.answers = {}
        self.asked = defaultdict(list)
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Request)
        self._server.publisher = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self._server.server_address[1]}{path}"
