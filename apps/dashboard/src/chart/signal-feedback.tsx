import { useMutation } from '@tanstack/react-query';
import { type SignalVerdict, sayOfSignal } from '../data/actions.ts';
import { signalName } from '../data/signal-words.ts';
import { usePopover } from '../widgets/use-popover.ts';

const answers: readonly { readonly verdict: SignalVerdict; readonly name: string; readonly kept: string }[] = [
  { verdict: 'not_a_problem', name: 'Not an anomaly', kept: 'the next alarm must be rarer' },
  { verdict: 'missed_something', name: 'Missed this', kept: 'the next alarm comes sooner' },
  { verdict: 'useful', name: 'This was right', kept: 'alarms stay as they are' },
];

/** What a person says of the alarms of one signal where no incident is open to say it on. It tunes the pool's next alarms. */
export function SignalFeedback({ pool, signal }: { pool: string; signal: string }) {
  const { isOpen, toggle, id, around } = usePopover<HTMLSpanElement>();
  const say = useMutation({ mutationFn: (verdict: SignalVerdict) => sayOfSignal({ pool, signal, verdict }) });
  const name = signalName(signal);
  const kept = answers.find((each) => each.verdict === say.variables)?.kept;
  return (
    <span className="signal-feedback" {...around}>
      <button
        type="button"
        className="signal-feedback-button"
        aria-expanded={isOpen}
        aria-controls={id}
        title={`Say whether alarms of ${name} are right`}
        onClick={() => {
          say.reset();
          toggle();
        }}
      >
        Feedback<span className="sr-only"> on alarms of {name}</span>
      </button>
      {isOpen && (
        <fieldset className="signal-feedback-body" id={id} aria-label={`Alarms of ${name}`}>
          <p className="small muted">Alarms of {name} in this pool</p>
          {answers.map((each) => (
            <button
              key={each.verdict}
              type="button"
              className="button"
              aria-pressed={say.isSuccess && say.variables === each.verdict}
              // Not `disabled`: that takes the focus away, and with it Escape.
              aria-disabled={say.isPending}
              onClick={() => !say.isPending && say.mutate(each.verdict)}
            >
              {each.name}
            </button>
          ))}
          <p className={`small ${say.isError ? 'bad-text' : 'muted'}`} role="status">
            {say.isError
              ? say.error.message
              : say.isSuccess
                ? `Kept: ${kept}.`
                : 'Your answer is used for the next one.'}
          </p>
        </fieldset>
      )}
    </span>
  );
}
