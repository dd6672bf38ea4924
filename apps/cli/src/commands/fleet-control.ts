import type { Agent } from '@jaegis/model';
import { isLoopbackHost } from '../api/connection.ts';
import { badInput, CliError, isBad } from '../errors.ts';

const timeoutMs = 3_000;

/** POSTs to an agent's own control port, which listens on loopback only. Resolves with its answer. */
export async function callControl(agent: Agent, path: string, body: unknown): Promise<unknown> {
  const url = agent.labels['agent.url'];
  if (url === undefined || !URL.canParse(url) || !isLoopbackHost(new URL(url).hostname))
    throw new CliError(
      isBad,
      `Cannot reach agent ${agent.instanceId}: its label agent.url is ${url ?? 'missing'}, must be a loopback address (an agent of the example fleet on this machine)`,
    );
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-jaegis-trouble': 'yes' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    const why =
      (cause as Error).name === 'TimeoutError' ? `no answer within ${timeoutMs / 1_000} s` : 'connection refused';
    throw new CliError(
      isBad,
      `Cannot reach agent ${agent.instanceId} at ${url}: ${why}, a hung or dead agent only goes with: jaegis fleet kill ${agent.instanceId}`,
      { cause },
    );
  }
  const answer = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  if (response.ok) return answer;
  throw new CliError(
    response.status === 400 ? badInput : isBad,
    answer?.error?.message ??
      `Cannot make trouble: ${agent.instanceId} answered ${response.status}, must be an agent of the example fleet`,
  );
}
