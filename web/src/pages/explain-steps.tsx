/** The steps of a decision that are not belief: the question, the case, the checks, the order, the end. */
import { useState } from "react";
import type { Explanation } from "@/api/types";
import { decimal, money, percent, points, score } from "@/format/figures";
import { Sentence } from "@/parts/sentence";
import { Fact, Step } from "@/parts/story";
import { Result, Sum, Time } from "@/parts/words";
import { limitName, ORDER_WORDS, reasonOf } from "@/reasons";
import { screens, texts } from "@/texts";

const say = screens.explainSteps;

export function Question({ told: { market } }: { told: Explanation }) {
  if (market === null) return null;
  return (
    <Step at={market.opens_at} when={say.opens} title={say.theQuestion}>
      <p>
        <Sentence
          words={say.tradedAs}
          values={{ market: <b>{market.title}</b>, engine: market.engine.toUpperCase() }}
        />
      </p>
      <dl className="facts">
        <Fact name={say.sides}>
          {say.bothSides({ first: market.label1, second: market.label2 })}
        </Fact>
        <Fact name={say.closes}>
          <Time at={market.closes_at} />
        </Fact>
        {market.symbol && <Fact name={say.underlying}>{market.symbol}</Fact>}
      </dl>
    </Step>
  );
}

/** The numbers of the case in the words that the books have for them. */
export function Case({ told }: { told: Explanation }) {
  const { decision } = told;
  if (decision === null) return null;
  const reason = reasonOf(decision.reason);
  const inputs = Object.entries(decision.inputs).filter(([name]) => name !== "detail");
  return (
    <Step at={decision.at} title={say.whatWasDecided(reason.label.toLowerCase())} mark="ours">
      <p className="words sentence">{decision.inputs.detail ?? reason.words}</p>
      {inputs.length > 0 && (
        <dl className="facts">
          {inputs.map(([name, value]) => (
            <Fact key={name} name={name.replaceAll("_", " ")}>
              {inputOf(name, value, told)}
            </Fact>
          ))}
        </dl>
      )}
    </Step>
  );
}

/** A number of the case with its unit; anything else stays as it is. */
function inputOf(name: string, value: string, { market, order, signal }: Explanation): string {
  if (name === "outcome" && market !== null) {
    return value === market.outcome1_id ? market.label1 : market.label2;
  }
  if (name === "stake") return money(value, (order ?? signal)?.currency ?? "");
  if (name === "confidence") return `${value} %`;
  if (name === "edge" || name === "raw_edge") return points(value);
  return name.endsWith("price") || name === "belief" ? percent(value) : value;
}

export function Checks({ told: { review, decision } }: { told: Explanation }) {
  const [isOpen, setOpen] = useState(false);
  if (review === null) return null;
  return (
    <Step
      at={decision?.at ?? null}
      title={
        review.is_approved
          ? say.riskEveryLimitHeld
          : say.riskRefusedBy(reasonOf(`refused_${review.refused_by}`).words)
      }
    >
      <p className="words">
        {review.detail && `${review.detail} `}
        {review.limits_version !== null && say.limitsOfVersion(review.limits_version)}
      </p>
      <button className="btn" type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? say.hideLimits : say.showLimits({ n: review.limits.length })}
      </button>
      {isOpen && (
        <dl className="kv" style={{ marginTop: 12 }}>
          {review.limits.map((limit) => (
            <div key={limit.name} className="contents">
              <dt>
                {limitName(limit.name)}
                <span className="sub"> {limit.meaning}</span>
              </dt>
              <dd>{limit.value || say.any}</dd>
            </div>
          ))}
        </dl>
      )}
    </Step>
  );
}

export function Sent({ told: { order, steps, fills } }: { told: Explanation }) {
  if (order === null) return null;
  const [state, words] = ORDER_WORDS[order.status] ?? [order.status, ""];
  return (
    <Step at={order.created_at} title={say.theOrder(state.toLowerCase())} mark="ours">
      <p>
        {words}{" "}
        <Sentence
          words={order.side === "BUY" ? say.orderToBuy : say.orderToSell}
          values={{
            outcome: order.outcome,
            price: percent(order.worst_price),
            amount: (
              <b>
                {order.side === "BUY"
                  ? money(order.amount, order.currency)
                  : say.shares({ shares: decimal(order.amount) })}
              </b>
            ),
          }}
        />
      </p>
      <dl className="facts">
        {steps.map((step) => (
          <Fact key={step.at + step.status} name={ORDER_WORDS[step.status]?.[0] ?? step.status}>
            <Time at={step.at} as="clock" />
            <span className="sub"> {step.proof}</span>
          </Fact>
        ))}
        {fills.map((fill) => (
          <Fact key={fill.id} name={say.fill({ shares: decimal(fill.shares) })}>
            <Sentence
              words={say.priceAndCash}
              values={{
                price: percent(fill.price),
                cash: <Sum amount={fill.cash} currency={fill.currency} />,
              }}
            />
            <span className="sub"> {say.fee({ fee: money(fill.fee, fill.currency) })}</span>
          </Fact>
        ))}
      </dl>
    </Step>
  );
}

export function Ended({ told: { outcome, forecast, market, order } }: { told: Explanation }) {
  if (outcome === null || outcome.resolution === null) return null;
  const scored = forecast?.score;
  return (
    <Step
      at={market?.settled_at ?? null}
      title={say.theOutcome(outcome.winner ?? outcome.resolution.toLowerCase())}
      mark="end"
    >
      <p>
        {order !== null && outcome.profit !== null ? (
          <Result amount={outcome.profit} currency={order.currency} />
        ) : (
          say.nothingWasAtStake
        )}
      </p>
      {scored && (
        <dl className="facts">
          <Fact name={say.brierAgent}>{score(scored.brier)}</Fact>
          <Fact name={say.brierMarket}>{score(scored.brier_market) || texts.notKnown}</Fact>
          <Fact name={say.logScoreAgent}>{score(scored.log_loss)}</Fact>
          <Fact name={say.logScoreMarket}>{score(scored.log_loss_market) || texts.notKnown}</Fact>
        </dl>
      )}
    </Step>
  );
}
