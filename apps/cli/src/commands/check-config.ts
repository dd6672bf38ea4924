import { dirname, resolve } from 'node:path';
import { resolveServerOptions, unknownEnvironment } from '@jaegis/model';
import { badInput, CliError, done, type ExitCode } from '../errors.ts';
import { action, localCommand, type Program, writeJson } from './shared.ts';

/** `jaegis check-config FILE`: the effective configuration, or the first wrong field (in its rule files too) and exit 2. */
export function checkConfigCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(program, 'check-config <file>', 'read a jaegis.yaml and print what it comes to');
  command.addHelpText('after', '\nExit 2: a field is wrong; it is named in one line.');
  action(program, command, async ({ args, flags }): Promise<ExitCode> => {
    const [{ effectiveConfig, loadConfigFile, loadRuleFiles }, { stringify }] = await Promise.all([
      import('@jaegis/server'),
      import('yaml'),
    ]);
    const loaded = await loadConfigFile(args[0] ?? '');
    if (!loaded.ok) throw new CliError(badInput, loaded.error);
    const rules = await loadRuleFiles(loaded.config, dirname(resolve(args[0] ?? '')));
    if (!rules.ok) throw new CliError(badInput, rules.error);
    const resolved = resolveServerOptions({ file: loaded.config.server, environment: terminal.env, flags: {} });
    if (!resolved.ok) throw new CliError(badInput, resolved.error);
    for (const line of unknownEnvironment(terminal.env)) terminal.warn(line);
    const effective = effectiveConfig(loaded.config, resolved.options);
    if (flags.json === true) writeJson(terminal, effective);
    else terminal.write(stringify(effective, { lineWidth: 100 }));
    return done;
  });
}
