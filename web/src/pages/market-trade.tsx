/** A bet by hand. It goes through the same limits as the agent's own and is written down like them. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, got, newKey, Trouble } from "@/api/client";
import { control, quote, version } from "@/api/queries";
import type { Quote } from "@/api/types";
import { decimal, money, percent } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Confirm } from "@/parts/confirm";
import { Icon } from "@/parts/icons";
import { Age } from "@/parts/words";
import { ORDER_WORDS, reasonOf } from "@/reasons";
import { screens, texts } from "@/texts";
import type { Sides } from "./market";

const say = screens.marketTrade;

const LIVE = ["PENDING", "OPEN", "CANCELLING"];
const AMOUNT = /^\d{1,10}(\.\d{1,2})?$/;

/** An order that ended without a fill has bought nothing, and is never told as a success. */
function bought<T extends { status: string; filledSize: number }>(order: T): T {
  if (order.filledSize > 0 || LIVE.includes(order.status)) return order;
  const [state, words] = ORDER_WORDS[order.status] ?? [order.status, ""];
  throw new Trouble(409, "refused", `${texts.outcome.refused(state.toLowerCase())}. ${words}`);
}

interface TradeProps {
  sides: Sides;
  /** The agent's last chance of the first side, where it had one. */
  belief?: number | null;
  isOpen: boolean;
}

export function TradeCard({ sides, belief, isOpen }: TradeProps) {
  const [side, setSide] = useState(0);
  const [amount, setAmount] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const currency = useQuery(version).data?.currency ?? "";
  const isLive = useQuery(control).data?.mode === "live";
  const isFit = AMOUNT.test(amount) && /[1-9]/.test(amount);
  const label = sides.labels[side] ?? "";
  const sum = money(amount, currency);
  const wanted = {
    event_id: sides.eventId,
    market_id: sides.id,
    outcome: sides.outcomes[side] ?? "",
    amount,
  };
  const told = useQuery({ ...quote(wanted), enabled: key !== null });
  function ask(event: FormEvent) {
    event.preventDefault();
    if (isFit) setKey(newKey());
  }
  return (
    <section className="card" aria-label={say.tradeByHand}>
      <div className="card__head">
        <h2>{say.tradeByHand}</h2>
        <span className="tiny faint">{say.withinEveryLimit}</span>
      </div>
      <form className="card__body stack" onSubmit={ask}>
        <Choice
          label={say.side}
          options={sides.labels.map((one, index) => [index, one] as const)}
          chosen={side}
          onChoose={setSide}
        />
        <div className="field">
          <label htmlFor="amount">{say.stakeIn({ currency })}</label>
          <input
            id="amount"
            className="input"
            inputMode="decimal"
            placeholder="1000.00"
            value={amount}
            aria-invalid={amount !== "" && !isFit}
            aria-describedby="amount-hint"
            onChange={(event) => setAmount(event.target.value.trim())}
          />
          <span id="amount-hint" className={amount !== "" && !isFit ? "hint hint--bad" : "hint"}>
            {amount !== "" && !isFit
              ? say.aSumAboveZero
              : isOpen
                ? say.aQuoteIsShown
                : say.thisMarketIsClosed}
          </span>
        </div>
        <button
          className={isLive ? "btn btn--live" : "btn btn--main"}
          type="submit"
          disabled={!isFit || !isOpen}
        >
          {isFit ? say.askToBuyFor({ label, sum }) : say.askToBuy({ label })}
        </button>
      </form>
      <Confirm
        isOpen={key !== null}
        onClose={() => setKey(null)}
        title={say.title({ label, sum })}
        go={say.go({ sum })}
        tone={isLive ? "live" : "main"}
        isReady={told.isSuccess && !told.isFetching && !told.data.is_refused}
        done={say.done({ label, sum })}
        onGo={async () => {
          const query = { ...wanted, side: "BUY" };
          const header = { "Idempotency-Key": key ?? newKey() };
          return bought(await got(api.POST("/trades", { params: { query, header } })));
        }}
      >
        {told.isFetching && (
          <p className="small muted" role="status">
            {say.askingWhatThatWould}
          </p>
        )}
        {told.isError && !told.isFetching && (
          <p className="note note--bad words" role="alert">
            {told.error.message}
          </p>
        )}
        {told.isSuccess && !told.isFetching && (
          <QuoteTold told={told.data} belief={chanceOf(belief, side)} />
        )}
        <p className="small muted">{say.pricesAreReadAfresh}</p>
      </Confirm>
    </section>
  );
}

/** What the agent says of the chosen side. */
function chanceOf(belief: number | null | undefined, side: number): number | null {
  if (belief === null || belief === undefined) return null;
  return side === 0 ? belief : 1 - belief;
}

function QuoteTold({ told, belief }: { told: Quote; belief: number | null }) {
  return (
    <>
      <dl className="kv">
        <dt>{say.youSpendFeeInside}</dt>
        <dd>{money(told.cash, told.currency)}</dd>
        <dt>{say.fee}</dt>
        <dd>{told.fee === null ? texts.notKnown : money(told.fee, told.currency)}</dd>
        <dt>{say.shares}</dt>
        <dd>{decimal(told.shares)}</dd>
        <dt>{say.priceOnAverage}</dt>
        <dd>{percent(told.average_price)}</dd>
        <dt>{say.worstPrice}</dt>
        <dd>{percent(told.worst_price)}</dd>
        <dt>{say.ifItWinsIt}</dt>
        <dd>{money(told.payout, told.currency)}</dd>
        <dt className="sum">{say.mustWinToBreak}</dt>
        <dd className="sum">{percent(told.break_even)}</dd>
        <dt>{say.theAgentSays}</dt>
        <dd className="us">{percent(belief) || say.noForecast}</dd>
      </dl>
      {belief !== null && told.break_even !== null && belief <= Number(told.break_even) && (
        <p className="note note--warn">
          <Icon name="alert" />
          <span>{say.theAgentItselfWould}</span>
        </p>
      )}
      {told.refusals.length > 0 && (
        <div className="note note--bad" role="alert">
          <Icon name="no" />
          <ul className="ticks">
            {told.refusals.map((one) => (
              <li key={one.check} className="words">
                <span>
                  <b>{reasonOf(one.check).words || one.check.replaceAll("_", " ")}</b>
                  <span className="sub">
                    {" "}
                    {Object.entries(one.numbers)
                      .map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`)
                      .join(", ")}
                    {one.limit && say.limit({ limit: one.limit })}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Age around={say.quoted} at={told.as_of} lateMs={300_000} />
    </>
  );
}
