"""The kill switch that is a file: there or not there, and in doubt it counts as pulled."""

from __future__ import annotations

from pathlib import Path

from bayse_agent.adapters.kill_switch import FILE_NAME, FileKillSwitch


def test_pulled_when_there_is_no_file_then_it_is_not(tmp_path: Path) -> None:
    assert FileKillSwitch(tmp_path).pulled() is None


def test_pulled_when_the_folder_is_not_there_yet_then_it_is_not(tmp_path: Path) -> None:
    assert FileKillSwitch(tmp_path / "none").pulled() is None


def test_pulled_when_the_file_is_empty_then_it_names_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    assert FileKillSwitch(tmp_path).pulled() == f"the file {tmp_path / FILE_NAME} is there"


def test_pulled_when_the_file_says_why_then_that_is_told(tmp_path: Path) -> None:
    switch = FileKillSwitch(tmp_path)
    switch.pull("I am on a plane")
    assert switch.pulled() == f"the file {switch.file} is there: I am on a plane"


def test_pulled_when_the_file_is_no_text_then_it_still_counts(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe" * 1000)
    assert FileKillSwitch(tmp_path).pulled() is not None


def test_pulled_when_it_cannot_be_looked_at_then_it_counts_as_pulled(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    told = FileKillSwitch(tmp_path).pulled()
    assert told is not None
    assert "cannot be looked at" in told


def test_release_when_pulled_then_it_is_gone_and_a_second_time_there_is_nothing(
    tmp_path: Path,
) -> None:
    switch = FileKillSwitch(tmp_path)
    switch.pull("stop")
    assert switch.release()
    assert switch.pulled() is None
    assert not switch.release()
