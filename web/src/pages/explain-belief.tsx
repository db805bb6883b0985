/** What was known and believed: the evidence with its sources, each forecaster, and the models' words. */
import type { Explanation, Forecast } from "@/api/types";
import { percent, score } from "@/format/figures";
import { Sentence } from "@/parts/sentence";
import { Fact, Step } from "@/parts/story";
import { Outside, Pair, Time } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.explainBelief;

const STANCE = (stance: number) =>
  stance > 0 ? say.speaksFor : stance < 0 ? say.speaksAgainst : "neutral";

function all(forecast: Forecast): Forecast[] {
  return [forecast, ...forecast.parts.flatMap(all)];
}

export function Known({ forecast }: { forecast: Forecast }) {
  const evidence = all(forecast).flatMap((one) => one.evidence);
  if (evidence.length === 0) return null;
  return (
    <Step at={forecast.made_at} title={say.whatWasKnown({ n: evidence.length })}>
      <div className="stack" style={{ marginTop: 8 }}>
        {evidence.map((one) => (
          <div key={one.url + one.claim} className="quote small">
            <b>
              <Outside to={one.url}>{one.title || one.domain}</Outside>
            </b>
            <p className="words">{one.claim}</p>
            {one.quote && <p className="words faint">“{one.quote}”</p>}
            <p className="sub">
              <Sentence
                words={say.source}
                values={{
                  publisher: one.domain,
                  moment: one.published_at ? <Time at={one.published_at} /> : say.noDate,
                  finder: one.found_by,
                  stance: STANCE(one.stance),
                  moved: score(one.contribution, { isSigned: true }),
                }}
              />
            </p>
          </div>
        ))}
      </div>
    </Step>
  );
}

export function Believed({ forecast, label }: { forecast: Forecast; label: string }) {
  return (
    <Step
      at={forecast.made_at}
      title={
        forecast.parts.length > 0
          ? say.whatEachSaid({ label })
          : say.whatOneSaid({ author: forecast.author, label })
      }
      mark="ours"
    >
      <p className="words">{forecast.rationale}</p>
      <dl className="facts">
        {[...forecast.parts, forecast].map((one) => (
          <Fact
            key={one.id}
            name={one.id === forecast.id && forecast.parts.length > 0 ? say.poolUsed : one.author}
          >
            <span className="us">{percent(one.probability)}</span> ± {percent(one.standard_error)}
            <Pair ours={one.probability} market={one.market_price} />
            {one.weight !== null && (
              <span className="sub block">{say.weight({ weight: one.weight.toFixed(2) })}</span>
            )}
          </Fact>
        ))}
      </dl>
      {Object.keys(forecast.without).length > 0 && (
        <dl className="facts">
          {Object.entries(forecast.without).map(([publisher, would]) => (
            <Fact key={publisher} name={say.without(publisher)}>
              {percent(would)}
            </Fact>
          ))}
        </dl>
      )}
    </Step>
  );
}

export function Answers({ answers }: { answers: Explanation["answers"] }) {
  return (
    <Step title={say.whatLanguageModelsWere}>
      <div className="stack" style={{ marginTop: 8 }}>
        {answers.map((one) => (
          <details key={one.prompt_id} className="small">
            <summary>
              {one.model}, <Time at={one.at} />
            </summary>
            <h3>{say.asked}</h3>
            <pre className="mono words quote">{one.prompt}</pre>
            <h3>{say.answered}</h3>
            <pre className="mono words quote">{one.answer}</pre>
          </details>
        ))}
      </div>
    </Step>
  );
}
