/** Asks once before anything that matters, names the sum, and does nothing when the answer is no. */
import { useQueryClient } from "@tanstack/react-query";
import { Dialog } from "radix-ui";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { api, got, Trouble } from "@/api/client";
import { texts } from "@/texts";
import { CodeField } from "./code";
import { useTell } from "./toasts";

interface ConfirmProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What the button says: it holds the sum where there is one. */
  go: string;
  tone?: "main" | "live" | "kill" | "bad";
  /** Does it. What it throws is shown, and the dialog stays. */
  onGo: () => Promise<{ status?: string } | unknown>;
  done: string;
  isReady?: boolean;
  children?: ReactNode;
}

const LOOKS = {
  main: "btn btn--main",
  live: "btn btn--live",
  kill: "btn kill",
  bad: "btn btn--bad",
};

export function Confirm(props: ConfirmProps) {
  const { isOpen, onClose } = props;
  const opener = useRef<Element | null>(null);
  function goBack(event: Event) {
    event.preventDefault();
    const from = opener.current?.isConnected ? opener.current : document.getElementById("main");
    if (from instanceof HTMLElement) from.focus();
  }
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="scrim">
          <Dialog.Content
            className="dialog"
            aria-describedby={undefined}
            onOpenAutoFocus={() => {
              opener.current = document.activeElement;
            }}
            onCloseAutoFocus={goBack}
          >
            {isOpen && <Asking {...props} />}
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Asking({
  onClose,
  title,
  go,
  tone = "main",
  onGo,
  done,
  isReady,
  children,
}: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [needsPassword, setNeedsPassword] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const tell = useTell();
  const queries = useQueryClient();
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  async function act(event: FormEvent) {
    event.preventDefault();
    if (isBusy || isReady === false) return;
    setBusy(true);
    setTrouble(null);
    try {
      if (needsPassword) {
        await got(
          api.POST("/auth/step-up", { body: code ? { password, otp: code } : { password } }),
        );
      }
      const answer = await onGo();
      refuseWhenRefused(answer);
      const isPending = isCommand(answer) && answer.status === "PENDING";
      tell(isPending ? "warn" : "good", isPending ? texts.outcome.pending : done);
      if (!isGone.current) onClose();
    } catch (error) {
      const found = error instanceof Trouble ? error : new Trouble(0, "failed", String(error));
      const words = wordsOf(found);
      if (isGone.current) tell("bad", words);
      else if (found.code === "step_up") setNeedsPassword(true);
      else if (found.code === "second_factor") setCode("");
      else setTrouble(words);
    } finally {
      setBusy(false);
      void queries.invalidateQueries();
    }
  }

  return (
    <form className="stack" onSubmit={act}>
      <Dialog.Title asChild>
        <h2>{title}</h2>
      </Dialog.Title>
      {children}
      {needsPassword && <PasswordAgain value={password} onChange={setPassword} />}
      {code !== null && <CodeField value={code} onChange={setCode} />}
      {trouble && (
        <p className="note note--bad" role="alert">
          <span>{trouble}</span>
        </p>
      )}
      <div className="dialog__actions">
        <button className="btn" type="button" onClick={onClose}>
          {texts.actions.cancel}
        </button>
        <button className={LOOKS[tone]} type="submit" disabled={isBusy || isReady === false}>
          {needsPassword ? texts.stepUp.go : go}
        </button>
      </div>
    </form>
  );
}

/** Why it came to nothing; where something was done after all, the words themselves say what. */
function wordsOf({ code, message }: Trouble): string {
  return code === "partly" ? message : `${message} ${texts.outcome.notDone}`;
}

/** A command may be done and still end in a no: that is never told as a success. */
function refuseWhenRefused(answer: unknown): void {
  if (!isCommand(answer) || answer.result?.status !== "REFUSED") return;
  const { outcome = "", detail = "" } = answer.result;
  throw new Trouble(409, "refused", texts.outcome.refused(`${outcome} ${detail}`.trim()));
}

function isCommand(answer: unknown): answer is { status: string; result?: Record<string, string> } {
  return typeof answer === "object" && answer !== null && "status" in answer;
}

function PasswordAgain({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <div className="field">
      <label htmlFor="again">{texts.stepUp.title}</label>
      <input
        id="again"
        className="input"
        type="password"
        autoComplete="current-password"
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="hint">{texts.stepUp.why}</span>
    </div>
  );
}

interface ReasonProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

export function ReasonField({ label, value, onChange }: ReasonProps) {
  return (
    <div className="field">
      <label htmlFor="reason">{label}</label>
      <input
        id="reason"
        className="input"
        maxLength={500}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
