/** A bet by hand. It goes through the same limits as the agent's own and is written down like them. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, got, newKey, Trouble } from "@/api/client";
import { control, version } from "@/api/queries";
import { money } from "@/format/figures";
import { Confirm } from "@/parts/confirm";
import { ORDER_WORDS } from "@/reasons";
import { texts } from "@/texts";
import type { Sides } from "./market";

const LIVE = ["PENDING", "OPEN", "CANCELLING"];
const AMOUNT = /^\d{1,10}(\.\d{1,2})?$/;

/** An order that ended without a fill has bought nothing, and is never told as a success. */
function bought<T extends { status: string; filledSize: number }>(order: T): T {
  if (order.filledSize > 0 || LIVE.includes(order.status)) return order;
  const [state, words] = ORDER_WORDS[order.status] ?? [order.status, ""];
  throw new Trouble(409, "refused", `${texts.outcome.refused(state.toLowerCase())}. ${words}`);
}

export function TradeCard({ sides }: { sides: Sides }) {
  const [side, setSide] = useState(0);
  const [amount, setAmount] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const currency = useQuery(version).data?.currency ?? "";
  const isLive = useQuery(control).data?.mode === "live";
  const isFit = AMOUNT.test(amount) && /[1-9]/.test(amount);
  const label = sides.labels[side] ?? "";
  const sum = money(amount, currency);
  function ask(event: FormEvent) {
    event.preventDefault();
    if (isFit) setKey(newKey());
  }
  return (
    <section className="card" aria-label="Trade by hand">
      <div className="card__head">
        <h2>Trade by hand</h2>
        <span className="tiny faint">within every limit</span>
      </div>
      <form className="card__body stack" onSubmit={ask}>
        <div className="seg" role="group" aria-label="Side">
          {sides.labels.map((one, index) => (
            <button
              key={sides.outcomes[index]}
              type="button"
              aria-pressed={index === side}
              onClick={() => setSide(index)}
            >
              {one}
            </button>
          ))}
        </div>
        <div className="field">
          <label htmlFor="amount">Stake, {currency}</label>
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
              ? "A sum above zero with at most two decimals, such as 1000.00."
              : "Fees are taken by the venue from the shares."}
          </span>
        </div>
        <button
          className={isLive ? "btn btn--live" : "btn btn--main"}
          type="submit"
          disabled={!isFit}
        >
          {isFit ? `Buy ${label} for ${sum}…` : `Buy ${label}…`}
        </button>
      </form>
      <Confirm
        isOpen={key !== null}
        onClose={() => setKey(null)}
        title={`Buy ${label} for ${sum}?`}
        go={`Buy for ${sum}`}
        tone={isLive ? "live" : "main"}
        done={`Bought ${label} for ${sum}.`}
        onGo={async () => {
          const query = {
            event_id: sides.eventId,
            market_id: sides.id,
            side: "BUY",
            outcome: sides.outcomes[side] ?? "",
            amount,
          };
          const header = { "Idempotency-Key": key ?? newKey() };
          return bought(await got(api.POST("/trades", { params: { query, header } })));
        }}
      >
        <p className="small muted">
          The agent reads fresh prices, sets the worst price that it would pay itself and checks
          every limit. When one says no, nothing is bought and you are told which.
        </p>
      </Confirm>
    </section>
  );
}
