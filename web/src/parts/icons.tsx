/** The few drawings that the dashboard uses. None of them says anything alone. */

const LINES = {
  home: "M2 13V6.500L8 2l6 4.500V13H2zM6.500 13V9.500h3V13",
  market: "M2 14h12M4 11V5m4 6V2m4 9V7",
  signal: "M2 4h12M2 8h8M2 12h5m4 0l1.500 1.500L15 11",
  results: "M2 14V2m0 12h12M4.500 11L13 3.500",
  more: "M2 4.500h12M2 8h12M2 11.500h12",
  alert: "M8 2l6.500 11.500h-13zM8 6.500v3.500m0 1.700v.100",
  ok: "M3 8.500l3.300 3.300L13 5",
  no: "M4 4l8 8m0-8l-8 8",
  halt: "M5 .900h6L15.100 5v6L11 15.100H5L.900 11V5z",
} as const;

export type IconName = keyof typeof LINES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={LINES[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M10 2a8 8 0 0 1 0 16z" fill="var(--accent)" stroke="var(--accent)" strokeWidth="2" />
    </svg>
  );
}

const SHAPES: Record<string, string> = {
  ARMED: "M2 1l9 5-9 5z",
  REDUCING: "M1 2h10L6 11z",
  HALTED: "M3.700.500h4.600L11.500 3.700v4.600L8.300 11.500H3.700L.500 8.300V3.700z",
};

/** Armed is a triangle to the right, reducing one downward, halted an octagon. */
export function StateShape({ state }: { state: string }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[state] ?? "M2 5h8v2H2z"} />
    </svg>
  );
}

/** Demo is a dashed square, paper a sheet, live a full disc. */
export function ModeShape({ mode }: { mode: string }) {
  return (
    <svg viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.6">
      {mode === "live" && <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />}
      {mode === "paper" && <path d="M3 1h5l3 3v9H3z M8 1v3h3" />}
      {mode === "demo" && <rect x="2" y="2" width="10" height="10" strokeDasharray="2.5 2" />}
    </svg>
  );
}
