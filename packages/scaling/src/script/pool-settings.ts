import { issueWords, type PoolConfig, poolConfigSchema } from '@jaegis/model';
import { parseDurationMs, ScriptError } from '@jaegis/std';
import { type ScalingConfig, scalingConfig } from '../scaling-config.ts';
import { signalNamed } from './statement.ts';

interface SettingsTree {
  [key: string]: SettingsTree | SettingsTree[] | string | number;
}

/** What the `set` lines of a script have built so far: a pool as the configuration file would hold it. */
export class PoolSettings {
  #raw: SettingsTree = { name: 'pool', replicas: { min: 1, max: 10 } };
  #intervalMs = 5_000;
  #staleAfterMs = 30_000;
  #made: { pool: PoolConfig; config: ScalingConfig } | undefined;

  name(name: string): void {
    this.#raw['name'] = name;
    this.#made = undefined;
  }

  /** `set PATH VALUE...`: paths as in the file; lists (`objective`, `schedule`, `behavior.*.policy`) grow line by line. */
  set(path: string, values: readonly string[]): void {
    this.#made = undefined;
    const value = values.join(' ');
    const behavior = /^behavior\.(scaleUp|scaleDown)\.policy$/.exec(path);
    if (path === 'interval') this.#intervalMs = duration(path, value);
    else if (path === 'stale') this.#staleAfterMs = duration(path, value);
    else if (path === 'capacity') this.#put('capacity.requests_per_second', value);
    else if (path === 'objective') {
      const [signal = '', target = '', word, activation] = values;
      const more: SettingsTree =
        word === 'activation' && activation !== undefined ? { activation: scalar(activation) } : {};
      this.#append('objectives', { signal: signalNamed(signal) ?? signal, target: scalar(target), ...more });
    } else if (path === 'schedule') {
      const [from = '', to = '', timezone = 'UTC', min = '1'] = values;
      this.#append('schedules', { from, to, timezone, min: scalar(min) });
    } else if (behavior !== null) {
      const [type = '', amount = '', period = ''] = values;
      this.#append(`behavior.${behavior[1]}.policies`, { type, value: scalar(amount), period });
    } else this.#put(path, value);
  }

  /** The pool as configured so far. Throws a `ScriptError` that names the first wrong field. */
  read(): { pool: PoolConfig; config: ScalingConfig } {
    if (this.#made !== undefined) return this.#made;
    const parsed = poolConfigSchema.safeParse(this.#raw);
    if (!parsed.success) throw new ScriptError(`pool: ${issueWords(parsed.error.issues[0]!, this.#raw)}`);
    const config = scalingConfig(parsed.data, { intervalMs: this.#intervalMs, staleAfterMs: this.#staleAfterMs });
    if (config.problems.length > 0) throw new ScriptError(config.problems[0]!);
    this.#made = { pool: parsed.data, config };
    return this.#made;
  }

  #put(path: string, value: string): void {
    const { parent, key } = this.#locate(path);
    parent[key] = scalar(value);
  }

  #append(path: string, item: SettingsTree): void {
    const { parent, key } = this.#locate(path);
    const list = parent[key];
    if (Array.isArray(list)) list.push(item);
    else parent[key] = [item];
  }

  #locate(path: string): { parent: SettingsTree; key: string } {
    const names = path.split('.');
    const key = names.pop()!;
    let parent = this.#raw;
    for (const name of names) {
      const next = parent[name];
      if (typeof next === 'object' && !Array.isArray(next)) parent = next;
      else {
        const made: SettingsTree = {};
        parent[name] = made;
        parent = made;
      }
    }
    return { parent, key };
  }
}

function scalar(text: string): string | number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function duration(what: string, text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new ScriptError(`${what} is "${text}", must be a duration like 5s`);
  return ms;
}
