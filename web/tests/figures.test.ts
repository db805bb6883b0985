import { expect, test } from "vitest";
import { course, decimal, money, percent, placesOf, points } from "@/format/figures";
import { span, utc } from "@/format/time";

test.each([
  ["6240", "₦6,240.00"],
  ["-412.3", "−₦412.30"],
  ["0.005", "₦0.01"],
  ["-0.001", "₦0.00"],
  ["999.995", "₦1,000.00"],
  ["123456789012345678901.239", "₦123,456,789,012,345,678,901.24"],
])("a sum of %s is written in full and exactly", (amount, told) => {
  expect(money(amount, "NGN")).toBe(told);
});

test("a gain carries a plus, nothing carries none", () => {
  expect(money("5", "USD", { isSigned: true })).toBe("+$5.00");
  expect(money("0.00", "USD", { isSigned: true })).toBe("$0.00");
});

test("what is no decimal is shown as it is and never as zero", () => {
  expect(money("n/a", "NGN")).toBe("n/a");
  expect(decimal("1e5")).toBe("1e5");
});

test.each([
  ["0.523", "52.3 %"],
  ["1", "100.0 %"],
  ["0.0005", "0.1 %"],
  ["-0.02", "−2.0 %"],
])("a part of %s is told in percent by moving the point", (part, told) => {
  expect(percent(part)).toBe(told);
});

test("a difference is told in points with its sign", () => {
  expect(points("0.016")).toBe("+1.6 points");
  expect(points(-0.018)).toBe("−1.8 points");
});

test("the course of a sum is read from its sign", () => {
  expect([course("-0.01"), course("0.000"), course("3")]).toEqual(["down", "flat", "up"]);
});

test("a span has at most two units", () => {
  expect([span(800), span(62_000), span(7_500_000), span(200_000_000)]).toEqual([
    "0.8 s",
    "1 min 2 s",
    "2 h 5 min",
    "2 d 7 h",
  ]);
});

test("the hover tells a moment in UTC", () => {
  expect(utc(0)).toBe("1970-01-01 00:00:00 UTC");
});

test("a scale has as many places as tell its steps apart", () => {
  expect(placesOf([1.32451, 1.32433])).toBe(5);
  expect(placesOf([66000, 66500])).toBe(2);
  expect(placesOf([0.5, 0.5])).toBe(2);
  expect(placesOf([])).toBe(2);
  expect(placesOf([0, 1e-12])).toBe(8);
});
