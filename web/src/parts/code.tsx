/** Where a code of the second factor is typed, or a recovery code. */
import { texts } from "@/texts";

interface CodeProps {
  value: string;
  onChange: (text: string) => void;
}

export function CodeField({ value, onChange }: CodeProps) {
  return (
    <div className="field">
      <label htmlFor="code">{texts.login.code}</label>
      <input
        id="code"
        className="input mono"
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        required
        minLength={6}
        maxLength={32}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="hint">{texts.login.codeHint}</span>
    </div>
  );
}
