"""Recordings, good and bad."""

from __future__ import annotations

import struct
import wave

import numpy as np
import pytest
import soundfile
from made_audio import CODECS, HIGH, LOW, pitch, tone, write

from companion.audio.chunks import BLOCK, RATE
from companion.audio.files import open_audio, open_pair
from companion.errors import UsageError


def sides(audio):
    """Each side as one array, or None; and that the blocks are whole and in step."""
    heard = {"me": [], "them": []}
    for number, (t, block) in enumerate(audio):
        assert t == pytest.approx(number * BLOCK / RATE)
        for speaker, samples in block.items():
            if samples is not None:
                assert samples.dtype == np.float32
                assert samples.shape == (BLOCK,)
                heard[speaker].append(samples)
    return {s: np.concatenate(x) if x else None for s, x in heard.items()}


@pytest.mark.parametrize("ending", CODECS)
@pytest.mark.parametrize("rate", [48_000, 16_000])
def test_every_usual_format_is_heard_left_me_right_them(call, ending, rate, capfd):
    # given a call in this format, the videos with a picture
    audio = open_audio(call(f"call.{ending}", rate=rate, video=ending in ("mp4", "mkv")))
    # when it is read
    heard = sides(audio)
    # then each side has its own tone and the file's length, at 16 kHz, and nothing was said on the terminal
    assert pitch(heard["me"]) == pytest.approx(LOW, abs=3)
    assert pitch(heard["them"]) == pytest.approx(HIGH, abs=3)
    assert len(heard["me"]) / RATE == pytest.approx(2.0, abs=0.1)
    assert audio.channels == 2
    assert audio.duration_s is None or audio.duration_s == pytest.approx(2.0, abs=0.1)
    assert audio.warnings == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("mono_as", "other"), [("them", "me"), ("me", "them")])
def test_a_mono_file_is_one_side(tmp_path, mono_as, other):
    path = write(tmp_path / "mono.wav", tone(LOW, 1, 48_000)[None], layout="mono")
    heard = sides(open_audio(path, mono_as=mono_as))
    assert pitch(heard[mono_as]) == pytest.approx(LOW, abs=3)
    assert heard[other] is None


@pytest.mark.parametrize("channels", [4, 6])
def test_of_more_channels_the_first_two_are_heard(tmp_path, channels):
    sound = np.stack([tone(LOW, 1, RATE), tone(HIGH, 1, RATE), *[tone(3000, 1, RATE)] * (channels - 2)], axis=1)
    soundfile.write(tmp_path / "many.wav", sound, RATE)
    heard = sides(open_audio(tmp_path / "many.wav"))
    assert pitch(heard["me"]) == pytest.approx(LOW, abs=3)
    assert pitch(heard["them"]) == pytest.approx(HIGH, abs=3)


def test_it_can_be_read_again(call):
    audio = open_audio(call("call.ogg"))
    first, second = sides(audio), sides(audio)
    assert np.array_equal(first["me"], second["me"])


