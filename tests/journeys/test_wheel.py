"""The product as it is installed: a wheel, run from a folder that is not the repository."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and, by reference, the libraries of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    compiled = [str(path.relative_to(ROOT)) for path in ROOT.glob("crm/translations/*/*/*.mo")]
    for name in [*listed.stdout.decode().splitlines(), *compiled]:
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", str(folder)]
    subprocess.run([*build, str(source)], check=True, capture_output=True)
    shutil.rmtree(source)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    wheel = next(folder.glob("*.whl"))
    packages = next((folder / "env" / "lib").glob("python*")) / "site-packages"
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    target = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages)]
    subprocess.run([sys.executable, *target, str(wheel)], check=True, capture_output=True)
    return python


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment without a word of the repository."""
    return {
        "PATH": os.defpath,
        "CRM_HOME": str(tmp_path / "home"),
        "CRM_KEYS_DIR": str(tmp_path / "keys"),
        "CRM_CHEAP_HASHES": "for tests",
    }


@pytest.fixture
def served(installed: Path, surroundings: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a new instance served by the wheel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        surroundings["PORT"] = str(probe.getsockname()[1])
    crm = [str(installed), "-m", "crm"]
    made = [*crm, "init", "--email", "admin@bank.example"]
    subprocess.run(made, check=True, cwd=tmp_path, env=surroundings, capture_output=True)
    process = subprocess.Popen([*crm, "serve"], cwd=tmp_path, env=surroundings)
    yield f"http://127.0.0.1:{surroundings['PORT']}"
    process.terminate()
    process.wait(10)


def test_the_wheel_decides_without_an_instance(installed: Path, tmp_path: Path) -> None:
    facts = (
        '{"jurisdictions": ["CN"], "collector_role": "bank", "time_zones": ["Asia/Shanghai"],'
        ' "proposed": {"at": "2026-06-03T23:00:00+08:00", "channel": "call"}}'
    )
    done = subprocess.run(
        [str(installed), "-m", "crm", "decide", "-"],
        input=facts,
        text=True,
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert '"next_allowed_at": "2026-06-04T08:00:00+08:00"' in done.stdout


def test_the_wheel_serves_its_pages_in_chinese(served: str) -> None:
    for _ in range(100):
        try:
            page = urlopen(served + "/sign-in", timeout=2).read().decode()
            break
        except OSError:
            time.sleep(0.1)
    assert "Probity" in page
    from urllib.request import Request

    chinese = urlopen(Request(served + "/sign-in", headers={"Accept-Language": "zh-CN"}))
    assert "登录" in chinese.read().decode()
