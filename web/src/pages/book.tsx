/** What is held and ordered: positions, orders in every state, and what ended markets paid. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { orders, positions, settlements } from "@/api/queries";
import { count, decimal } from "@/format/figures";
import { Sell } from "@/parts/decide";
import { ListCard, Table } from "@/parts/list";
import { HeldTable, OrderTable } from "@/parts/tables";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Sum, Time } from "@/parts/words";
import { texts } from "@/texts";

const VIEWS = [
  ["live", "Live orders"],
  ["all", "All orders"],
  ["ended", "Ended markets"],
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
      : `${count(held.data.length)} held, ${count(liveCount)} orders live`;
  const lede =
    inDoubt > 0
      ? `${count(inDoubt)} orders were sent and not answered yet. They count in full and are never sent twice.`
      : "No order is in doubt.";
  return (
    <Page name={texts.pages.book} title={title} lede={live.data === undefined ? undefined : lede}>
      <div className="stack">
        <ReadCard
          title="Open positions"
          what="Positions"
          query={held}
          aside={<span className="tiny faint">valued at the last bid seen</span>}
          isEmpty={(data) => data.length === 0}
          empty={
            <Empty title="Nothing is held">
              The agent holds a position only with a measured reason.
            </Empty>
          }
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
          <div className="seg" role="group" aria-label="Show">
            {VIEWS.map(([name, words]) => (
              <button
                key={name}
                type="button"
                aria-pressed={show === name}
                onClick={() => navigate({ search: { show: name } })}
              >
                {words}
              </button>
            ))}
          </div>
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
      title={isLive ? "Orders that may still cost money" : "Every order"}
      what="Orders"
      query={query}
      empty={<Empty title="No orders, and that is right">Nothing was worth a bet so far.</Empty>}
    >
      {(items) => <OrderTable rows={items} />}
    </ListCard>
  );
}

function Ended() {
  const query = useInfiniteQuery(settlements);
  return (
    <ListCard
      title="What ended markets paid"
      what="Settlements"
      query={query}
      empty={<Empty title="No market that was held has ended" />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row) => row.number}
          columns={[
            {
              head: "Market",
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
              head: "Held",
              cell: (row) => `${row.outcome}, ${decimal(row.shares)} sh`,
            },
            {
              head: "Ended",
              cell: (row) =>
                row.winner_id === null
                  ? "voided"
                  : row.winner_id === row.outcome_id
                    ? "won"
                    : "lost",
            },
            {
              head: "Paid out",
              kind: "number",
              cell: (row) => <Sum amount={row.payout} currency={row.currency} />,
            },
            { head: "Time", kind: "number", cell: (row) => <Time at={row.at} /> },
          ]}
        />
      )}
    </ListCard>
  );
}
