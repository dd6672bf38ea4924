/** A choice of one among a few, all in sight. */
export function Segments<T extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: readonly { readonly key: T; readonly name: string; readonly title?: string }[];
  value: T;
  onChange: (key: T) => void;
}) {
  return (
    <fieldset className="segments" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.key}
          type="button"
          aria-pressed={value === choice.key}
          title={choice.title}
          onClick={() => onChange(choice.key)}
        >
          {choice.name}
        </button>
      ))}
    </fieldset>
  );
}
