import { useState } from 'react';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What will happen, in a sentence or two. */
  readonly text: string;
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** Asks for a reason that is kept with the action. */
  readonly asksReason?: boolean;
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Nothing that changes the fleet happens without this. */
export function Confirm(props: ConfirmProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isDoing, setDoing] = useState(false);
  const confirm = async () => {
    setDoing(true);
    setProblem('');
    try {
      await props.onConfirm(reason.trim());
      props.onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It did not work.');
      setDoing(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p>{props.text}</p>
        {props.asksReason && (
          <label>
            <span className="muted">Reason, kept with the command (may be left empty)</span>
            <input
              className="field"
              data-focus=""
              value={reason}
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        )}
        {problem !== '' && (
          <p className="bad-text" role="alert">
            {problem}
          </p>
        )}
        <div className="row confirm-buttons">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={`button ${props.isDangerous ? 'button-danger' : 'button-main'}`}
            disabled={isDoing}
          >
            {isDoing ? 'Sending' : props.verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
