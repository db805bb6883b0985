/** The trading state and what a person may do to it: halt, only reduce, resume. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@/api/client";
import { control, positions } from "@/api/queries";
import type { Control } from "@/api/types";
import { Confirm, ReasonField } from "@/parts/confirm";
import { Icon, StateShape } from "@/parts/icons";
import { screens, texts } from "@/texts";

const say = screens.control;

interface StateProps {
  now: Control | undefined;
  /** It could not be read again: what it was is not what it is. */
  isLost?: boolean;
}

export function StateWord({ now, isLost = false }: StateProps) {
  const isPulled = now?.kill_switch !== null && now?.kill_switch !== undefined;
  const state = now === undefined ? "unknown" : isPulled ? "HALTED" : now.state;
  const words = texts.states[state]?.[0] ?? texts.stateUnknown;
  return (
    <span
      className={`state state--${isLost ? "unknown" : state.toLowerCase()}`}
      title={now?.reason}
    >
      <StateShape state={isLost ? "unknown" : state} />
      {isLost && now !== undefined ? texts.stateWas(words) : words}
    </span>
  );
}

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
}

export function HaltDialog({ isOpen, onClose }: DialogProps) {
  const held = useQuery(positions);
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={texts.halt.title}
      go={texts.actions.haltNow}
      tone="kill"
      done={texts.halt.done}
      onGo={() => got(api.POST("/control/halt", { body: { reason: texts.halt.reason } }))}
    >
      <ul className="ticks">
        {texts.halt.does.map((line) => (
          <li key={line}>
            <Icon name="ok" />
            {line}
          </li>
        ))}
        {texts.halt.doesNot.map((line) => (
          <li key={line.toString()}>
            <Icon name="no" />
            {held.data === undefined ? texts.states.HALTED?.[1] : line(held.data.length)}
          </li>
        ))}
      </ul>
    </Confirm>
  );
}

export function ReduceDialog({ isOpen, onClose }: DialogProps) {
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={texts.reduce.title}
      go={texts.actions.reduceNow}
      done={texts.reduce.done}
      onGo={() => got(api.POST("/control/reduce", { body: { reason: texts.halt.reason } }))}
    >
      <p className="small muted">{texts.reduce.why}</p>
    </Confirm>
  );
}

export function ResumeDialog({ isOpen, onClose, now }: DialogProps & { now: Control }) {
  const [reason, setReason] = useState("");
  const [isReleased, setReleased] = useState(true);
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={texts.resume.title}
      go={texts.actions.resumeNow}
      done={texts.resume.done}
      isReady={reason.trim() !== ""}
      onGo={() =>
        got(
          api.POST("/control/resume", {
            body: { reason, epoch: now.epoch, state: "ARMED", release: isReleased },
          }),
        )
      }
    >
      <p className="small muted words">{texts.resume.why(now.kill_switch ?? now.reason)}</p>
      <ReasonField label={texts.resume.reason} value={reason} onChange={setReason} />
      {now.kill_switch !== null && (
        <label className="row">
          <input
            type="checkbox"
            checked={isReleased}
            onChange={(event) => setReleased(event.target.checked)}
          />
          {texts.resume.release}
        </label>
      )}
    </Confirm>
  );
}

/** In the bar of every page: the state, and the way to stop it. */
export function ControlBar({ onHalt }: { onHalt: () => void }) {
  const { data } = useQuery(control);
  const [isResuming, setResuming] = useState(false);
  const isArmed = data?.state === "ARMED" && data.kill_switch === null;
  return (
    <>
      <span className="bar__space" />
      {data !== undefined && !isArmed && (
        <button className="btn" type="button" onClick={() => setResuming(true)}>
          {texts.actions.resume}
        </button>
      )}
      <button className="btn kill" type="button" aria-keyshortcuts="H" onClick={onHalt}>
        <Icon name="halt" />
        {texts.actions.halt}
        <span className="sr-only"> {say.trading}</span> <kbd>H</kbd>
      </button>
      {data && <ResumeDialog isOpen={isResuming} onClose={() => setResuming(false)} now={data} />}
    </>
  );
}
