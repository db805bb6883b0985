/** The order book of a side: hollow is on offer, filled is wanted. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { books } from "@/api/queries";
import type { Book } from "@/api/types";
import { count, percent } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Empty, ReadCard } from "@/parts/views";
import { Age } from "@/parts/words";
import { screens } from "@/texts";
import type { Sides } from "./market";

const say = screens.marketBook;

export function BookCard({ sides }: { sides: Sides }) {
  const [side, setSide] = useState(0);
  const outcome = sides.outcomes[side] ?? sides.outcomes[0];
  const query = useQuery(books([outcome]));
  return (
    <ReadCard
      title={say.orderBook}
      what={say.orderBook}
      query={query}
      lines={6}
      aside={
        <Choice
          label={say.side}
          options={sides.labels.map((one, index) => [index, one] as const)}
          chosen={side}
          onChoose={setSide}
        />
      }
      isEmpty={(data) => (data[0]?.asks.length ?? 0) + (data[0]?.bids.length ?? 0) === 0}
      empty={<Empty title={say.nobodyOffersOrWants} />}
    >
      {(data) => data[0] && <Ladder book={data[0]} />}
    </ReadCard>
  );
}

function Ladder({ book }: { book: Book }) {
  const most = Math.max(...[...book.asks, ...book.bids].map((level) => level.quantity));
  const rows = [
    ...book.asks.toReversed().map((level) => ({ ...level, side: "ask" })),
    ...book.bids.map((level) => ({ ...level, side: "bid" })),
  ];
  return (
    <>
      <table className="book">
        <thead>
          <tr>
            <th scope="col">{say.depth}</th>
            <th scope="col" className="n">
              {say.price}
            </th>
            <th scope="col" className="n">
              {say.shares}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((level) => (
            <tr key={level.side + level.price} className={level.side}>
              <td>
                <span className="sr-only">{level.side === "ask" ? say.offered : say.wanted}</span>
                <span
                  className="depth"
                  style={{ "--d": (level.quantity / most) * 100 } as object}
                />
              </td>
              <td className="n">{percent(level.price)}</td>
              <td className="n">{count(level.quantity)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="card__foot row row--apart">
        <span className="small">{say.hollowOfferedFilledWanted}</span>
        <Age at={book.timestamp} lateMs={10_000} />
      </p>
    </>
  );
}
