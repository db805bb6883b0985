import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Sentence } from "@/parts/sentence";

test.each([
  ["Since {moment} by {who}.", "Since 12:00 by ada."],
  ["{who} seit {moment}", "ada seit 12:00"],
] as const)("a sentence takes its values by name, in whatever order: %s", (words, shown) => {
  const values = { moment: <time>12:00</time>, who: "ada" };
  const { container } = render(<Sentence words={words} values={values} />);
  expect(container).toHaveTextContent(new RegExp(`^${shown}$`));
  expect(container.querySelector("time")).toHaveTextContent("12:00");
});

test("what a value says is no place for another value", () => {
  const { container } = render(
    <Sentence words={"{a} and {b}" as const} values={{ a: "{b}", b: "two" }} />,
  );
  expect(container).toHaveTextContent("{b} and two");
});
