import { expect, test, vi } from "vitest";
import { api, got, onShutOut, Trouble } from "@/api/client";
import { network, problem } from "./network";

test("calls that found their session run out exchange the cookies once and go on", async () => {
  let isFresh = false;
  const asked = network({
    "GET /money": () => (isFresh ? { body: { cash: "1" } } : { status: 401, body: problem("x") }),
    "GET /control": () => (isFresh ? { body: {} } : { status: 401, body: problem("x") }),
    "POST /auth/refresh": () => {
      isFresh = true;
      return { body: {} };
    },
  });
  const [money] = await Promise.all([got(api.GET("/money")), got(api.GET("/control"))]);
  expect(money.cash).toBe("1");
  expect(asked.filter((one) => one.key === "POST /auth/refresh")).toHaveLength(1);
});

test("a session that has ended for good shows out", async () => {
  const shutOut = vi.fn();
  onShutOut(shutOut);
  network({
    "GET /money": () => ({ status: 401, body: problem("not_logged_in") }),
    "POST /auth/refresh": () => ({ status: 401, body: problem("not_logged_in") }),
  });
  await expect(got(api.GET("/money"))).rejects.toMatchObject({ status: 401 });
  expect(shutOut).toHaveBeenCalledOnce();
});

test("no answer is a trouble of its own and never an empty reading", async () => {
  await expect(got(api.GET("/positions"))).rejects.toSatisfy(
    (error) => error instanceof Trouble && error.isCutOff,
  );
});

test("a refused command tells the trader's reason", async () => {
  network({
    "POST /control/reduce": () => ({
      status: 409,
      body: { id: "c", status: "REFUSED", result: { reason: "halted already" } },
    }),
  });
  const asked = got(api.POST("/control/reduce", { body: { reason: "x" } }));
  await expect(asked).rejects.toThrow("halted already");
});
