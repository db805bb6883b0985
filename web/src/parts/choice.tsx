/** One of a few, all of them in sight. */

interface ChoiceProps<T extends string | number> {
  /** What is chosen among, for whoever does not see it. */
  label: string;
  /** Each value with its words. */
  options: readonly (readonly [T, string])[];
  chosen: T;
  onChoose: (value: T) => void;
}

export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  return (
    <span className="seg" role="group" aria-label={props.label}>
      {props.options.map(([value, words]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.chosen}
          onClick={() => props.onChoose(value)}
        >
          {words}
        </button>
      ))}
    </span>
  );
}