def test_a_hole_in_the_timestamps_is_silence(tmp_path):
    # given a recording that says nothing between 1 s and 3 s, as browsers write it when sharing is stopped for a while
    import av

    rate = 48_000
    with av.open(str(tmp_path / "hole.mkv"), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        for n in range(200):
            frame = av.AudioFrame.from_ndarray(tone(LOW, 0.01, rate)[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, n * 480 + (2 * rate if n >= 100 else 0)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    # when it is read
    heard = sides(open_audio(tmp_path / "hole.mkv"))["them"]
    # then what follows is at its time
    loud = np.abs(heard) > 0.05
    assert loud[: RATE - 200].mean() > 0.5
    assert not loud[RATE + 200 : 3 * RATE - 200].any()
    assert loud[3 * RATE + 200 : 4 * RATE - 200].mean() > 0.5


def test_two_files_are_two_sides_and_the_shorter_goes_on_in_silence(tmp_path, call):
    # given a stereo file of the user's and a shorter one of the other side
    me = call("me.flac", seconds=2.0)
    them = write(tmp_path / "them.wav", tone(HIGH, 1, 48_000)[None], layout="mono")
    # when they are read together
    audio = open_pair(me, them)
    heard = sides(audio)
    # then the user's is mixed to one channel, and the other side falls silent
    assert len(heard["me"]) == len(heard["them"]) == pytest.approx(2 * RATE, abs=BLOCK)
    assert np.abs(np.fft.rfft(heard["me"][:RATE]))[[440, 1000]].min() > 1000
    assert pitch(heard["them"][:RATE]) == pytest.approx(HIGH, abs=3)
    assert not heard["them"][RATE + BLOCK :].any()
    assert audio.duration_s == pytest.approx(2.0)


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg", "opus", "webm", "mkv"])
def test_of_a_file_that_was_cut_off_the_rest_is_used_and_told(call, ending, capfd):
    # given a file of which the end is missing
    whole = call(f"whole.{ending}", seconds=6.0)
    cut = whole.with_name(f"cut.{ending}")
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    # when it is read
    audio = open_audio(cut)
    heard = sides(audio)
    # then what is there was heard, and it says so in one sentence
    assert 1.0 < len(heard["me"]) / RATE < 5.5
    assert len(audio.warnings) == 1
    assert cut.name in audio.warnings[0]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", ["flac", "mp3", "m4a", "ogg", "webm"])
def test_damage_in_the_middle_is_survived(call, ending, capfd):
    whole = call(f"whole.{ending}", seconds=6.0)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = np.random.default_rng(1).bytes(2000)
    hurt = whole.with_name(f"hurt.{ending}")
    hurt.write_bytes(data)
    heard = sides(open_audio(hurt))
    assert len(heard["me"]) / RATE > 2.0
    assert capfd.readouterr() == ("", "")


def bad_files(folder):
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("Good morning, shall we begin?\n" * 50)
    (folder / "list.wav").write_text("#EXTM3U\n#EXTINF:3,\nhttp://localhost/secret\n")
    (folder / "concat.mp3").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    (folder / "noise.mp3").write_bytes(np.random.default_rng(2).bytes(20_000))
    soundfile.write(folder / "sample.wav", np.zeros(1), RATE)
    write(folder / "silent.mp4", None, video=True)
    whole = write(folder / "whole.m4a", np.stack([tone(LOW, 3, 48_000)] * 2))
    (folder / "headless.m4a").write_bytes(whole.read_bytes()[:-4000])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.wav", "no file"), (".", "folder"), ("empty.wav", "empty"), ("text.wav", "not a sound"),
        ("list.wav", "not a sound"), ("concat.mp3", "not a sound"), ("noise.mp3", ""), ("sample.wav", "only 0.0001 s"),
        ("silent.mp4", "no sound"), ("headless.m4a", "not a sound"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path, name, says, capfd):
    # given something that is no recording
    bad_files(tmp_path)
    path = tmp_path / name
    # when it is opened
    with pytest.raises(UsageError) as caught:
        open_audio(path)
    # then the sentence names it and what to do, and the decoder keeps its own words to itself
    assert says in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert capfd.readouterr() == ("", "")


def test_a_name_is_never_an_address(tmp_path, monkeypatch):
    # given a file whose name would be a protocol to the decoder
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    path = Path("data:audio.wav")
    soundfile.write(tmp_path / "x.wav", tone(LOW, 1, RATE), RATE)
    (tmp_path / "x.wav").rename(path)
    # then it is opened as the file that it is
    assert pitch(sides(open_audio(path))["them"]) == pytest.approx(LOW, abs=3)


def _float_wav(path, samples):
    data = np.asarray(samples, "<f4").tobytes()
    form = struct.pack("<IHHIIHH", 16, 3, 1, 16_000, 64_000, 4, 32)
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(data)) + data
    )
    return path


def test_what_is_no_number_or_far_too_loud_is_made_harmless(tmp_path):
    sound = tone(LOW, 1.0, 16_000)
    sound[4000:4100] = np.nan
    sound[5000], sound[6000] = np.inf, 1e30
    heard = sides(open_audio(_float_wav(tmp_path / "n.wav", sound)))["them"]
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 1.0
    assert pitch(heard[8000:]) == pytest.approx(LOW, abs=5)


def test_a_header_with_an_impossible_number_of_channels_is_refused(tmp_path):
    path = tmp_path / "c.wav"
    soundfile.write(path, np.zeros(48_000), 16_000, subtype="PCM_16")
    lying = bytearray(path.read_bytes())
    lying[22:24] = (255).to_bytes(2, "little")
    path.write_bytes(lying)
    with pytest.raises(UsageError):
        open_audio(path)


def test_a_text_is_told_how_a_transcript_is_named(tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("Hello.\n" * 50)
    with pytest.raises(UsageError, match="jsonl"):
        open_audio(path)


@pytest.mark.parametrize("rate", [1, 100, 3_999, 1_000_000])
def test_a_rate_that_cannot_be_speech_is_refused(tmp_path, rate):
    # given a file whose header declares this rate
    with wave.open(str(tmp_path / "odd.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"\1\2" * 4_000)
    # then it is refused with one sentence, before a second of it became hours
    with pytest.raises(UsageError, match="cannot be speech"):
        open_audio(tmp_path / "odd.wav")
