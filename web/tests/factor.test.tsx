import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { FactorCard } from "@/pages/system-factor";
import { network, problem } from "./network";
import { within } from "./within";

const BEGUN = {
  secret: "JBSWY3DPEHPK3PXP",
  address: "otpauth://totp/bayse-agent:ada?secret=JBSWY3DPEHPK3PXP",
  picture: "data:image/svg+xml;base64,PHN2Zy8+",
};

test("a second factor is switched on with the password, a picture and a code", async () => {
  let isOn = false;
  let isFresh = false;
  const asked = network({
    "GET /auth/factor": () => ({ body: { is_on: isOn, codes_left: isOn ? 2 : 0 } }),
    "POST /auth/step-up": () => {
      isFresh = true;
      return { body: { ok: true } };
    },
    "POST /auth/factor": () =>
      isFresh ? { status: 201, body: BEGUN } : { status: 403, body: problem("step_up") },
    "POST /auth/factor/confirm": () => {
      isOn = true;
      return { body: { recovery_codes: ["AAAA-BBBB", "CCCC-DDDD"] } };
    },
  });
  within(<FactorCard />);
  await userEvent.click(await screen.findByRole("button", { name: "Switch on…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Show the picture" }));
  await userEvent.type(await screen.findByLabelText("Your password, again"), "kettle{Enter}");
  const picture = await screen.findByAltText("A picture for the app for codes");
  expect(picture).toHaveAttribute("src", BEGUN.picture);
  expect(screen.getByText(BEGUN.secret)).toBeInTheDocument();
  await userEvent.type(screen.getByLabelText("Code of your second factor"), "123456{Enter}");
  expect(await screen.findByText("CCCC-DDDD")).toBeInTheDocument();
  expect(await screen.findByText(/2 recovery codes are left/)).toBeInTheDocument();
  expect(asked.find((one) => one.key === "POST /auth/factor/confirm")?.body).toEqual({
    code: "123456",
  });
});

test("a second factor is switched off with password and code, and a wrong one says so", async () => {
  const asked = network({
    "GET /auth/factor": () => ({ body: { is_on: true, codes_left: 10 } }),
    "POST /auth/factor/remove": ({ body }) =>
      (body as { otp: string }).otp === "123456"
        ? { body: { ok: true } }
        : { status: 403, body: problem("wrong_code", "the code is wrong") },
  });
  within(<FactorCard />);
  await userEvent.click(await screen.findByRole("button", { name: "Switch off…" }));
  await userEvent.type(await screen.findByLabelText("Password"), "kettle");
  await userEvent.type(screen.getByLabelText("Code of your second factor"), "000000{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("the code is wrong");
  await userEvent.clear(screen.getByLabelText("Code of your second factor"));
  await userEvent.type(screen.getByLabelText("Code of your second factor"), "123456{Enter}");
  expect(await screen.findByText("The second factor is off.")).toBeInTheDocument();
  expect(asked.filter((one) => one.key === "POST /auth/factor/remove")).toHaveLength(2);
});
