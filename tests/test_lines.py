"""The log: one line each, as Cloud Logging reads it, with its trace and its figures, and nobody's words."""

from __future__ import annotations

import io
import json
import logging

import pytest

from zapis.happenings import NO_TRACE, Happening, Trace, current, tell, traced
from zapis.lines import Lines, speak

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def said():
    """What a logger of Zapis writes, line by line."""
    out, log = io.StringIO(), logging.getLogger("zapis.of_this_test")
    handler = logging.StreamHandler(out)
    handler.setFormatter(Lines("moscow-visits"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield log, lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    log.removeHandler(handler)


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"x-cloud-trace-context": f"{TRACE}/255;o=1"}, Trace(TRACE, "00000000000000ff")),
        ({"x-cloud-trace-context": TRACE.upper()}, Trace(TRACE)),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, Trace(TRACE, "b7ad6b7169203331")),
        ({"traceparent": "00-short-b7ad6b7169203331-01", "x-cloud-trace-context": "Ольга"}, NO_TRACE),
        ({}, NO_TRACE),
    ],
)
def test_a_request_belongs_to_the_trace_that_its_headers_name(headers, trace):
    assert traced(headers) == trace


def test_a_line_has_the_fields_that_the_platform_knows(said):
    log, lines = said

    figures = {"standing": "confirmed", "waited": 0.4}
    words = ("requested %s", "confirmed")
    tell(log, logging.INFO, Happening.ENTRY, *words, registration="r1", slot="s1", trace=Trace(TRACE, "ff"), **figures)

    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "severity": "INFO",
        "message": "requested confirmed",
        "logger": "zapis.of_this_test",
        "happening": "entry",
        "figures": figures,
        "logging.googleapis.com/labels": {"registration": "r1", "slot": "s1"},
        "logging.googleapis.com/trace": f"projects/moscow-visits/traces/{TRACE}",
        "logging.googleapis.com/spanId": "ff",
    }


def test_a_line_belongs_to_the_request_in_hand_and_says_where_trouble_was_told(said):
    log, lines = said
    before = current.set(Trace(TRACE))
    try:
        tell(log, logging.ERROR, None, "broken", request={"status": 500})
    finally:
        current.reset(before)

    (line,) = lines()
    assert line["logging.googleapis.com/trace"].endswith(TRACE)
    assert line["httpRequest"] == {"status": 500}
    assert line["logging.googleapis.com/sourceLocation"]["file"] == __file__


def test_an_exception_is_told_by_its_kind_and_place_never_by_its_text(said):
    log, lines = said
    try:
        raise ValueError("Ольга Берёзкина\nolga@moscow.ru")
    except ValueError:
        log.exception("it broke")

    (line,) = lines()
    assert line["message"].startswith("it broke: ValueError in ")
    assert "olga" not in json.dumps(line)


def test_a_process_that_speaks_writes_one_json_object_a_line_even_for_a_librarys_warning():
    root, zapis = logging.getLogger(), logging.getLogger("zapis")
    handlers, level, out = root.handlers, zapis.level, io.StringIO()
    try:
        speak("", out)
        logging.getLogger("urllib3").warning("a broken\nconnection")
        logging.getLogger("urllib3").info("not worth a line")
        zapis.info("a line")
    finally:
        root.handlers = handlers
        zapis.setLevel(level)

    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["severity"], line["message"]) for line in found] == [
        ("WARNING", "a broken\nconnection"),
        ("INFO", "a line"),
    ]
