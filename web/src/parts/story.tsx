/** A step of a story that is read from top to bottom, and its facts. */
import type { ReactNode } from "react";
import { Time } from "./words";

interface StepProps {
  at?: string | null;
  when?: string;
  title: string;
  mark?: "ours" | "end" | "";
  children: ReactNode;
}

export function Step({ at, when, title, mark = "", children }: StepProps) {
  return (
    <li>
      <span className="when">
        {at && <Time at={at} as="clock" />} {when}
      </span>
      <span className="thread" aria-hidden="true">
        <i className={mark} />
      </span>
      <section className="card">
        <h2>{title}</h2>
        {children}
      </section>
    </li>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
