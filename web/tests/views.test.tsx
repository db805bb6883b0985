import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Trouble } from "@/api/client";
import type { Control } from "@/api/types";
import { Empty, ReadCard } from "@/parts/views";
import { StateWord } from "@/shell/control";
import { within } from "./within";

const base = { dataUpdatedAt: 0, refetch: () => undefined };

function card(query: object) {
  return (
    <ReadCard
      title="Orders"
      what="Orders"
      query={{ ...base, ...query } as never}
      isEmpty={(data: string[]) => data.length === 0}
      empty={<Empty title="No orders, and that is right" />}
    >
      {(data: string[]) => <p>{data.join()}</p>}
    </ReadCard>
  );
}

test("a card that waits says so and shows no figure", () => {
  render(card({ data: undefined, isPending: true, isError: false }));
  expect(screen.getByRole("region", { name: "Orders" })).toHaveAttribute("aria-busy", "true");
  expect(screen.getByRole("status", { name: "Loading" })).toBeInTheDocument();
});

test("an empty card says why that is right", async () => {
  within(card({ data: [], isPending: false, isError: false, dataUpdatedAt: Date.now() }));
  expect(await screen.findByText("No orders, and that is right")).toBeInTheDocument();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("an error never looks like nothing there, and can be tried again", async () => {
  const refetch = vi.fn();
  const error = new Trouble(500, "failed", "something went wrong", "r-81c2");
  render(card({ data: undefined, isPending: false, isError: true, error, refetch }));
  const alert = screen.getByRole("alert");
  expect(alert).toHaveTextContent("Orders could not be read");
  expect(alert).toHaveTextContent("There may be orders that you do not see here.");
  expect(alert).toHaveTextContent("r-81c2");
  expect(screen.queryByText("No orders, and that is right")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(refetch).toHaveBeenCalledOnce();
});

test("a reading that could not be renewed stays, grey, and says that it is the last known", () => {
  const error = new Trouble(0, "cut_off", "No answer came.");
  const { container } = render(
    card({ data: ["a"], isPending: false, isError: true, error, dataUpdatedAt: Date.now() }),
  );
  expect(container.querySelector(".is-stale")).not.toBeNull();
  expect(screen.getByRole("alert")).toHaveTextContent("the last known");
  expect(screen.getByText("a")).toBeInTheDocument();
  expect(container.querySelector(".age--dead")).toHaveTextContent("cut off");
});

test("what was empty when last read is not told as empty once it cannot be read", () => {
  const error = new Trouble(0, "cut_off", "No answer came.");
  render(card({ data: [], isPending: false, isError: true, error, dataUpdatedAt: Date.now() }));
  expect(screen.queryByText("No orders, and that is right")).toBeNull();
  expect(screen.getByRole("alert")).toHaveTextContent("Orders could not be read");
});

test("a trading state that cannot be read again is not told as if it were so", () => {
  render(<StateWord now={{ state: "ARMED", kill_switch: null, reason: "" } as Control} isLost />);
  expect(screen.getByText("Not known, was armed")).toBeInTheDocument();
});
