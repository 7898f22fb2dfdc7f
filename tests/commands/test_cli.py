"""The command line: quick to help, documented throughout, one sentence for every mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from companion import cli

HEAVY = ("faster_whisper", "ctranslate2", "onnxruntime", "transformers", "sounddevice", "soundcard", "textual", "av",
         "soxr", "torch", "numpy")  # fmt: skip


def every_command(group: click.Group, path: str = "companion") -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        assert found is not None, name
        yield f"{path} {name}", found
        if isinstance(found, click.Group):
            yield from every_command(found, f"{path} {name}")


COMMANDS = dict(every_command(cli.companion))


def test_the_commands_of_the_contract_are_there() -> None:
    wanted = "classify live replay demo analyze review report export calibrate prep devices doctor"
    assert {f"companion {name}" for name in wanted.split()} <= COMMANDS.keys()
    for group, names in {"sessions": "list show search delete purge", "models": "list pull verify",
                         "config": "show path check"}.items():  # fmt: skip
        assert {f"companion {group} {name}" for name in names.split()} <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    found = COMMANDS[name]
    text = found.get_help(click.Context(found, info_name=name))
    assert "Example" in text
    assert name in text.split("Example")[1]
    assert found.get_short_help_str(limit=200).strip()


@pytest.mark.parametrize("name", [n for n in COMMANDS if n.count(" ") == 1])
def test_every_command_is_in_the_users_guide(name: str) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"`{name}" in guide


def test_help_loads_nothing_heavy() -> None:
    program = f"import sys; from companion import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\nloaded = [m for m in {HEAVY!r} if m in sys.modules]; assert not loaded, loaded"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


@pytest.mark.parametrize("own", ["", "3"])
def test_numpy_gets_no_threads_that_wait_busily_unless_the_user_wants_them(own: str) -> None:
    code = (
        "import sys; from companion import cli\n"
        "assert 'numpy' not in sys.modules\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "import os; print('threads', os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if own:
        environment["OPENBLAS_NUM_THREADS"] = own
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split()[-2:] == ["threads", own or "1"]


@pytest.mark.parametrize(
    ("arguments", "code", "needle"),
    [
        (["nonsense"], 2, "There is no command"),
        (["demo", "--nonsense"], 2, "--nonsense"),
        (["demo", "--sensitivity", "nan"], 2, "sensitivity"),
        (["demo", "--language", "xx"], 2, 'no language "xx"'),
        (["config", "check", "/nowhere.toml"], 2, "There is no settings file"),
        (["classify", "/nowhere.txt"], 2, "cannot be read"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], code: int, needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    told = capsys.readouterr().err
    assert left.value.code == code
    assert needle in told
    assert told.startswith("companion: ")
    assert told.count("\n") == 1


def test_a_bug_is_told_plainly_and_logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from companion import locations

    monkeypatch.setattr("companion.config.load", lambda *_: 1 / 0)
    with pytest.raises(SystemExit) as left:
        cli.main(["config", "show"])
    told = capsys.readouterr().err
    assert left.value.code == 1
    assert "Traceback" not in told
    assert "ZeroDivisionError" in locations.log_path().read_text(encoding="utf-8")
    assert locations.log_path().stat().st_mode & 0o777 == 0o600


def test_a_home_of_nobody_is_just_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    from companion import locations

    monkeypatch.setenv("COMPANION_HOME", "~nobody-of-that-name/x")
    assert locations.data_dir() == Path("~nobody-of-that-name/x/data")


def test_a_group_without_a_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["config"])
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: companion config")


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as a Unix shell does")
@pytest.mark.parametrize(
    ("how", "code", "told"),
    [
        ("config show >&-", 0, ""),
        ("prep <&-", 2, "There is no terminal to ask on"),
        ("config check /nowhere 2>&-", 2, ""),
        pytest.param(
            "config show >/dev/full", 1, "no space left",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full"),
        ),
    ],
)  # fmt: skip
def test_closed_and_full_streams_are_no_bugs(how: str, code: int, told: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m companion {how}"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "should not have" not in done.stderr


@pytest.mark.parametrize("name", ["analyze", "replay"])
def test_a_recording_is_never_written_over_by_its_own_events(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call = tmp_path / "call.jsonl"
    call.write_text('{"speaker": "me", "text": "Hello."}\n', encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        cli.main([name, str(call), "--events", str(tmp_path / "." / "call.jsonl")])
    assert left.value.code == 2
    assert "is the recording itself" in capsys.readouterr().err
    assert "Hello." in call.read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "0", "1e400", "ten"])
@pytest.mark.parametrize("name", ["live", "replay", "demo", "analyze"])
def test_seconds_that_no_session_can_last_are_refused(
    name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([name, f"--seconds={value}"])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "'--seconds'" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--sensitivity=nan"],
        ["calibrate", "--set=nan"],
        ["calibrate", "--alarms-per-hour=nan"],
        ["sessions", "purge", "--older-than=nan"],
        ["sessions", "purge", "--beyond=inf"],
    ],
)
def test_other_numbers_that_are_none_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "not a number that can be used" in capsys.readouterr().err
