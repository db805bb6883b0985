/** The limits, to be changed: what takes effect when, and the difference before it is saved. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, got, newKey } from "@/api/client";
import { limits, parts } from "@/api/queries";
import type { Limit, Limits } from "@/api/types";
import { Confirm, ReasonField } from "@/parts/confirm";
import { Page, ReadCard } from "@/parts/views";
import { limitName } from "@/reasons";
import { screens, texts } from "@/texts";
import { LogOut } from "./more";

const say = screens.settings;

const NUMBER = /^\d{1,15}(\.\d{1,10})?$/;

/** What is wrong with a text for a limit, in words; the service judges again. */
export function unfit({ unit }: Pick<Limit, "unit">, text: string): string | null {
  const isPart = unit.startsWith("part") || unit.startsWith("price");
  const isNumber = isPart || /^(count|seconds|percent|times)/.test(unit);
  if (isNumber && !NUMBER.test(text)) return say.aNumberSuchAs;
  if (isPart && Number(text) > 1)
    return say.aPartOfOne({ percent: text, part: text.padStart(2, "0") });
  if (unit.startsWith("percent") && Number(text) > 100) return say.atMostPercent;
  return null;
}

export function Settings() {
  const query = useQuery(limits);
  return (
    <Page
      name={texts.pages.settings}
      title={
        query.data ? say.versionInForce({ version: query.data.version }) : texts.pages.settings
      }
      lede={say.whatIsShownIs}
    >
      <div className="grid12">
        <div className="stack w8">
          <ReadCard title={say.limits} what={say.limits} query={query} lines={6}>
            {(data) => <LimitsForm key={data.version} held={data} />}
          </ReadCard>
        </div>
        <div className="stack w4 melt">
          <Started />
          <section className="card" aria-label={say.session}>
            <div className="card__head">
              <h2>{say.session}</h2>
            </div>
            <div className="card__body">
              <LogOut />
            </div>
          </section>
        </div>
      </div>
    </Page>
  );
}

function LimitsForm({ held }: { held: Limits }) {
  const [changes, setChanges] = useState<Record<string, string>>({});
  const [isAsking, setAsking] = useState(false);
  const changed = held.limits.filter((one) => {
    const now = changes[one.name];
    return now !== undefined && now !== one.value;
  });
  const troubles = changed.filter((one) => unfit(one, changes[one.name] ?? "") !== null);
  return (
    <>
      <div className="card__body grid12">
        {held.limits.map((limit) => (
          <LimitField
            key={limit.name}
            limit={limit}
            value={changes[limit.name] ?? limit.value}
            onChange={(text) => setChanges((all) => ({ ...all, [limit.name]: text }))}
          />
        ))}
      </div>
      <div className="card__foot row row--apart">
        <span>
          {changed.length === 0 ? say.nothingIsChanged : say.changedNotSaved({ n: changed.length })}
          {troubles.length > 0 && (
            <span className="down"> {say.doNotFit({ n: troubles.length })}</span>
          )}
        </span>
        <span className="row">
          <button
            className="btn btn--quiet"
            type="button"
            disabled={changed.length === 0}
            onClick={() => setChanges({})}
          >
            {say.putBack}
          </button>
          <button
            className="btn btn--main"
            type="button"
            disabled={changed.length === 0 || troubles.length > 0}
            onClick={() => setAsking(true)}
          >
            {texts.actions.save}
          </button>
        </span>
      </div>
      <Difference
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        changed={changed}
        changes={changes}
      />
    </>
  );
}

interface FieldProps {
  limit: Limit;
  value: string;
  onChange: (text: string) => void;
}

function LimitField({ limit, value, onChange }: FieldProps) {
  const trouble = value === limit.value ? null : unfit(limit, value);
  const id = `limit-${limit.name}`;
  return (
    <div className="field w6">
      <label htmlFor={id}>
        {limitName(limit.name)} <span className="faint tiny">{limit.unit}</span>
      </label>
      <input
        id={id}
        className="input"
        value={value}
        maxLength={500}
        aria-invalid={trouble !== null}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-hint`} className={trouble ? "hint hint--bad" : "hint"}>
        {trouble ?? limit.meaning}
        <Effects of={limit} />
      </span>
    </div>
  );
}

/** When a change of it counts, and on what: as the service tells it. */
function Effects({ of: { effects } }: { of: Limit }) {
  return effects.map((one) => (
    <span key={one.at} className="sub words block">
      <b>{texts.moments[one.at]}</b>: {one.on}
    </span>
  ));
}

interface DifferenceProps {
  isOpen: boolean;
  onClose: () => void;
  changed: Limit[];
  changes: Record<string, string>;
}

function Difference({ isOpen, onClose, changed, changes }: DifferenceProps) {
  const [reason, setReason] = useState("");
  const wish = useRef({ words: "", key: "" });
  // Asked again in the same words it is the same wish; in other words it is another one.
  function keyOf(words: string): string {
    if (wish.current.words !== words) wish.current = { words, key: newKey() };
    return wish.current.key;
  }
  const wanted = Object.fromEntries(changed.map((one) => [one.name, changes[one.name] ?? ""]));
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={texts.limits.title}
      go={texts.limits.go}
      done={texts.limits.done}
      isReady={reason.trim() !== ""}
      onGo={() => {
        const body = { changes: wanted, reason };
        const header = { "Idempotency-Key": keyOf(JSON.stringify(body)) };
        return got(api.POST("/limits", { params: { header }, body }));
      }}
    >
      <dl className="kv">
        {changed.map((one) => (
          <div key={one.name} className="contents">
            <dt>{limitName(one.name)}</dt>
            <dd>
              <del className="faint">{one.value || say.any}</del>{" "}
              <b>{changes[one.name] || say.any}</b>
              <Effects of={one} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="small muted">{texts.limits.why}</p>
      <ReasonField label={texts.limits.reason} value={reason} onChange={setReason} />
    </Confirm>
  );
}

/** What is set where the agent is started, and takes effect there. */
function Started() {
  const query = useQuery(parts);
  return (
    <ReadCard
      title={say.setAtTheStart}
      what={say.facts}
      query={query}
      foot={<p className="card__foot small">{say.changeTheseWhereThe}</p>}
    >
      {(data) => (
        <dl className="card__body kv">
          <dt>{say.mode}</dt>
          <dd>
            {data.mode}
            <span className="sub block">{texts.moments.next_start}</span>
          </dd>
          {Object.entries(data.facts).map(([name, value]) => (
            <div key={name} className="contents">
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd className="words">
                {value}
                <span className="sub block">{texts.moments.next_start}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </ReadCard>
  );
}
