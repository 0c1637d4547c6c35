"""`make`, on machines where not everything is as it should be."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from config import environment

Make = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs make in a copy whose lock file asks for nothing, so that an environment is made in seconds."""
    for name in ("Makefile", "config/environment.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(settings.BASE_DIR / name, tmp_path / name)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/dev.lock").write_text("# nothing\n")
    surrounding = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))
    }

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**surrounding, **variables}
        return subprocess.run(
            ["make", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_help_comes_first_and_lists_every_command(make):
    said = make().stdout

    listed = re.findall(r"^  make (\w+) +\S", said, flags=re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (settings.BASE_DIR / "Makefile").read_text(), flags=re.MULTILINE)
    assert phony
    assert listed == phony[1].split()


def test_makes_the_environment_once(make):
    first, second = make("env"), make("env")

    assert "The environment is ready" in first.stdout
    assert (second.stdout, second.returncode) == ("", 0)


def test_makes_a_half_made_environment_anew(make, tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/left-over").touch()

    said = make("env").stdout

    assert "The environment is ready" in said
    assert not (tmp_path / ".venv/left-over").exists()


@pytest.fixture
def complete(tmp_path, monkeypatch):
    """A complete environment, without the time it takes to make one."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / "dev.lock").write_text("# nothing\n")
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(environment, "LOCK", tmp_path / "dev.lock")
    monkeypatch.setattr(environment, "FOLDER", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv/complete")
    environment.STAMP.write_text(environment.stamp(platform.python_version()))


def test_leaves_a_complete_environment_alone(complete):
    assert environment.is_complete()


def test_does_not_trust_an_environment_of_another_lock(complete):
    environment.LOCK.write_text("# still nothing\n")

    assert not environment.is_complete()


def test_does_not_trust_an_environment_that_was_moved(complete, monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "FOLDER", (tmp_path / ".venv").rename(tmp_path / "moved"))
    monkeypatch.setattr(environment, "STAMP", tmp_path / "moved/complete")

    assert not environment.is_complete()


def test_does_not_trust_an_environment_whose_python_is_gone(complete):
    (environment.FOLDER / "bin/python").unlink()

    assert not environment.is_complete()


def test_keeps_the_chosen_python_until_another_is_chosen(complete, monkeypatch):
    made_by_another = environment.stamp("3.99.0")
    monkeypatch.setattr(environment, "version", lambda python: "3.99.0" if python != sys.executable else "3.11.0")
    environment.STAMP.write_text(made_by_another)

    assert environment.is_complete()
    monkeypatch.setenv("PYTHON", "python3.11")
    assert not environment.is_complete()


def test_says_when_there_is_no_python_that_is_new_enough(make):
    ended = make("env", "PYTHON=python2.6")

    assert ended.stderr.startswith("Tenure needs Python 3.11 or newer; none was found among: python2.6.")
    assert ended.returncode != 0


def test_says_what_to_install_when_python_cannot_make_environments(make, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")

    ended = make("env", PYTHONPATH=str(tmp_path / "broken"))

    assert "cannot make virtual environments; install python3-venv" in ended.stderr
    assert ended.returncode != 0


def test_a_failed_installation_is_not_taken_for_an_environment(make, tmp_path):
    (tmp_path / "requirements/dev.lock").write_text("not a requirement\n")

    ended = make("env")

    assert "The environment could not be made, for the reason above" in ended.stderr
    assert ended.returncode != 0
    assert not (tmp_path / ".venv/complete").exists()
