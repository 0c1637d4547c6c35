"""What a log line shows, and what it must never show."""

import json
import logging
import logging.config

import pytest
import structlog

from config.logs import logging_config


@pytest.fixture
def log(capsys):
    """Logs a failure whose local variable is a secret; returns the line that came out."""

    def fail(style: str) -> str:
        logging.config.dictConfig(logging_config(level="INFO", style=style))
        try:
            password = "swordfish"
            raise ValueError(len(password))
        except ValueError:
            structlog.get_logger("tenure").exception("not_moved", customer="00004")
        return capsys.readouterr().err

    yield fail
    logging.config.dictConfig(logging_config(level="WARNING", style="console"))


def test_json_is_one_object_with_the_values_of_the_event(log):
    line = json.loads(log("json"))

    assert (line["event"], line["customer"], line["level"], line["logger"]) == ("not_moved", "00004", "error", "tenure")
    assert line["exception"][0]["exc_type"] == "ValueError"


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_shows_no_local_variables(log, style):
    line = log(style)

    assert "ValueError" in line
    assert "swordfish" not in line
