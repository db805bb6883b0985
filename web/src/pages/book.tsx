/** What is held and ordered: positions, orders in every state, and what ended markets paid. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { orders, positions, settlements } from "@/api/queries";
import { count, decimal } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Sell } from "@/parts/decide";
import { ListCard, Table } from "@/parts/list";
import { HeldTable, OrderTable } from "@/parts/tables";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Sum, Time } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.book;

const VIEWS = [
  ["live", say.liveOrders],
  ["all", say.allOrders],
  ["ended", say.endedMarkets],
] as const;

export function BookPage() {
  const { show = "all" } = useSearch({ from: "/inside/book" });
  const navigate = useNavigate({ from: "/book" });
  const held = useQuery(positions);
  const live = useInfiniteQuery(orders({ live: true }));
  const liveCount = live.data?.pages[0]?.items.length;
  const inDoubt = live.data?.pages[0]?.items.filter((one) => one.status === "PENDING").length ?? 0;
  const title =
    held.data === undefined || liveCount === undefined
      ? texts.pages.book
      : say.heldAndLive({ held: count(held.data.length), live: liveCount });
  const lede = inDoubt > 0 ? say.ordersInDoubt({ n: inDoubt }) : say.noneInDoubt;
  return (
    <Page name={texts.pages.book} title={title} lede={live.data === undefined ? undefined : lede}>
      <div className="stack">
        <ReadCard
          title={say.openPositions}
          what={say.positions}
          query={held}
          aside={<span className="tiny faint">{say.valuedAtTheLast}</span>}
          isEmpty={(data) => data.length === 0}
          empty={<Empty title={say.nothingIsHeld}>{say.theAgentHoldsA}</Empty>}
          foot={
            (held.data?.length ?? 0) > 0 && (
              <div className="card__foot">
                <Sell />
              </div>
            )
          }
        >
          {(data) => <HeldTable rows={data} canSell />}
        </ReadCard>
        <div className="row row--apart">
          <Choice
            label={say.show}
            options={VIEWS}
            chosen={show}
            onChoose={(name) => navigate({ search: { show: name } })}
          />
          <a
            className="btn"
            href={show === "ended" ? "/settlements?format=csv" : "/orders?format=csv"}
            download
          >
            {texts.actions.export}
          </a>
        </div>
        {show === "ended" ? <Ended /> : <Orders isLive={show === "live"} />}
      </div>
    </Page>
  );
}

function Orders({ isLive }: { isLive: boolean }) {
  const query = useInfiniteQuery(orders(isLive ? { live: true } : {}));
  return (
    <ListCard
      title={isLive ? say.ordersThatMayStill : say.everyOrder}
      what={say.orders}
      query={query}
      empty={<Empty title={say.noOrdersAndThat}>{say.nothingWasWorthA}</Empty>}
    >
      {(items) => <OrderTable rows={items} />}
    </ListCard>
  );
}

function Ended() {
  const query = useInfiniteQuery(settlements);
  return (
    <ListCard
      title={say.whatEndedMarketsPaid}
      what={say.settlements}
      query={query}
      empty={<Empty title={say.noMarketThatWas} />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row) => row.number}
          columns={[
            {
              head: say.market,
              kind: "full",
              cell: (row) => (
                <Link
                  className="title"
                  to="/markets/$marketId"
                  params={{ marketId: row.market_id }}
                >
                  {row.market}
                </Link>
              ),
            },
            {
              head: say.held,
              cell: (row) => say.heldShares({ outcome: row.outcome, shares: decimal(row.shares) }),
            },
            {
              head: say.ended,
              cell: (row) =>
                row.winner_id === null
                  ? say.voided
                  : row.winner_id === row.outcome_id
                    ? say.won
                    : say.lost,
            },
            {
              head: say.paidOut,
              kind: "number",
              cell: (row) => <Sum amount={row.payout} currency={row.currency} />,
            },
            { head: say.time, kind: "number", cell: (row) => <Time at={row.at} /> },
          ]}
        />
      )}
    </ListCard>
  );
}
