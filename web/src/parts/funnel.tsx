/** How many looks came how far, and what stopped the others. */
import type { Funnel } from "@/api/types";
import { count } from "@/format/figures";
import { reasonOf, STEPS } from "@/reasons";
import { screens } from "@/texts";

const say = screens.funnel;

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
  const all = [{ label: say.looks, why: "", left: told.looks }, ...steps];
  return (
    <ol className="card__body funnel">
      {all.map((step) => (
        <li key={step.label}>
          <span>
            {step.label} <span className="why">{step.why}</span>
          </span>
          <b>{count(step.left)}</b>
          <div className={step.label === STEPS.at(-1)?.label ? "use use--us" : "use"}>
            <i style={{ "--v": told.looks > 0 ? (step.left / told.looks) * 100 : 0 } as object} />
          </div>
        </li>
      ))}
    </ol>
  );
}
