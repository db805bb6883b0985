/** What a person may do with a waiting signal, an order or a position, each asked once. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, newKey, Trouble } from "@/api/client";
import { control } from "@/api/queries";
import type { Order, Position, Signal } from "@/api/types";
import { money, percent } from "@/format/figures";
import { reasonOf } from "@/reasons";
import { screens, texts } from "@/texts";
import { Confirm } from "./confirm";
import { Sentence } from "./sentence";
import { Left, Time } from "./words";

const say = screens.decide;

/** The button that spends is crimson only where the money is real. */
function useSpendTone(): "live" | "main" {
  return useQuery(control).data?.mode === "live" ? "live" : "main";
}

/** Until when a signal waits, and for what: for a word, or for a no. */
export function Waits({ signal }: { signal: Signal }) {
  if (signal.places_at === null) {
    return <Sentence words={say.lapsesIn} values={{ left: <Left at={signal.expires_at} /> }} />;
  }
  return (
    <Sentence
      words={say.placesAt}
      values={{
        moment: <Time at={signal.places_at} as="clock" />,
        left: <Left at={signal.places_at} />,
      }}
    />
  );
}

export function Decide({ signal }: { signal: Signal }) {
  const [asks, setAsks] = useState<"approve" | "reject" | null>(null);
  const [key, setKey] = useState("");
  const tone = useSpendTone();
  const sum = money(signal.amount, signal.currency);
  const path = { signal_id: signal.id };
  const isDelayed = signal.places_at !== null;
  const no = isDelayed ? texts.callOff : texts.reject;
  function open(what: "approve" | "reject") {
    setKey(newKey());
    setAsks(what);
  }
  return (
    <span className="row">
      <button className={`btn btn--${tone}`} type="button" onClick={() => open("approve")}>
        {isDelayed ? texts.actions.approveNow(sum) : texts.actions.approve(sum)}
      </button>
      <button className="btn" type="button" onClick={() => open("reject")}>
        {isDelayed ? texts.actions.callOff : texts.actions.reject}
      </button>
      <Confirm
        isOpen={asks === "approve"}
        onClose={() => setAsks(null)}
        title={texts.approve.title({ outcome: signal.outcome, sum })}
        go={texts.approve.go(sum)}
        tone={tone}
        done={texts.approve.done}
        onGo={() =>
          got(
            api.POST("/signals/{signal_id}/approve", {
              params: { path, header: { "Idempotency-Key": key } },
              body: {},
            }),
          )
        }
      >
        <dl className="kv">
          <dt>{say.market}</dt>
          <dd>{signal.market}</dd>
          <dt>{say.youPayAtMost}</dt>
          <dd>{sum}</dd>
          <dt>{say.worstPrice}</dt>
          <dd>{percent(signal.worst_price)}</dd>
          <dt>{say.itWaits}</dt>
          <dd>
            <Waits signal={signal} />
          </dd>
        </dl>
        <p className="small muted">{texts.approve.why}</p>
      </Confirm>
      <Confirm
        isOpen={asks === "reject"}
        onClose={() => setAsks(null)}
        title={no.title}
        go={no.go}
        tone="bad"
        done={no.done}
        onGo={() =>
          got(api.POST("/signals/{signal_id}/reject", { params: { path }, body: { reason: "" } }))
        }
      >
        <p className="small muted">
          {signal.market}. {no.why}
        </p>
      </Confirm>
    </span>
  );
}

export function TakeBack({ order }: { order: Order }) {
  const [isAsking, setAsking] = useState(false);
  if (order.status !== "OPEN" || order.order_id === null) return null;
  const path = { order_id: order.order_id };
  return (
    <>
      <button className="btn" type="button" onClick={() => setAsking(true)}>
        {say.takeBack}
      </button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.cancelling.title}
        go={texts.cancelling.go}
        done={texts.cancelling.done}
        onGo={() => got(api.POST("/orders/{order_id}/cancel", { params: { path } }))}
      >
        <p className="small muted">
          {order.side} {order.outcome}, {order.market}
        </p>
      </Confirm>
    </>
  );
}

type Told = Record<string, string>;

/** First asks what a sale would bring, then sells when told to. Without a position: everything. */
export function Sell({ position }: { position?: Position }) {
  const [isAsking, setAsking] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);

  function ask(isConfirmed: boolean) {
    const body = { confirm: isConfirmed };
    if (position === undefined) return got(api.POST("/positions/close-all", { body }));
    const path = { market_id: position.market_id };
    return got(api.POST("/positions/{market_id}/close", { params: { path }, body }));
  }
  function open() {
    setAsking(true);
    setTold(null);
    setTrouble(null);
    ask(false).then(
      (answer) => setTold(answer.result),
      (error: Error) => setTrouble(error.message),
    );
  }
  const title = position ? texts.closing.title(position.outcome) : texts.closing.titleAll;
  const sum = position && told ? wouldBring(told[position.outcome_id]) : "";
  return (
    <>
      <button className="btn" type="button" onClick={open}>
        {position ? texts.actions.sell : say.closeAll}
      </button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={title}
        go={position ? texts.closing.go(sum) : texts.closing.goAll("")}
        tone="bad"
        done={texts.closing.done}
        isReady={told !== null}
        onGo={async () => sold(await ask(true))}
      >
        {position && <p className="small muted">{position.market}</p>}
        {told === null && trouble === null && (
          <p className="small muted" role="status">
            {texts.closing.asking}
          </p>
        )}
        {trouble && (
          <p className="note note--bad" role="alert">
            {texts.outcome.refused(trouble)}
          </p>
        )}
        {told && (
          <dl className="kv">
            {Object.entries(told).map(([name, value]) => (
              <Row
                key={name}
                name={name === position?.outcome_id ? position.outcome : name}
                value={value}
              />
            ))}
          </dl>
        )}
        <p className="small muted">{texts.closing.why}</p>
      </Confirm>
    </>
  );
}

/** What was not sold is never told as a sale: the agent says of each position what became of it. */
function sold<T extends { result: Told }>(answer: T): T {
  const { positions: _, ...each } = answer.result;
  const kept = Object.values(each).filter((one) => !/^(traded|sent already)/.test(one));
  if (kept.length === 0) return answer;
  const words = kept.map((one) =>
    one.replace(/^\w+/, (reason) => reasonOf(reason).words || reason),
  );
  throw new Trouble(409, "partly", texts.closing.kept(words.join("; ")));
}

/** The sum in the trader's own words: "would bring NGN 2,347.55 for 28.5 shares". */
function wouldBring(words: string | undefined): string {
  return /^would bring (.+) for /.exec(words ?? "")?.[1] ?? "";
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name.replaceAll("_", " ")}</dt>
      <dd className="words">{value}</dd>
    </>
  );
}
