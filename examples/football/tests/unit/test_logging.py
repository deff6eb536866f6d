"""Log lines."""

import json
import logging
import sys

import pytest

from src.core.logging import JsonFormatter, configure_logging


def make_record(message: str, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("football", logging.INFO, "f", 1, message, (), None)
    record.__dict__.update(extra)
    return record


def test_a_line_is_json_with_the_fields_of_the_request() -> None:
    line = JsonFormatter().format(make_record("德比", status=200, other="left out"))
    entry = json.loads(line)
    assert entry["message"] == "德比"
    assert "德比" in line
    assert entry["level"] == "INFO"
    assert entry["status"] == 200
    assert "other" not in entry
    assert entry["time"].endswith("+00:00")


def test_an_exception_stays_on_its_line() -> None:
    record = make_record("failed")
    try:
        raise ValueError("broken")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_configuring_twice_does_not_double_the_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO")
    logger = configure_logging("WARNING")
    logger.info("hidden")
    logger.warning("shown")
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["shown"]
