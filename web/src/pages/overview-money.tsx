/** The money: what it is worth, what each period brought, and where it is. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { money, profit } from "@/api/queries";
import type { Money, Period } from "@/api/types";
import { money as sum } from "@/format/figures";
import { ReadCard } from "@/parts/views";
import { Age, Result, Sum } from "@/parts/words";
import { texts } from "@/texts";

/** In positions and orders, kept back by the limits, free to stake: how each is drawn. */
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
      {(data) => (
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
            <Periods />
          </div>
          <Where data={data} />
        </>
      )}
    </ReadCard>
  );
}

/** Today, seven days and all of it: each after fees, with what is open. */
function Periods() {
  const query = useQuery(profit);
  if (query.data === undefined) {
    return (
      <div>
        <h3>Result after fees</h3>
        <p className="small muted">{query.isError ? texts.notKnown : "being read"}</p>
      </div>
    );
  }
  const { today, week, all, currency, time_zone } = query.data;
  return (
    <>
      <PeriodFigure
        name="Today"
        title={`since midnight, ${time_zone}`}
        told={today}
        currency={currency}
      />
      <PeriodFigure
        name="Last 7 days"
        title={`days of ${time_zone}`}
        told={week}
        currency={currency}
      />
      <PeriodFigure name="All" title="since the first deposit" told={all} currency={currency} />
    </>
  );
}

interface PeriodProps {
  name: string;
  title: string;
  told: Period;
  currency: string;
}

function PeriodFigure({ name, title, told, currency }: PeriodProps) {
  return (
    <div>
      <h3 title={title}>
        {name} <span className="faint">after fees</span>
      </h3>
      <p className="figure">
        <Result amount={told.profit} currency={currency} />
      </p>
      <p className="small muted">
        fees <Sum amount={told.fees} currency={currency} />
        {/[1-9]/.test(told.model_costs) && <>, models {sum(told.model_costs, "USD")}</>}
      </p>
    </div>
  );
}

function Where({ data }: { data: Money }) {
  const parts = [data.deployed, data.reserve, data.deployable].map(Number);
  return (
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
          Bankroll{" "}
          <b>
            <Sum amount={data.bankroll} currency={data.currency} />
          </b>
        </span>
        <span className="key">
          <i className="dot" />
          Deployed{" "}
          <b>
            <Sum amount={data.deployed} currency={data.currency} />
          </b>
        </span>
        <span>
          Reserve, never staked{" "}
          <b>
            <Sum amount={data.reserve} currency={data.currency} />
          </b>
        </span>
        <span>
          May still be staked{" "}
          <b>
            <Sum amount={data.deployable} currency={data.currency} />
          </b>
        </span>
        <Link to="/risk" className="small">
          Limits and their use
        </Link>
      </p>
    </div>
  );
}
