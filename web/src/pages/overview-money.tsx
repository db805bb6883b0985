/** The money: what it is worth, what each period brought, and where it is. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { money, profit } from "@/api/queries";
import type { Money, Period } from "@/api/types";
import { money as sum } from "@/format/figures";
import { Sentence } from "@/parts/sentence";
import { ReadCard } from "@/parts/views";
import { Age, Result, Sum } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.overviewMoney;

/** In positions and orders, kept back by the limits, free to stake: how each is drawn. */
const PARTS = ["ours", "hold", "free"] as const;

export function MoneyCard() {
  const books = useQuery(money);
  return (
    <ReadCard
      title={say.money}
      what={say.money}
      query={books}
      aside={books.data && <Age around={say.compared} at={books.data.reconciled_at} />}
    >
      {(data) => (
        <>
          <div className="strip">
            <div>
              <h3>{say.equity}</h3>
              <p className="figure figure--main">
                <Sum amount={data.worth} currency={data.currency} />
              </p>
              <p className="row small muted">
                <Sentence
                  words={say.putIn}
                  values={{ sum: <Sum amount={data.deposits} currency={data.currency} /> }}
                />
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
        <h3>{say.resultAfterFees}</h3>
        <p className="small muted">{query.isError ? texts.notKnown : say.beingRead}</p>
      </div>
    );
  }
  const { today, week, all, currency, time_zone } = query.data;
  return (
    <>
      <PeriodFigure
        name={say.today}
        title={say.sinceMidnight(time_zone)}
        told={today}
        currency={currency}
      />
      <PeriodFigure
        name={say.lastDays}
        title={say.daysOf(time_zone)}
        told={week}
        currency={currency}
      />
      <PeriodFigure
        name={say.all}
        title={say.sinceTheFirstDeposit}
        told={all}
        currency={currency}
      />
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
        {name} <span className="faint">{say.afterFees}</span>
      </h3>
      <p className="figure">
        <Result amount={told.profit} currency={currency} />
      </p>
      <p className="small muted">
        <Sentence
          words={say.fees}
          values={{ sum: <Sum amount={told.fees} currency={currency} /> }}
        />
        {/[1-9]/.test(told.model_costs) && say.models({ sum: sum(told.model_costs, "USD") })}
      </p>
    </div>
  );
}

function Where({ data }: { data: Money }) {
  const parts = [data.deployed, data.reserve, data.deployable].map(Number);
  const bold = (amount: string | null) => (
    <b>
      <Sum amount={amount} currency={data.currency} />
    </b>
  );
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
          <Sentence words={say.bankroll} values={{ sum: bold(data.bankroll) }} />
        </span>
        <span className="key">
          <i className="dot" />
          <Sentence words={say.deployed} values={{ sum: bold(data.deployed) }} />
        </span>
        <span>
          <Sentence words={say.reserveNeverStaked} values={{ sum: bold(data.reserve) }} />
        </span>
        <span>
          <Sentence words={say.mayStillBeStaked} values={{ sum: bold(data.deployable) }} />
        </span>
        <Link to="/risk" className="small">
          {say.limitsAndTheirUse}
        </Link>
      </p>
    </div>
  );
}
