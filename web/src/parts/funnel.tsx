/** How many looks came how far, and what stopped the others. */
import type { Funnel } from "@/api/types";
import { count } from "@/format/figures";
import { reasonOf, STEPS } from "@/reasons";

export function FunnelSteps({ told }: { told: Funnel }) {
  const lostAt = (stage: string) =>
    told.reasons
      .filter((one) => reasonOf(one.reason).stage === stage)
      .reduce((sum, one) => sum + one.looks, 0);
  let left = told.looks;
  const steps = STEPS.map(({ stage, label, lost }) => {
    const gone = lostAt(stage);
    left -= gone;
    return { label, why: gone > 0 ? `${count(gone)} ${lost}` : "", left };
  });
  const all = [{ label: "Looks", why: "", left: told.looks }, ...steps];
  return (
    <ol className="card__body funnel">
      {all.map((step) => (
        <li key={step.label}>
          <span>
            {step.label} <span className="why">{step.why}</span>
          </span>
          <b>{count(step.left)}</b>
          <div className={step.label === "Traded" ? "use use--us" : "use"}>
            <i style={{ "--v": told.looks > 0 ? (step.left / told.looks) * 100 : 0 } as object} />
          </div>
        </li>
      ))}
    </ol>
  );
}
