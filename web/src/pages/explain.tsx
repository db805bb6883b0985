/** One decision from the question to its score, read from top to bottom. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { explanation } from "@/api/queries";
import type { Explanation } from "@/api/types";
import { decimal, money, percent, points } from "@/format/figures";
import { Decide } from "@/parts/decide";
import { Failed, Loading, Page } from "@/parts/views";
import { Result, Time } from "@/parts/words";
import { ORDER_WORDS, reasonOf } from "@/reasons";
import { screens, texts } from "@/texts";
import { Answers, Believed, Known } from "./explain-belief";
import { Case, Checks, Ended, Question, Sent } from "./explain-steps";

const say = screens.explain;

export function Explain() {
  const { subject } = useParams({ from: "/inside/explain/$subject" });
  const query = useQuery(explanation(subject));
  if (query.data === undefined) {
    return (
      <Page name={texts.pages.signals} title={say.why}>
        <section className="card">
          {query.isError ? (
            <Failed
              what={say.theDecision}
              error={query.error}
              onRetry={() => void query.refetch()}
            />
          ) : (
            <Loading lines={6} />
          )}
        </section>
      </Page>
    );
  }
  return <Story told={query.data} />;
}

function titleOf({ market, order, signal, decision }: Explanation): string {
  const name = market?.title ?? decision?.market ?? order?.market ?? say.thisMarket;
  if (order !== null) {
    const [state] = ORDER_WORDS[order.status] ?? [order.status];
    const what = order.side === "BUY" ? "buy" : "sell";
    return `${name}: ${what} ${order.outcome}, ${state.toLowerCase()}`;
  }
  if (signal !== null && signal.status === "PENDING") return say.waitsForYou(name);
  if (decision !== null) {
    const reason = reasonOf(decision.reason);
    return `${name}: ${reason.label.toLowerCase()}`;
  }
  return name;
}

/** Words as a sentence: with a capital and an end. */
function sentence(words: string): string {
  return words === ""
    ? ""
    : `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
}

function ledeOf({ decision, outcome, order }: Explanation): ReactNode {
  return (
    <>
      {decision !== null && (
        <span className="words">
          {sentence(decision.inputs.detail ?? reasonOf(decision.reason).words)}{" "}
        </span>
      )}
      {outcome?.winner && <>{say.itEnded({ winner: outcome.winner })} </>}
      {outcome?.profit && order !== null && (
        <b>
          <Result amount={outcome.profit} currency={order.currency} />
        </b>
      )}
    </>
  );
}

function Story({ told }: { told: Explanation }) {
  return (
    <Page
      name={
        <>
          <Link to="/signals">{texts.pages.signals}</Link>
          <span className="mono">{told.subject}</span>
          {told.decision && <Time at={told.decision.at} as="day" />}
          {told.market?.series && <span className="chip">{told.market.series}</span>}
        </>
      }
      title={titleOf(told)}
      lede={ledeOf(told)}
    >
      <div className="grid12">
        <ol className="story w8">
          <Question told={told} />
          {told.forecast !== null && <Known forecast={told.forecast} />}
          {told.forecast !== null && (
            <Believed forecast={told.forecast} label={told.market?.label1 ?? say.yes} />
          )}
          {told.answers.length > 0 && <Answers answers={told.answers} />}
          <Case told={told} />
          <Checks told={told} />
          <Sent told={told} />
          <Ended told={told} />
        </ol>
        <aside className="stack w4 melt" aria-label={say.summary}>
          <Short told={told} />
          <CheckIt told={told} />
        </aside>
      </div>
    </Page>
  );
}

function Short({
  told: { decision, signal, order, outcome, forecast, market },
}: {
  told: Explanation;
}) {
  return (
    <section className="card" aria-label={say.inShort}>
      <div className="card__head">
        <h2>{say.inShort}</h2>
      </div>
      <dl className="card__body kv">
        <dt>{say.agentSays({ label: market?.label1 ?? say.yes })}</dt>
        <dd className="us">
          {percent(forecast?.probability ?? decision?.probability) || texts.none}
          {forecast && ` ± ${percent(forecast.standard_error)}`}
        </dd>
        <dt>{say.marketSays({ label: market?.label1 ?? say.yes })}</dt>
        <dd>{percent(forecast?.market_price ?? decision?.market_price) || texts.notKnown}</dd>
        {decision?.inputs.edge && (
          <>
            <dt>{say.edgeAfterFees}</dt>
            <dd>{points(decision.inputs.edge)}</dd>
          </>
        )}
        {(order ?? signal) && (
          <>
            <dt>{order?.side === "SELL" ? say.shares : say.stake}</dt>
            <dd>
              {order?.side === "SELL"
                ? decimal(order.amount)
                : money((order ?? signal)?.amount, (order ?? signal)?.currency ?? "")}
            </dd>
          </>
        )}
        <dt className="sum">{say.result}</dt>
        <dd className="sum">
          {outcome?.profit && order ? (
            <Result amount={outcome.profit} currency={order.currency} />
          ) : (
            say.noneYet
          )}
        </dd>
      </dl>
      {signal?.status === "PENDING" && (
        <div className="card__foot">
          <Decide signal={signal} />
        </div>
      )}
    </section>
  );
}

function CheckIt({ told }: { told: Explanation }) {
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(JSON.stringify(told, null, 2));
    setCopied(true);
  }
  return (
    <section className="card" aria-label={say.checkItYourself}>
      <div className="card__head">
        <h2>{say.checkItYourself}</h2>
      </div>
      <div className="card__body stack small">
        <p className="muted">{say.oneResultDoesNot}</p>
        <div>
          <button className="btn" type="button" onClick={() => void copy()}>
            {isCopied ? texts.actions.copied : texts.actions.copy}
          </button>
        </div>
      </div>
    </section>
  );
}
