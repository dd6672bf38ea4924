import { readFileSync, writeFileSync } from 'node:fs';
import { jaegisConfigSchema, serverOptions } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { expect, test } from 'vitest';
import { z } from 'zod';

const page = new URL('../../../docs/reference/configuration.md', import.meta.url);

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The reference page, made from the one definition of each option. */
function referencePage(): string {
  const schema = z.toJSONSchema(jaegisConfigSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const lines = [
    '# Configuration',
    '',
    '`jaegis.yaml`, given by `jaegis up --config FILE`. Unknown keys are errors; `jaegis check-config FILE` prints the effective configuration or the first wrong field. Durations are written as in Prometheus: `500ms`, `30s`, `5m`, `1h30m`. This page is made from the definitions in `packages/model/src/config`.',
    '',
    '## `server`: options of the process',
    'Flag over environment over file over default.',
    '',
    '| file | flag | environment | default | what |',
    '|---|---|---|---|---|',
  ];
  for (const [name, option] of Object.entries(serverOptions)) {
    const fallback = option.default === undefined ? '' : `\`${option.default}\``;
    lines.push(
      `| \`server.${name}\` | \`--${name.replaceAll('_', '-')}\` | \`JAEGIS_${name.toUpperCase()}\` | ${fallback} | ${option.help} |`,
    );
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (name === 'server') continue;
    lines.push('', `## \`${name}\``, '', '| key | type | default | what |', '|---|---|---|---|', ...rows(part, ''));
  }
  return `${lines.join('\n')}\n`;
}

function rows(schema: JsonSchema, path: string): string[] {
  const object = schema.items ?? schema;
  const found: string[] = [];
  for (const [name, field] of Object.entries(object.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`;
    const children = rows(field, field.items?.properties === undefined ? here : `${here}[]`);
    const isRequired = object.required?.includes(name) ?? false;
    if (children.length === 0 || field.description !== undefined)
      found.push(
        `| \`${here}\`${isRequired ? ' (required)' : ''} | ${typeOf(field)} | ${defaultOf(field)} | ${field.description ?? ''} |`,
      );
    found.push(...children);
  }
  return found;
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.length > 8 ? 'name' : schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  return schema.type ?? '';
}

function defaultOf(schema: JsonSchema): string {
  if (schema.default === undefined || typeof schema.default === 'object') return '';
  // Durations hold milliseconds once they are read; the reader writes them as text.
  if (schema.type === 'string' && typeof schema.default === 'number') return `\`${formatDuration(schema.default)}\``;
  return `\`${schema.default}\``;
}

test('docs/reference/configuration.md says what the definitions say (UPDATE=1 writes it)', () => {
  const wanted = referencePage();
  if (process.env['UPDATE'] === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
