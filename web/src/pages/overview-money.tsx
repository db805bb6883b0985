/** The money: what it is worth, what came of it, and where it is. */
import { useQuery } from "@tanstack/react-query";
import { money } from "@/api/queries";
import { ReadCard } from "@/parts/views";
import { Age, Result, Sum } from "@/parts/words";

/** In positions, held back, free: how each is drawn. */
const PARTS = ["ours", "hold", "free"] as const;

export function MoneyCard() {
  const books = useQuery(money);
  return (
    <ReadCard
      title="Money"
      what="Money"
      query={books}
      aside={books.data && <Age before="compared with the venue " at={books.data.reconciled_at} />}
    >
      {(data) => {
        const parts = [data.invested, data.reserved, data.free_cash].map(Number);
        return (
          <>
            <div className="strip">
              <div>
                <h3>Equity</h3>
                <p className="figure figure--main">
                  <Sum amount={data.worth} currency={data.currency} />
                </p>
                <p className="row small muted">
                  Put in <Sum amount={data.deposits} currency={data.currency} />
                </p>
              </div>
              <div>
                <h3>Result, all time</h3>
                <p className="figure">
                  <Result amount={data.profit} currency={data.currency} />
                </p>
                <p className="small muted">after all fees, with what is open</p>
              </div>
              <div>
                <h3>Realised</h3>
                <p className="figure">
                  <Result amount={data.realised} currency={data.currency} />
                </p>
                <p className="small muted">of bets that ended</p>
              </div>
              <div>
                <h3>Fees paid</h3>
                <p className="figure">
                  <Sum amount={data.fees} currency={data.currency} />
                </p>
                <p className="small muted">are in the result</p>
              </div>
            </div>
            <div className="card__foot">
              <div className="split" aria-hidden="true">
                {PARTS.map(
                  (look, index) =>
                    (parts[index] ?? 0) > 0 && (
                      <i key={look} className={look} style={{ "--v": parts[index] } as object} />
                    ),
                )}
              </div>
              <p className="row" style={{ marginTop: 8 }}>
                <span>
                  In positions{" "}
                  <b>
                    <Sum amount={data.invested} currency={data.currency} />
                  </b>{" "}
                  <span className="faint">at cost</span>
                </span>
                <span>
                  Held back for live orders{" "}
                  <b>
                    <Sum amount={data.reserved} currency={data.currency} />
                  </b>
                </span>
                <span>
                  Free cash{" "}
                  <b>
                    <Sum amount={data.free_cash} currency={data.currency} />
                  </b>{" "}
                  <span className="faint">limits and reserve apply</span>
                </span>
              </p>
            </div>
          </>
        );
      }}
    </ReadCard>
  );
}
