import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Signal } from "@/api/types";
import { Decide, Sell, Waits } from "@/parts/decide";
import { HaltDialog } from "@/shell/control";
import { network, problem } from "./network";
import { within } from "./within";

const signal: Signal = {
  number: 1,
  id: "s1",
  source: "scan",
  event_id: "e",
  market_id: "m",
  market: "SOL above $141.20",
  outcome_id: "o",
  outcome: "NO",
  side: "BUY",
  currency: "NGN",
  amount: "2150",
  worst_price: "0.48",
  forecast_id: null,
  made_at: "2026-06-10T12:00:00Z",
  expires_at: "2026-06-10T12:10:00Z",
  places_at: null,
  inputs: {},
  status: "PENDING",
  decided_by: null,
  decided_at: null,
  note: "",
  mode: "demo",
};
const APPROVE = "POST /signals/s1/approve";
const command = (status: string, result = {}) => ({ body: { id: "c", status, result } });

async function openApproval() {
  within(<Decide signal={signal} />);
  await userEvent.click(await screen.findByRole("button", { name: "Approve ₦2,150.00…" }));
}

test("approving asks once, names the sum in the button, and sends one wish with a key", async () => {
  const asked = network({ [APPROVE]: () => command("DONE", { status: "EXECUTED" }) });
  await openApproval();
  expect(asked.filter((one) => one.key === APPROVE)).toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦2,150.00" }));
  expect(await screen.findByText("Approved.")).toBeInTheDocument();
  const sent = asked.filter((one) => one.key === APPROVE);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.headers.get("Idempotency-Key")).toHaveLength(32);
  expect(sent[0]?.headers.get("X-Bayse-Agent")).toBe("web");
});

test.each([
  ["Cancel", () => userEvent.click(screen.getByRole("button", { name: "Cancel" }))],
  ["Escape", () => userEvent.keyboard("{Escape}")],
])("%s means cancel: nothing is sent and the focus goes back", async (_, leave) => {
  const asked = network({ [APPROVE]: () => command("DONE") });
  await openApproval();
  await leave();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.filter((one) => one.key === APPROVE)).toHaveLength(0);
});

test("a wish that was done and refused is told as refused", async () => {
  const result = { status: "REFUSED", outcome: "price_moved", detail: "now 51.0 %" };
  network({ [APPROVE]: () => command("DONE", result) });
  await openApproval();
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦2,150.00" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Refused: price_moved now 51.0 %");
  expect(screen.queryByText("Approved.")).toBeNull();
  expect(screen.getByRole("dialog")).toBeInTheDocument();
});

test("a wish that is not answered yet is told as not answered", async () => {
  network({ [APPROVE]: () => ({ status: 202, ...command("PENDING") }) });
  await openApproval();
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦2,150.00" }));
  expect(await screen.findByText(/has not answered yet/)).toBeInTheDocument();
});

test("what is grave asks for the password and then goes on", async () => {
  let isSteppedUp = false;
  const asked = network({
    [APPROVE]: () => (isSteppedUp ? command("DONE") : { status: 403, body: problem("step_up") }),
    "POST /auth/step-up": () => {
      isSteppedUp = true;
      return { body: { ok: true } };
    },
  });
  await openApproval();
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦2,150.00" }));
  await userEvent.type(await screen.findByLabelText("Your password, again"), "a long sentence");
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(await screen.findByText("Approved.")).toBeInTheDocument();
  expect(asked.find((one) => one.key === "POST /auth/step-up")?.body).toEqual({
    password: "a long sentence",
  });
});

test("halting says what it does and does not do before it acts", async () => {
  const asked = network({
    "GET /positions": () => ({ body: [{}, {}, {}] }),
    "POST /control/halt": () => command("DONE"),
  });
  within(<HaltDialog isOpen onClose={() => undefined} />);
  expect(await screen.findByText("Does not sell 3 positions")).toBeInTheDocument();
  expect(asked.some((one) => one.key === "POST /control/halt")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Halt now" }));
  expect(await screen.findByText("Trading is halted.")).toBeInTheDocument();
});

test("selling everything first asks what it would bring, and cannot be confirmed before", async () => {
  const asked = network({
    "POST /positions/close-all": ({ body }) =>
      command(
        "DONE",
        (body as { confirm: boolean }).confirm ? { o: "traded" } : { o: "would bring 5" },
      ),
  });
  within(<Sell />);
  await userEvent.click(await screen.findByRole("button", { name: "Close all…" }));
  expect(await screen.findByText("would bring 5")).toBeInTheDocument();
  expect(asked.map((one) => one.body)).toEqual([{ confirm: false }]);
  await userEvent.click(screen.getByRole("button", { name: "Sell all" }));
  expect(await screen.findByText("The sale was sent.")).toBeInTheDocument();
  expect(asked.map((one) => one.body)).toContainEqual({ confirm: true });
});

test("a bet that waits for its time says when, and is called off by a no", async () => {
  const delayed = { ...signal, places_at: "2026-06-10T12:08:00Z" };
  const asked = network({
    "GET /agent/status": () => ({ body: { now: "2026-06-10T12:04:00Z" } }),
    "POST /signals/s1/reject": () => command("DONE"),
  });
  const shown = within(
    <>
      <Waits signal={delayed} />
      <Decide signal={delayed} />
    </>,
  );
  await screen.findByRole("button", { name: "Approve ₦2,150.00 now…" });
  expect(shown.container).toHaveTextContent(/places at .* unless you cancel/);
  await userEvent.click(screen.getByRole("button", { name: "Cancel…" }));
  await userEvent.click(screen.getByRole("button", { name: "Do not place it" }));
  expect(await screen.findByText("It will not be placed.")).toBeInTheDocument();
  expect(asked.map((one) => one.key)).toContain("POST /signals/s1/reject");
});
