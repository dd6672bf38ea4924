import { ApiError } from '../api/fleet-client.ts';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import { layoutOf } from '../terminal.ts';
import { alertKind, decisionKind, incidentKind } from './history.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

/** `jaegis explain ID`: a decision, an incident or an alert, whichever has this id. */
export function explainCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(
    program,
    'explain <id>',
    'a decision, incident or alert: inputs, steps, reason, outcome',
  );
  command.addHelpText(
    'after',
    '\nExit 1: the incident is open, the alert firing, the action failed. Exit 2: nothing has this id.',
  );
  action(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [id = ''] = args;
    const tries = [
      () =>
        client.decision(id).then((item) => ({
          kind: 'decision',
          item,
          text: decisionKind.explain(item, layoutOf(terminal)),
          bad: decisionKind.isBad(item),
        })),
      () =>
        client.incident(id).then((item) => ({
          kind: 'incident',
          item,
          text: incidentKind.explain(item, layoutOf(terminal)),
          bad: incidentKind.isBad(item),
        })),
      () =>
        client.alert(id).then((item) => ({
          kind: 'alert',
          item,
          text: alertKind.explain(item, layoutOf(terminal)),
          bad: alertKind.isBad(item),
        })),
    ];
    for (const attempt of tries) {
      const found = await attempt().catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      });
      if (found === undefined) continue;
      if (flags.json === true) writeJson(terminal, { kind: found.kind, ...found.item });
      else terminal.write(found.text);
      return found.bad ? isBad : done;
    }
    throw new CliError(
      badInput,
      `Cannot explain "${id}": no decision, incident or alert has this id, must be one that jaegis decisions, incidents or alerts shows`,
    );
  });
}
