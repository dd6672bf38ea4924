import { readFileSync } from 'node:fs';
import { CliError, isBad } from '../errors.ts';

/**
 * Kills the process of an agent, and only that one: where /proc tells, the process must carry the agent's id in its
 * environment, since a pid may belong to somebody else by now.
 */
export function killProcess(instanceId: string, pid: number): void {
  if (!Number.isInteger(pid) || pid <= 1)
    throw new CliError(
      isBad,
      `Cannot kill agent ${instanceId}: its pid is not known, must be a process of this machine`,
    );
  const environment = readEnvironment(pid);
  if (environment !== undefined && !environment.includes(`JAEGIS_INSTANCE_ID=${instanceId}`))
    throw new CliError(
      isBad,
      `Cannot kill agent ${instanceId}: process ${pid} is another one by now, must carry its id`,
    );
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ESRCH' ? 'is gone already' : `refuses with ${code}`;
    throw new CliError(isBad, `Cannot kill agent ${instanceId}: process ${pid} ${why}, must be running`, { cause });
  }
}

function readEnvironment(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return undefined;
  }
}
