/** One's own second factor: switched on with a telephone, and off again. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@/api/client";
import { factor } from "@/api/queries";
import type { components } from "@/api/schema";
import { CodeField } from "@/parts/code";
import { Confirm } from "@/parts/confirm";
import { ReadCard } from "@/parts/views";
import { texts } from "@/texts";

type Begun = components["schemas"]["BegunFactor"];
type Step = "none" | "begin" | "confirm" | "end";

export function FactorCard() {
  const query = useQuery(factor);
  const [step, setStep] = useState<Step>("none");
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<string[]>([]);

  function close() {
    setStep("none");
    setBegun(null);
  }

  return (
    <ReadCard title={texts.factor.title} what={texts.factor.title} query={query}>
      {({ is_on, codes_left }) => (
        <div className="card__body stack small">
          <p className="muted">{is_on ? texts.factor.on(codes_left) : texts.factor.off}</p>
          {codes.length > 0 && <Codes codes={codes} />}
          <div>
            <button className="btn" type="button" onClick={() => setStep(is_on ? "end" : "begin")}>
              {is_on ? texts.factor.switchOff : texts.factor.switchOn}
            </button>
          </div>
          <Confirm
            isOpen={step === "begin"}
            onClose={() => setStep((now) => (now === "begin" ? "none" : now))}
            title={texts.factor.begin}
            go={texts.factor.beginGo}
            done={texts.factor.begun}
            onGo={async () => {
              setBegun(await got(api.POST("/auth/factor")));
              setStep("confirm");
            }}
          >
            <p className="small muted">{texts.factor.beginWhy}</p>
          </Confirm>
          <ConfirmFactor
            begun={step === "confirm" ? begun : null}
            onClose={close}
            onDone={setCodes}
          />
          <EndFactor isOpen={step === "end"} onClose={close} onDone={() => setCodes([])} />
        </div>
      )}
    </ReadCard>
  );
}

function Codes({ codes }: { codes: string[] }) {
  return (
    <div className="stack" role="status">
      <p>{texts.factor.keep}</p>
      <ul className="mono">
        {codes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}

interface ConfirmProps {
  begun: Begun | null;
  onClose: () => void;
  onDone: (codes: string[]) => void;
}

function ConfirmFactor({ begun, onClose, onDone }: ConfirmProps) {
  const [code, setCode] = useState("");
  return (
    <Confirm
      isOpen={begun !== null}
      onClose={onClose}
      title={texts.factor.title}
      go={texts.factor.confirm}
      done={texts.factor.done}
      isReady={code.length >= 6}
      onGo={async () => {
        const told = await got(api.POST("/auth/factor/confirm", { body: { code } }));
        setCode("");
        onDone(told.recovery_codes);
      }}
    >
      <p className="small muted">{texts.factor.scan}</p>
      <img src={begun?.picture} alt={texts.factor.picture} width={220} height={220} />
      <code className="mono words small">{begun?.secret}</code>
      <CodeField value={code} onChange={setCode} />
    </Confirm>
  );
}

interface EndProps {
  isOpen: boolean;
  onClose: () => void;
  onDone: () => void;
}

function EndFactor({ isOpen, onClose, onDone }: EndProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={texts.factor.end}
      go={texts.factor.switchOff.replace("…", "")}
      tone="bad"
      done={texts.factor.ended}
      isReady={password !== "" && code.length >= 6}
      onGo={async () => {
        await got(api.POST("/auth/factor/remove", { body: { password, otp: code } }));
        setPassword("");
        setCode("");
        onDone();
      }}
    >
      <p className="small muted">{texts.factor.endWhy}</p>
      <div className="field">
        <label htmlFor="factor-password">{texts.factor.password}</label>
        <input
          id="factor-password"
          className="input"
          type="password"
          autoComplete="current-password"
          required
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <CodeField value={code} onChange={setCode} />
    </Confirm>
  );
}
