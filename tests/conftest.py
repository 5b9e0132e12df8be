"""What every test may ask for: a house of its own, people who work in it, a browser, a client."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.identity.roles import Role
from crm.settings import Settings
from crm.storage.database import database
from tests.houses import Instance, Templates, make_house
from tests.statements import Statements, counted
from tests.visitors import Browser, Program

os.environ["CRM_CHEAP_HASHES"] = "for tests"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `both` on SQLite and PostgreSQL, those marked `postgres` on that alone."""
    if "house_kind" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker
        kinds = ["sqlite", "postgresql"] if marked("both") else ["sqlite"]
        if marked("postgres"):
            kinds = ["postgresql"]
        metafunc.parametrize("house_kind", kinds, scope="function")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Databases to copy from."""
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    if made.cluster is not None:
        made.cluster.stop()


@pytest.fixture
def untampered() -> bool:
    """Override with False in a test that damages the record on purpose."""
    return True


@pytest.fixture
def instance(
    templates: Templates,
    tmp_path: Path,
    house_kind: str,
    untampered: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Instance]:
    """An opened instance; when the test is over its ledger must verify."""
    made = make_house(templates, tmp_path / "instance", house_kind)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    if untampered:
        while sequence_once(database()):
            pass
        report = verify(database(), open_signer(made.settings))
        assert report.ok, report.faults
    made.house.close()
    if made.database is not None and templates.cluster is not None:
        templates.cluster.drop(made.database)


@pytest.fixture
def house(instance: Instance) -> Instance:
    """The same by the name that reads best."""
    return instance


@pytest.fixture
def statements(instance: Instance) -> Callable[[], AbstractContextManager[Statements]]:
    """Count statements: `with statements() as seen: ...; seen.total`."""
    return lambda: counted(database())


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates, compiled once for all tests: doing it for each takes longer than most of them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def built() -> dict[str, Flask]:
    """The application, put together once; the instance it serves is each test's own."""
    return {}


@pytest.fixture
def app(
    instance: Instance,
    built: dict[str, Flask],
    compiled: FileSystemBytecodeCache,
    request: pytest.FixtureRequest,
) -> Flask:
    """The web application of the instance; one of its own for a test marked `alters_app`."""
    settings = instance.settings
    if request.node.get_closest_marker("alters_app"):
        return _build(settings, compiled)
    if "app" not in built:
        built["app"] = _build(settings, compiled)
    made = built["app"]
    made.config.update(PROBITY=settings, MAX_CONTENT_LENGTH=settings.upload_bytes)
    return made


def _build(settings: Settings, compiled: FileSystemBytecodeCache) -> Flask:
    from crm.rooms import addresses
    from crm.web.application import build

    made = build(settings, addresses())
    made.jinja_env.bytecode_cache = compiled
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Make a signed-in browser: browser(Role.COLLECTOR), or browser() for a visitor."""

    def make(role: Role | None = None, **given: object) -> Browser:
        return Browser(app, role, **given)

    return make


@pytest.fixture
def program(app: Flask) -> Callable[..., Program]:
    """Make an API client with a bearer token: program(Role.COLLECTOR)."""

    def make(role: Role, **given: object) -> Program:
        return Program(app, role, **given)

    return make
