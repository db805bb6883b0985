/** What is proven of each forecaster, for it and against it, and the stage that this has earned. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { proof } from "@/api/queries";
import type { EValue, Proven } from "@/api/types";
import { count, percent, score } from "@/format/figures";
import { Icon } from "@/parts/icons";
import { Lines } from "@/parts/lines";
import { Table } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Fact } from "@/parts/story";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Time } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.performanceProof;

const STAGES: Record<string, [string, string]> = {
  paper: [say.practice, say.earnsNoStakeOf],
  small: [say.smallStakes, say.aPartOfThe],
  full: [say.fullStakes, say.theUsualStakes],
};

export function ProofCard() {
  const query = useQuery(proof);
  const [asked, setAsked] = useState<string | null>(null);
  const authors = query.data?.authors ?? [];
  const shown =
    authors.find((one) => one.author === asked) ?? authors.find((one) => one.trades) ?? authors[0];
  return (
    <ReadCard
      title={say.whatIsProven}
      what={say.proof}
      query={query}
      lines={6}
      isEmpty={(data) => data.authors.length === 0}
      empty={<Empty title={say.nothingIsProvenYet}>{say.proofBeginsWithThe}</Empty>}
      aside={
        authors.length > 1 && (
          <select
            className="input"
            style={{ width: 190 }}
            aria-label={say.forecasterOfTheProof}
            value={shown?.author}
            onChange={(event) => setAsked(event.target.value)}
          >
            {authors.map((one) => (
              <option key={one.author} value={one.author}>
                {one.trades ? say.authorThatTrades({ author: one.author }) : one.author}
              </option>
            ))}
          </select>
        )
      }
      foot={
        query.data && (
          <p className="card__foot small">
            {query.data.goes_by_proof ? say.stakesGrow : say.stakesDoNotGrow}{" "}
            {query.data.settled > 0 && say.judgedOn({ n: query.data.settled })}
          </p>
        )
      }
    >
      {() => shown && <One told={shown} />}
    </ReadCard>
  );
}

function One({ told }: { told: Proven }) {
  const [stage, what] = STAGES[told.stage] ?? [told.stage, ""];
  return (
    <div className="card__body stack">
      <p className="row">
        <span className="figure us">{stage}</span>
        <span className="muted">
          <Sentence
            words={say.standing}
            values={{
              author: told.author,
              stage: what,
              forecasts: count(told.forecasts),
              markets: count(told.markets),
              moment: <Time at={told.since} />,
            }}
          />
        </span>
      </p>
      <div className="grid12">
        <Value title={say.forIt} value={told.for_us} look="us" />
        <Value title={say.againstIt} value={told.against_us} look="" />
      </div>
      <p className="small muted">{say.anEValueIs}</p>
      {told.path.length > 1 && (
        <Lines
          points={told.path.map((value, at) => ({ at, value }))}
          label={say.courseOfEValue({ author: told.author, looks: count(told.looks) })}
          height={90}
          mark={1}
          tick={(value) => value.toFixed(2)}
        />
      )}
      <Beside told={told} />
      {told.next && <Next told={told} />}
      {told.halting && (
        <p className={told.halting.halts ? "note note--bad" : "note"}>
          <Icon name={told.halting.halts ? "alert" : "ok"} />
          <span>
            {(told.halting.halts ? say.stoppedByProof : say.guardOfTrading)({
              now: told.halting.against.toFixed(2),
              threshold: told.halting.threshold,
            })}
          </span>
        </p>
      )}
      <Weights told={told} />
    </div>
  );
}

function Value({ title, value, look }: { title: string; value: EValue; look: string }) {
  return (
    <div className="w6">
      <h3>
        {title}{" "}
        {value.is_proof && <Chip tone={look === "us" ? "us" : "bad"}>{say.countsAsProof}</Chip>}
      </h3>
      <p className={`figure ${look}`}>
        {value.now.toFixed(2)} <small>{say.ofThreshold({ threshold: value.threshold })}</small>
      </p>
      <p className="small muted words">{value.meaning}</p>
      <p className="sub">
        {say.best({ best: value.best.toFixed(2), chance: percent(value.by_luck) })}
      </p>
    </div>
  );
}

function Beside({ told: { brier, log_loss, edge, closing_line } }: { told: Proven }) {
  if (!brier && !edge && !closing_line) return null;
  return (
    <dl className="facts">
      {brier && (
        <Fact name={say.brierLessIsBetter}>
          <span className="us">{score(brier.own)}</span>
          <span className="sub"> {say.market({ score: score(brier.market) })}</span>
        </Fact>
      )}
      {log_loss && (
        <Fact name={say.logScoreLessIs}>
          <span className="us">{score(log_loss.own)}</span>
          <span className="sub"> {say.market({ score: score(log_loss.market) })}</span>
        </Fact>
      )}
      {edge && (
        <Fact name={say.edgeRealisedOfClaimed}>
          {percent(edge.realised)}{" "}
          <span className="sub">{say.ofClaimed({ claimed: percent(edge.claimed) })}</span>
          {edge.error !== null && <span className="sub"> ± {percent(edge.error)}</span>}
        </Fact>
      )}
      {closing_line && (
        <Fact name={say.closingLine}>
          {percent(closing_line.mean, 2)}
          <span className="sub">
            {closing_line.error !== null && <> ± {percent(closing_line.error, 2)}</>},{" "}
            {say.forecasts({ n: closing_line.forecasts })}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Next({ told: { next } }: { told: Proven }) {
  if (next === null) return null;
  const figure = (value: number | null) =>
    value === null ? texts.notKnown : String(Math.round(value * 100) / 100);
  return (
    <div>
      <h3>
        {say.nextStage({
          stage: (STAGES[next.stage]?.[0] ?? next.stage).toLowerCase(),
          part: percent(next.capital, 0),
        })}
      </h3>
      <ul className="ticks">
        {next.needs.map((need) => (
          <li key={need.name}>
            <Icon name={need.is_met ? "ok" : "no"} />
            <span>
              <Sentence
                words={need.is_met ? say.met : say.notMet}
                values={{
                  need: need.name,
                  want: figure(need.want),
                  have: <b>{figure(need.have)}</b>,
                }}
              />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Weights({ told: { weights } }: { told: Proven }) {
  if (weights.length === 0) return null;
  return (
    <details>
      <summary className="small">{say.weightInPool({ n: weights.length })}</summary>
      <Table
        rows={weights}
        id={(row) => row.category + row.horizon}
        columns={[
          { head: say.category, kind: "full", cell: (row) => row.category },
          { head: say.horizon, cell: (row) => row.horizon },
          {
            head: say.weight,
            kind: "number",
            cell: (row) => `${row.weight.toFixed(2)} ± ${row.error.toFixed(2)}`,
          },
          {
            head: say.restsOn,
            cell: (row) => (row.is_proven ? say.whatWasSettled : say.theBeliefAtThe),
          },
        ]}
      />
    </details>
  );
}
