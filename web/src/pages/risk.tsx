/** The limits with what they mean, what was refused by them, and every stop and start. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { control, controlHistory, funnel, limitsHistory, limitsUse } from "@/api/queries";
import type { Control } from "@/api/types";
import { count, percent } from "@/format/figures";
import { Icon, StateShape } from "@/parts/icons";
import { ListCard } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Time } from "@/parts/words";
import { limitName, reasonOf } from "@/reasons";
import { HaltDialog, ReduceDialog, ResumeDialog } from "@/shell/control";
import { screens, texts } from "@/texts";
import { LimitsCard } from "./risk-limits";

const say = screens.risk;

export function Risk() {
  const state = useQuery(control);
  const refused = useQuery(funnel(undefined));
  const use = useQuery(limitsUse);
  const full = use.data?.refused_by ?? [];
  const said = refused.data?.reasons.filter((one) => one.reason.startsWith("refused_")) ?? [];
  const times = said.reduce((sum, one) => sum + one.looks, 0);
  const title =
    state.data === undefined
      ? texts.pages.risk
      : state.data.state === "ARMED" && state.data.kill_switch === null
        ? full.length > 0
          ? say.armedButFull({ limits: full.map(limitName).join(", ") })
          : say.armed
        : say.stopped({ reason: state.data.kill_switch ?? state.data.reason });
  return (
    <Page
      name={texts.pages.risk}
      title={title}
      lede={
        refused.data &&
        say.refusedOfLooks({ times: count(times), looks: count(refused.data.looks) })
      }
    >
      <div className="grid12">
        <div className="stack w8">
          <LimitsCard />
          <ReadCard
            title={say.whatWasRefusedSince}
            what={say.refusals}
            query={refused}
            isEmpty={() => said.length === 0}
            empty={<Empty title={say.noLimitHasRefused} />}
          >
            {() => (
              <ul className="card__body reasons">
                {said.map((one) => (
                  <li key={one.reason}>
                    <Link
                      className="title"
                      to="/signals"
                      search={{ show: "looks", reason: one.reason }}
                    >
                      <b>{count(one.looks)}</b>
                      {reasonOf(one.reason).words}
                    </Link>
                    <span className="sub">{say.ofLooks({ part: percent(one.part) })}</span>
                  </li>
                ))}
              </ul>
            )}
          </ReadCard>
        </div>
        <div className="stack w4 melt">
          <StateCard />
          <HaltHistory />
          <LimitsHistory />
        </div>
      </div>
    </Page>
  );
}

function StateCard() {
  const query = useQuery(control);
  return (
    <ReadCard title={say.tradingState} what={say.tradingState} query={query} className="soon">
      {(data) => <States now={data} />}
    </ReadCard>
  );
}

function States({ now }: { now: Control }) {
  const [asks, setAsks] = useState<"halt" | "reduce" | "resume" | null>(null);
  const close = () => setAsks(null);
  return (
    <div className="card__body stack">
      <ul className="ticks">
        {Object.entries(texts.states).map(([name, [word, what]]) => (
          <li key={name} aria-current={name === now.state}>
            <span
              className={name === now.state ? `state state--${name.toLowerCase()}` : "state faint"}
            >
              <StateShape state={name} />
              {word}
            </span>
            <span className="small muted">{what}</span>
          </li>
        ))}
      </ul>
      <p className="small muted words">
        <Sentence
          words={say.since}
          values={{ moment: <Time at={now.at} />, who: now.made_by, reason: now.reason }}
        />
        {now.kill_switch !== null &&
          now.kill_switch !== now.reason &&
          say.killSwitchPulled({ why: now.kill_switch })}
      </p>
      <button className="btn kill btn--wide" type="button" onClick={() => setAsks("halt")}>
        <Icon name="halt" />
        {texts.actions.haltNow}…
      </button>
      <div className="row">
        <button className="btn" type="button" onClick={() => setAsks("reduce")}>
          {texts.actions.reduce}
        </button>
        <button className="btn" type="button" onClick={() => setAsks("resume")}>
          {texts.actions.resume}
        </button>
      </div>
      <HaltDialog isOpen={asks === "halt"} onClose={close} />
      <ReduceDialog isOpen={asks === "reduce"} onClose={close} />
      <ResumeDialog isOpen={asks === "resume"} onClose={close} now={now} />
    </div>
  );
}

function HaltHistory() {
  const query = useInfiniteQuery(controlHistory);
  return (
    <ListCard
      title={say.stopsAndStarts}
      what={say.historyOfTheTrading}
      query={query}
      empty={<Empty title={say.itWasNeverStopped} />}
    >
      {(items) => (
        <ul className="lines">
          {items.map((one) => (
            <li key={one.epoch}>
              <span>
                <Sentence
                  words={say.madeBy}
                  values={{
                    what: <b>{texts.states[one.state]?.[0] ?? one.state}</b>,
                    who: one.made_by,
                  }}
                />
                <br />
                <span className="sub words">{one.reason}</span>
              </span>
              <span className="sub">
                <Time at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </ListCard>
  );
}

function LimitsHistory() {
  const query = useInfiniteQuery(limitsHistory);
  return (
    <ListCard
      title={say.changesOfLimits}
      what={say.historyOfTheLimits}
      query={query}
      empty={<Empty title={say.theyWereNeverChanged} />}
    >
      {(items) => (
        <ul className="lines">
          {items.map((one) => (
            <li key={one.version}>
              <span>
                <Sentence
                  words={say.madeBy}
                  values={{
                    what: <b>{say.version({ version: one.version })}</b>,
                    who: one.made_by,
                  }}
                />
                <br />
                <span className="sub words">
                  {one.reason}.{" "}
                  {Object.entries(one.changed)
                    .map(([name, value]) => `${limitName(name)}: ${value || say.any}`)
                    .join(", ")}
                </span>
              </span>
              <span className="sub">
                <Time at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </ListCard>
  );
}
