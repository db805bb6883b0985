/** What is proven of each forecaster, for it and against it, and the stage that this has earned. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { proof } from "@/api/queries";
import type { EValue, Proven } from "@/api/types";
import { count, percent, score } from "@/format/figures";
import { Icon } from "@/parts/icons";
import { Lines } from "@/parts/lines";
import { Table } from "@/parts/list";
import { Fact } from "@/parts/story";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Time } from "@/parts/words";
import { texts } from "@/texts";

const STAGES: Record<string, [string, string]> = {
  paper: ["Practice", "earns no stake of its own yet"],
  small: ["Small stakes", "a part of the usual stakes"],
  full: ["Full stakes", "the usual stakes"],
};

export function ProofCard() {
  const query = useQuery(proof);
  const [asked, setAsked] = useState<string | null>(null);
  const authors = query.data?.authors ?? [];
  const shown =
    authors.find((one) => one.author === asked) ?? authors.find((one) => one.trades) ?? authors[0];
  return (
    <ReadCard
      title="What is proven"
      what="Proof"
      query={query}
      lines={6}
      isEmpty={(data) => data.authors.length === 0}
      empty={
        <Empty title="Nothing is proven yet, for or against">
          Proof begins with the first settled forecasts.
        </Empty>
      }
      aside={
        authors.length > 1 && (
          <select
            className="input"
            style={{ width: 190 }}
            aria-label="Forecaster of the proof"
            value={shown?.author}
            onChange={(event) => setAsked(event.target.value)}
          >
            {authors.map((one) => (
              <option key={one.author} value={one.author}>
                {one.author}
                {one.trades ? ", trades" : ""}
              </option>
            ))}
          </select>
        )
      }
      foot={
        query.data && (
          <p className="card__foot small">
            {query.data.goes_by_proof
              ? "Stakes of real money grow with the stage."
              : "Stakes do not go by the stage here; it is only told."}{" "}
            Of the latest {count(query.data.settled)} settled forecasts.
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
          {told.author}: {what}; {count(told.forecasts)} forecasts of {count(told.markets)} markets
          since <Time at={told.since} />
        </span>
      </p>
      <div className="grid12">
        <Value title="For it" value={told.for_us} look="us" />
        <Value title="Against it" value={told.against_us} look="" />
      </div>
      <p className="small muted">
        An e-value is the money of somebody who began with 1 and bet on a claim at fair odds. Luck
        alone brings it to 20 at most once in 20 times. It may be read at any moment.
      </p>
      {told.path.length > 1 && (
        <Lines
          points={told.path.map((value, at) => ({ at, value }))}
          label={`E-value for ${told.author} over ${count(told.looks)} hours with settled markets`}
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
            {told.halting.halts ? "Trading is stopped by proof: " : "The guard of trading: "}
            the e-value against it, since trading was last changed, is{" "}
            {told.halting.against.toFixed(2)} and stops at {told.halting.threshold}.
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
        {title} {value.is_proof && <Chip tone={look === "us" ? "us" : "bad"}>counts as proof</Chip>}
      </h3>
      <p className={`figure ${look}`}>
        {value.now.toFixed(2)} <small>of {value.threshold} for proof</small>
      </p>
      <p className="small muted words">{value.meaning}</p>
      <p className="sub">
        best {value.best.toFixed(2)}; luck alone shows that at most {percent(value.by_luck)} of
        times
      </p>
    </div>
  );
}

function Beside({ told: { brier, log_loss, edge, closing_line } }: { told: Proven }) {
  if (!brier && !edge && !closing_line) return null;
  return (
    <dl className="facts">
      {brier && (
        <Fact name="Brier, less is better">
          <span className="us">{score(brier.own)}</span>
          <span className="sub"> market {score(brier.market)}</span>
        </Fact>
      )}
      {log_loss && (
        <Fact name="Log score, less is better">
          <span className="us">{score(log_loss.own)}</span>
          <span className="sub"> market {score(log_loss.market)}</span>
        </Fact>
      )}
      {edge && (
        <Fact name="Edge, realised of claimed">
          {percent(edge.realised)} <span className="sub">of {percent(edge.claimed)}</span>
          {edge.error !== null && <span className="sub"> ± {percent(edge.error)}</span>}
        </Fact>
      )}
      {closing_line && (
        <Fact name="Closing line">
          {percent(closing_line.mean, 2)}
          <span className="sub">
            {closing_line.error !== null && <> ± {percent(closing_line.error, 2)}</>},{" "}
            {count(closing_line.forecasts)} forecasts
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
        For the next stage, {(STAGES[next.stage]?.[0] ?? next.stage).toLowerCase()} (
        {percent(next.capital, 0)} of the usual stakes)
      </h3>
      <ul className="ticks">
        {next.needs.map((need) => (
          <li key={need.name}>
            <Icon name={need.is_met ? "ok" : "no"} />
            <span>
              {need.name} {figure(need.want)}: <b>{figure(need.have)}</b>,{" "}
              {need.is_met ? "met" : "not met"}
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
      <summary className="small">
        Weight in the pool by {count(weights.length)} kinds of market
      </summary>
      <Table
        rows={weights}
        id={(row) => row.category + row.horizon}
        columns={[
          { head: "Category", kind: "full", cell: (row) => row.category },
          { head: "Horizon", cell: (row) => row.horizon },
          {
            head: "Weight",
            kind: "number",
            cell: (row) => `${row.weight.toFixed(2)} ± ${row.error.toFixed(2)}`,
          },
          {
            head: "Rests on",
            cell: (row) => (row.is_proven ? "what was settled" : "the belief at the start"),
          },
        ]}
      />
    </details>
  );
}
