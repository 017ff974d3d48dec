"""Told to stop, a process ends by itself within 20 seconds, and whatever it had in hand is done or given back."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.store import migrate
from tests.fakes import Mishap, Post
from tests.faults.history import History, problems, read, without_faults
from tests.faults.plant import SECRET, Plant, free_port, person
from tests.faults.post import CHANNEL
from tests.faults.proxy import Network
from tests.faults.test_kills import talk, wait_until_sent
from tests.faults.visitor import Page, Visitor
from tests.postgres import Postgres

STOP_SECONDS = 20.0
ROOT = Path(__file__).parents[2]


def test_a_web_process_told_to_stop_loses_nothing_of_what_people_say(plant: Plant):
    browsers = plant.settle("alex", "priya")
    history = History()
    web = plant.process("web")
    web.start()
    visitors = [Visitor(browser, [plant.port], history) for browser in browsers]
    pages = [Page(browser, plant.port, history) for browser in browsers]
    is_over = threading.Event()
    talking = [threading.Thread(target=talk, args=(visitor, is_over, history)) for visitor in visitors]
    for thread in [*pages, *talking]:
        thread.start()
    try:
        for _ in range(3):
            history.wait_for_more(5)
            for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
                web.signal(number)
            assert web.wait(STOP_SECONDS) == 0, web.tail
            web.start()
    except BaseException:
        history.is_abandoned.set()
        raise
    finally:
        is_over.set()
        for thread in talking:
            thread.join()
    kept = read(plant.database)
    for page in pages:
        page.wait_for(len(kept.line(page.person)))
        page.close()
    calm = without_faults(history, map(person, ("dana", "alex", "priya")), CHANNEL)
    unsent = [each for each in problems(history, kept, calm, []) if "posted as []" not in each]
    assert unsent == []


def test_a_worker_told_to_stop_finishes_its_send_and_takes_no_other(plant: Plant):
    plant.settle()
    worker = plant.process("worker")

    def stop_first(answer: Post | Mishap) -> None:
        plant.office.on_post = lambda _: None
        for _ in range(2):
            worker.signal(signal.SIGTERM)

    plant.office.on_post = stop_first
    for number in range(30):
        plant.write_nudge(f"nudge:{number}", "room-1")
    worker.start()
    assert worker.wait(STOP_SECONDS) == 0, worker.tail
    rows = [row for row in read(plant.database).rows if row.channel == CHANNEL]
    states = {row.state for row in rows}
    sent = [row.key for row in rows if row.state == "sent"]
    assert states == {"sent", "pending"}
    assert plant.platform.texts == sent
    assert len(sent) < 5, "it went on sending"
    worker.start()
    wait_until_sent(plant)
    assert plant.platform.texts == [f"nudge:{number}" for number in range(30)]


def test_a_process_told_to_stop_while_it_waits_for_the_database_stops(tmp_path: Path):
    nobody = f"postgresql://coach@127.0.0.1:{free_port()}/coach"
    with Plant(nobody, tmp_path) as plant:
        clock = plant.process("clock")
        clock.begin()
        for _ in itertools.takewhile(lambda _: "waiting for it" not in clock.tail, range(600)):
            threading.Event().wait(0.05)
        clock.signal(signal.SIGTERM)
        assert clock.wait(STOP_SECONDS) == 0, clock.tail


@pytest.mark.proof
@pytest.mark.parametrize("duties", ["web", "worker", "clock"])
def test_even_when_the_database_is_silent_it_stops_in_time(postgres: Postgres, tmp_path: Path, duties: str):
    url = postgres.fresh_database()
    with Network(url) as network, Plant(url, tmp_path) as plant:
        plant.settle()
        process = plant.process(duties, url=network.through)
        process.start()
        network.is_black_hole = True
        threading.Event().wait(2)  # so that everything it does hangs
        process.signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, process.tail
    postgres.drop(url)


def test_the_command_itself_serves_until_it_is_told_to_stop(tmp_path: Path):
    """The line of the Procfile, as a platform runs it."""
    url = f"sqlite:///{tmp_path / 'coach.db'}"
    migrate.upgrade(url)
    environment = {
        "PATH": os.defpath,
        "DATABASE_URL": url,
        "PORT": str(free_port()),
        "QMS_COACH_SECRET_KEY": SECRET,
        "QMS_COACH_ANCHOR_FILE": str(tmp_path / "anchors.jsonl"),
    }
    command = [sys.executable, "-m", "bot", "serve", "--all"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = list(itertools.takewhile(lambda line: '"process started"' not in line, process.stdout))
        assert process.poll() is None, "".join(lines)
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(STOP_SECONDS) == 0, rest
    assert '"process stopped"' in rest
    assert "Traceback" not in rest
