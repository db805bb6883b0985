"""Whose word a bet needs: one setting says it, and the original's has to agree."""

from __future__ import annotations

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.proof import Stage
from bayse_agent.domain.signal import Approval
from bayse_agent.settings import Settings
from bayse_agent.wiring.trader import _approval

_NAMES = ("AGENT_AUTO_TRADE", "AGENT_APPROVAL", "AGENT_CAPITAL_BY_PROOF", "AGENT_MODE")


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)


def _read(monkeypatch: pytest.MonkeyPatch, **said: str) -> Settings:
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


@pytest.mark.parametrize(
    ("auto", "approval", "expected"),
    [
        ("", "", Approval.BY_HAND),
        ("true", "", Approval.AUTOMATIC),
        ("false", "", Approval.BY_HAND),
        ("", "off", Approval.AUTOMATIC),
        ("", "manual", Approval.BY_HAND),
        ("", " Delay ", Approval.DELAYED),
        ("true", "off", Approval.AUTOMATIC),
        ("true", "delay", Approval.DELAYED),
        ("false", "manual", Approval.BY_HAND),
    ],
)
def test_settings_when_both_say_how_bets_go_out_then_what_they_agree_on(
    monkeypatch: pytest.MonkeyPatch, auto: str, approval: str, expected: Approval
) -> None:
    settings = _read(monkeypatch, AGENT_AUTO_TRADE=auto, AGENT_APPROVAL=approval)
    assert settings.approval is expected
    assert settings.auto_trade is (expected is not Approval.BY_HAND)


@pytest.mark.parametrize(
    ("auto", "approval"), [("true", "manual"), ("false", "off"), ("false", "delay")]
)
def test_settings_when_they_contradict_each_other_then_one_message_names_both(
    monkeypatch: pytest.MonkeyPatch, auto: str, approval: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _read(monkeypatch, AGENT_AUTO_TRADE=auto, AGENT_APPROVAL=approval)
    _, *lines = str(caught.value).split("\n")
    assert len(lines) == 1
    assert f"AGENT_AUTO_TRADE is {auto}, and AGENT_APPROVAL {approval}" in lines[0]


@pytest.mark.parametrize("approval", list(Approval))
@pytest.mark.parametrize("stage", list(Stage))
def test_trader_when_live_and_no_skill_is_proven_then_every_bet_waits_for_a_person(
    monkeypatch: pytest.MonkeyPatch, approval: Approval, stage: Stage
) -> None:
    """A delay must not place what was not earned: nobody may be there to say no."""
    keys = {"BAYSE_PUBLIC_KEY": "pk_live_x", "BAYSE_PRIVATE_KEY": "sk_live_x"}
    settings = _read(
        monkeypatch, AGENT_APPROVAL=approval.value, AGENT_MODE="live", APP_SECRET_KEY="", **keys
    )
    expected = Approval.BY_HAND if stage is Stage.PAPER else approval
    assert _approval(settings, stage) is expected
    paper = _read(monkeypatch, AGENT_MODE="paper")
    assert _approval(paper, stage) is approval
