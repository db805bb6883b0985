import { render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { FAR_PAGES, isFar } from "@/api/live";
import type { Market } from "@/api/types";
import { fits, sorted } from "@/pages/markets";
import { PIECE, piecesOf } from "@/parts/chunks";
import { Table } from "@/parts/list";

const NOW = Date.parse("2026-06-10T12:00:00Z");
const market = (id: string, closesAt: string | null, more: Partial<Market> = {}): Market =>
  ({
    id,
    title: `Market ${id}`,
    series: "crypto-btc-1h",
    symbol: "BTCUSD",
    category: "crypto",
    engine: "amm",
    closes_at: closesAt,
    ...more,
  }) as Market;
const ANY = {
  q: undefined,
  category: undefined,
  series: undefined,
  engine: undefined,
  left: undefined,
};

afterEach(() => vi.unstubAllGlobals());

test("the next to close stands first, and what has closed stands last", () => {
  const all = [
    market("closed", "2026-06-10T11:00:00Z"),
    market("late", "2026-06-12T12:00:00Z"),
    market("open end", null),
    market("soon", "2026-06-10T12:05:00Z"),
  ];
  const order = sorted(all, ANY, NOW).map((one) => one.id);
  expect(order).toEqual(["soon", "late", "open end", "closed"]);
});

test.each([
  [{ q: "btcusd" }, true],
  [{ q: "gold" }, false],
  [{ category: "crypto", engine: "amm" }, true],
  [{ engine: "clob" }, false],
  [{ series: "crypto-eth-1h" }, false],
  [{ left: "hour" }, true],
])("a market is chosen by %o: %s", (wanted, isFit) => {
  const one = market("a", "2026-06-10T12:59:00Z");
  expect(fits(one, { ...ANY, ...wanted }, NOW)).toBe(isFit);
});

test("what has closed has no time left, and what never closes has more than any", () => {
  expect(fits(market("a", "2026-06-10T11:59:00Z"), { ...ANY, left: "week" }, NOW)).toBe(false);
  expect(fits(market("a", null), { ...ANY, left: "week" }, NOW)).toBe(false);
});

test("of ten thousand rows only those near the window are drawn", () => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  const rows = Array.from({ length: 10_000 }, (_, index) => `row ${index}`);
  render(<Table rows={rows} id={(row) => row} columns={[{ head: "Row", cell: (row) => row }]} />);
  expect(screen.getByText("row 0")).toBeInTheDocument();
  expect(screen.queryByText("row 9000")).toBeNull();
  expect(document.querySelectorAll("tr").length).toBeLessThan(PIECE + 10_000 / PIECE + 2);
  expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "10001");
});

test("pieces hold every row once, in its order", () => {
  const rows = Array.from({ length: 3 * PIECE + 1 }, (_, index) => index);
  expect(piecesOf(rows).flat()).toEqual(rows);
  expect(piecesOf(rows)).toHaveLength(4);
});

test("a list that was read far on is not read again whole", () => {
  const pages = (count: number) => ({ pages: Array.from({ length: count }, () => ({})) });
  expect(isFar(pages(FAR_PAGES))).toBe(false);
  expect(isFar(pages(FAR_PAGES + 1))).toBe(true);
  expect(isFar(undefined)).toBe(false);
  expect(isFar([1, 2, 3, 4, 5, 6])).toBe(false);
});
