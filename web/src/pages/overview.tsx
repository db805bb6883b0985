/** The glance: what is so, the money, why nothing was traded, and what waits for a person. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { control, decisions, funnel, money, positions } from "@/api/queries";
import type { Control, Funnel } from "@/api/types";
import { FunnelSteps } from "@/parts/funnel";
import { useLastHour } from "@/parts/now";
import { Sentence } from "@/parts/sentence";
import { HeldTable } from "@/parts/tables";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Chip, Result, Time } from "@/parts/words";
import { reasonOf, toneOf } from "@/reasons";
import { screens, texts } from "@/texts";
import { EquityCard } from "./overview-equity";
import { MoneyCard } from "./overview-money";
import { AgesCard, ClosingCard, WaitingCard } from "./overview-side";

const say = screens.overview;

function statement(state: Control | undefined, told: Funnel | undefined): string {
  if (state !== undefined && (state.state === "HALTED" || state.kill_switch !== null)) {
    return say.tradingIsHalted;
  }
  if (state?.state === "REDUCING") return say.nothingMoreIsBought;
  if (told === undefined) return say.readingTheBooks;
  const traded = told.reasons.find((one) => one.reason === "traded")?.looks ?? 0;
  if (told.looks === 0) return say.noMarketWasLooked;
  if (traded === 0) return say.nothingWasTradedIn;
  return say.betsPlaced({ n: traded });
}

export function Overview() {
  const since = useLastHour();
  const state = useQuery(control);
  const told = useQuery(funnel(since));
  const books = useQuery(money);
  const isStopped = state.data !== undefined && state.data.state !== "ARMED";
  const edges = told.data?.reasons
    .filter((one) => ["limits", "sent", "traded"].includes(reasonOf(one.reason).stage))
    .reduce((sum, one) => sum + one.looks, 0);
  const lede = (
    <>
      {isStopped && <>{state.data?.kill_switch ?? state.data?.reason}. </>}
      {told.data !== undefined && (
        <>{say.edgesFound({ looks: told.data.looks, edges: edges ?? 0 })} </>
      )}
      {books.data?.profit && (
        <Sentence
          words={say.resultOfAll}
          values={{
            result: (
              <b>
                <Result amount={books.data.profit} currency={books.data.currency} />
              </b>
            ),
          }}
        />
      )}
    </>
  );
  return (
    <Page name={texts.pages.overview} title={statement(state.data, told.data)} lede={lede}>
      <div className="stack">
        <MoneyCard />
        <div className="grid12">
          <div className="stack w8">
            <EquityCard />
            <PositionsCard />
            <LastLooks />
          </div>
          <div className="stack w4 melt">
            <WaitingCard />
            <ReadCard
              title={say.whereLooksOfThe}
              what={say.funnel}
              query={told}
              isEmpty={(data) => data.looks === 0}
              empty={<Empty title={say.noLookInThe}>{say.theAgentMayBe}</Empty>}
            >
              {(data) => <FunnelSteps told={data} />}
            </ReadCard>
            <ClosingCard />
            <AgesCard />
          </div>
        </div>
      </div>
    </Page>
  );
}

function PositionsCard() {
  const held = useQuery(positions);
  return (
    <ReadCard
      title={
        <>
          {say.openPositions} <span className="faint">{held.data?.length}</span>
        </>
      }
      what={say.positions}
      query={held}
      aside={<span className="tiny faint">{say.valuedAtTheLast}</span>}
      isEmpty={(data) => data.length === 0}
      empty={<Empty title={say.nothingIsHeld}>{say.theAgentHoldsA}</Empty>}
    >
      {(data) => <HeldTable rows={data} />}
    </ReadCard>
  );
}

function LastLooks() {
  const query = useInfiniteQuery(decisions({}));
  return (
    <ReadCard
      title={say.lastLooksWithTheir}
      what={say.looks}
      query={query}
      aside={
        <Link className="small" to="/signals">
          {texts.actions.all}
        </Link>
      }
      isEmpty={(data) => (data.pages[0]?.items.length ?? 0) === 0}
      empty={<Empty title={say.noLookYet}>{say.theFirstPassBegins}</Empty>}
    >
      {(data) => (
        <ul className="lines">
          {data.pages[0]?.items.slice(0, 6).map((look) => (
            <li key={look.id}>
              <span>
                <Chip tone={toneOf(look.reason)}>{reasonOf(look.reason).label}</Chip>{" "}
                <Link
                  className="title"
                  to="/explain/$subject"
                  params={{ subject: String(look.id) }}
                >
                  {look.market}
                </Link>
                <br />
                <span className="sub">{look.inputs.detail ?? reasonOf(look.reason).words}</span>
              </span>
              <span className="sub">
                <Time at={look.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </ReadCard>
  );
}
