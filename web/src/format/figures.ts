/** Figures as people read them. Exact decimals stay texts: they are set out, never calculated with. */

const SIGNS: Record<string, string> = { NGN: "₦", USD: "$" };
const MINUS = "−";
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

interface Digits {
  isNegative: boolean;
  whole: string;
  part: string;
}

/** The digits of a decimal text rounded to so many places, half away from zero. */
function rounded(text: string, places: number): Digits | null {
  const found = DECIMAL.exec(text.trim());
  if (found === null) return null;
  const part = found[3] ?? "";
  const kept = (found[2] ?? "0") + part.padEnd(places, "0").slice(0, places);
  const up = (part[places] ?? "0") >= "5" ? 1n : 0n;
  const digits = (BigInt(kept) + up).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return {
    isNegative: found[1] === "-" && /[1-9]/.test(digits),
    whole,
    part: digits.slice(digits.length - places),
  };
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A sum in full: ₦6,240.00. With `isSigned` gains carry a plus. */
export function money(
  amount: string | null | undefined,
  currency: string,
  { isSigned = false } = {},
): string {
  if (amount === null || amount === undefined) return "";
  const found = rounded(amount, 2);
  if (found === null) return amount;
  const isZero = !/[1-9]/.test(found.whole + found.part);
  const sign = found.isNegative ? MINUS : isSigned && !isZero ? "+" : "";
  const name = SIGNS[currency] ?? `${currency} `;
  return `${sign}${name}${grouped(found.whole)}.${found.part}`;
}

/** A decimal with so many places and grouping. */
export function decimal(text: string | null | undefined, places = 2): string {
  if (text === null || text === undefined) return "";
  const found = rounded(text, places);
  if (found === null) return text;
  const tail = places > 0 ? `.${found.part}` : "";
  return `${found.isNegative ? MINUS : ""}${grouped(found.whole)}${tail}`;
}

/** How many places tell the steps of a scale apart: two where they are wide, more where not. */
export function placesOf(values: number[]): number {
  const width = Math.max(...values) - Math.min(...values);
  if (!(width > 0) || !Number.isFinite(width)) return 2;
  return Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(width))));
}

/** A part of one as percent: 0.523 is 52.3 %. The point is moved in the text. */
export function percent(part: string | number | null | undefined, places = 1): string {
  if (part === null || part === undefined) return "";
  if (typeof part === "number") {
    return `${(part * 100).toFixed(places).replace("-", MINUS)} %`;
  }
  const found = DECIMAL.exec(part.trim());
  if (found === null) return part;
  const digits = (found[3] ?? "").padEnd(2, "0");
  const moved = `${found[1]}${found[2]}${digits.slice(0, 2)}.${digits.slice(2) || "0"}`;
  return `${decimal(moved, places)} %`;
}

/** A difference of parts of one, in points with its sign: +2.0 points. */
export function points(part: string | number | null | undefined): string {
  const told = percent(part);
  if (told === "") return "";
  const plain = told.replace(" %", "");
  return `${plain.startsWith(MINUS) ? "" : "+"}${plain} points`;
}

/** Which way a sum went, read from its sign. */
export function course(amount: string): "up" | "down" | "flat" {
  if (!/[1-9]/.test(amount)) return "flat";
  return amount.trim().startsWith("-") ? "down" : "up";
}

/** A plain number with grouping. */
export function count(value: number): string {
  return grouped(String(Math.trunc(value)));
}

/** A score such as Brier's, to four places with a real minus. */
export function score(value: number | null | undefined, { isSigned = false } = {}): string {
  if (value === null || value === undefined) return "";
  const text = value.toFixed(4).replace("-", MINUS);
  return isSigned && value > 0 ? `+${text}` : text;
}
