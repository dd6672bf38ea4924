/** `jaegis incidents`, `alerts`, `decisions`: lists, one by id, and with `--follow` what happens from now on. */
import type { Alert, Decision, FleetEvent, Incident, Page } from '@jaegis/model';
import type { FleetClient } from '../api/fleet-client.ts';
import { followEvents } from '../api/follow-events.ts';
import { done, type ExitCode, isBad } from '../errors.ts';
import { explainAlert, explainDecision, explainIncident } from '../format/explain.ts';
import {
  alertLine,
  decisionLine,
  formatAlerts,
  formatDecisions,
  formatIncidents,
  incidentLine,
} from '../format/incidents.ts';
import { safeText } from '../format/text-width.ts';
import { layoutOf, type Terminal } from '../terminal.ts';
import { action, type Program, readCount, serverCommand, writeJson, writeJsonLine } from './shared.ts';

type Layout = ReturnType<typeof layoutOf>;

/** What differs between the three. */
interface Kind<T extends { readonly id: string }> {
  readonly name: string;
  readonly event: FleetEvent['event'];
  readonly description: string;
  readonly list: (client: FleetClient, query: Record<string, string | number | undefined>) => Promise<Page<T>>;
  readonly one: (client: FleetClient, id: string) => Promise<T>;
  readonly table: (items: readonly T[], options: Layout) => string;
  readonly line: (item: T, now: number) => string;
  readonly explain: (item: T, options: Layout) => string;
  /** True when asking for it by name should exit 1. */
  readonly isBad: (item: T) => boolean;
  readonly exitNote: string;
  /** What --state takes; none where there is no such flag. */
  readonly states: readonly string[];
}

interface Flags {
  readonly limit?: string;
  readonly pool?: string;
  readonly state?: string;
  readonly follow?: boolean;
}

export const incidentKind: Kind<Incident> = {
  name: 'incidents',
  event: 'incident',
  description: 'what went wrong, one per cause; with an id, all about one',
  list: (client, query) => client.incidents(query),
  one: (client, id) => client.incident(id),
  table: formatIncidents,
  line: incidentLine,
  explain: explainIncident,
  isBad: (incident) => incident.state !== 'resolved',
  exitNote: 'the incident asked for by id is not resolved',
  states: ['open', 'acknowledged', 'resolved'],
};

export const alertKind: Kind<Alert> = {
  name: 'alerts',
  event: 'alert',
  description: 'conditions that were raised; with an id, all about one',
  list: (client, query) => client.alerts(query),
  one: (client, id) => client.alert(id),
  table: formatAlerts,
  line: alertLine,
  explain: explainAlert,
  isBad: (alert) => alert.state === 'firing',
  exitNote: 'the alert asked for by id is firing',
  states: ['pending', 'firing', 'resolved'],
};

export const decisionKind: Kind<Decision> = {
  name: 'decisions',
  event: 'decision',
  description: 'what was decided about the pools and why, newest first; with an id, all about one',
  list: (client, query) => client.decisions(query),
  one: (client, id) => client.decision(id),
  table: formatDecisions,
  line: decisionLine,
  explain: explainDecision,
  isBad: (decision) => decision.action.state === 'failed',
  exitNote: 'the action of the decision asked for by id failed',
  states: [],
};

export function historyCommands(program: Program): void {
  historyCommand(program, incidentKind);
  historyCommand(program, alertKind);
  historyCommand(program, decisionKind);
}

function historyCommand<T extends { readonly id: string; readonly pool: string }>(
  program: Program,
  kind: Kind<T>,
): void {
  const { terminal } = program;
  const command = serverCommand(program, `${kind.name} [id]`, kind.description)
    .option('--pool <pool>', 'only of this pool')
    .option('--limit <n>', 'at most this many (default 20)')
    .option('--follow', 'then print each as it happens, until Ctrl-C; with --json one document a line')
    .addHelpText('after', `\nExit 1: ${kind.exitNote}.`);
  if (kind.states.length > 0) command.option('--state <states>', `only these, by comma: ${kind.states.join(', ')}`);
  action<Flags>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [id] = args;
    if (id !== undefined) {
      const item = await kind.one(client, id);
      if (flags.json === true) writeJson(terminal, item);
      else terminal.write(kind.explain(item, layoutOf(terminal)));
      return kind.isBad(item) ? isBad : done;
    }
    const limit = readCount(flags.limit, { flag: '--limit', otherwise: 20, max: 1_000 });
    const page = await kind.list(client, { limit, pool: flags.pool, state: flags.state });
    if (flags.follow === true) return follow({ kind, client, terminal, flags, page });
    if (flags.json === true) writeJson(terminal, page);
    else {
      terminal.write(kind.table(page.items, layoutOf(terminal)));
      if (page.items.length < page.total)
        terminal.write(terminal.paint(`${page.items.length} of ${page.total}; --limit shows more\n`, 'dim'));
    }
    return done;
  });
}

async function follow<T extends { readonly id: string; readonly pool: string }>(input: {
  kind: Kind<T>;
  client: FleetClient;
  terminal: Terminal;
  flags: Flags & { json?: boolean };
  page: Page<T>;
}): Promise<ExitCode> {
  const { kind, client, terminal, flags, page } = input;
  const print = (item: T): void => {
    if (flags.json === true) writeJsonLine(terminal, item);
    else terminal.write(`${safeText(kind.line(item, terminal.now()))}\n`);
  };
  for (const item of [...page.items].reverse()) print(item);
  for await (const event of followEvents(client, terminal.interrupted)) {
    const item = event.data as unknown as T;
    if (event.event === kind.event && (flags.pool === undefined || item.pool === flags.pool)) print(item);
  }
  return done;
}
