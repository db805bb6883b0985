import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Decision } from "@/api/types";
import { LookTable } from "@/parts/looks";
import { Outside } from "@/parts/words";
import { within } from "./within";

const HOSTILE = [
  "<script>window.stolen = 1</script>",
  '<img src=x onerror="window.stolen = 1">',
  "<svg/onload=window.stolen=1>",
  '"><iframe srcdoc="<script>parent.stolen=1</script>">',
  "{{constructor.constructor('stolen=1')()}}",
  "javascript:window.stolen=1",
  "<a href='javascript:stolen=1'>x</a>",
  "</td></table><style>*{display:none}</style>",
  "\u202Egnp.exe",
];

function look(text: string): Decision {
  return {
    id: 1,
    at: "2026-06-10T12:00:00Z",
    market_id: "m",
    market: text,
    event_id: text,
    series: text,
    reason: text,
    probability: 0.5,
    market_price: "0.4",
    author: text,
    inputs: { detail: text },
    forecast_id: null,
    intent_id: null,
    mode: "demo",
  };
}

test.each(HOSTILE)(
  "%s in a market, reason and author is shown as text and does nothing",
  async (text) => {
    const { container } = within(<LookTable rows={[look(text)]} />);
    expect(await screen.findByRole("link", { name: text })).toBeInTheDocument();
    expect(container.querySelector("script, iframe, img, style")).toBeNull();
    expect(container.querySelectorAll("svg[onload], [onerror]")).toHaveLength(0);
    expect("stolen" in window).toBe(false);
  },
);

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "//example.com",
  "not an address",
])("an address such as %j is no link", (address) => {
  render(<Outside to={address}>source</Outside>);
  expect(screen.queryByRole("link")).toBeNull();
  expect(screen.getByText("source")).toBeInTheDocument();
});

test("a web address is a link that tells the other page nothing", () => {
  render(<Outside to="https://example.com/a">source</Outside>);
  const link = screen.getByRole("link", { name: "source" });
  expect(link).toHaveAttribute("href", "https://example.com/a");
  expect(link).toHaveAttribute("rel", "noopener noreferrer");
});
