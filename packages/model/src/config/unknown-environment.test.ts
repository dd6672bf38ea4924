import { describe, expect, test } from 'vitest';
import { unknownEnvironment } from './unknown-environment.ts';

const nearest = (name: string) => unknownEnvironment({ [name]: 'x' })[0]?.match(/nearest is (\w+)/)?.[1];

describe('an environment variable that nothing reads', () => {
  test('is named, with the name that was probably meant', () => {
    expect(unknownEnvironment({ JAEGIS_DATA: '/var', JAEGIS_DATA_DIR: '/srv', HOME: '/root' })).toEqual([
      'Ignored environment JAEGIS_DATA: nothing reads it, nearest is JAEGIS_DATA_DIR',
    ]);
    expect(nearest('JAEGIS_PROT')).toBe('JAEGIS_PORT');
    expect(nearest('JAEGIS_HTTP_PORT')).toBe('JAEGIS_OTLP_HTTP_PORT');
    expect(nearest('JAEGIS_LOGLEVEL')).toBe('JAEGIS_LOG_LEVEL');
    expect(nearest('JAEGIS_INSECUR')).toBe('JAEGIS_INSECURE');
  });
  test('has no nearest name where none is near', () => {
    expect(unknownEnvironment({ JAEGIS_XYZZY: '1' })).toEqual([
      'Ignored environment JAEGIS_XYZZY: nothing reads it, see jaegis up --help for those there are',
    ]);
  });
  test('is not one that agents, the command line or Kubernetes have a use for', () => {
    const used = ['URL', 'TOKEN', 'CONFIG', 'POOL', 'INSTANCE_ID', 'SEEDS', 'SERVICE_HOST', 'PORT_4300_TCP_ADDR'];
    expect(unknownEnvironment(Object.fromEntries(used.map((name) => [`JAEGIS_${name}`, 'x'])))).toEqual([]);
    expect(unknownEnvironment({ JAEGIS_OTLP_PORT: 'tcp://10.0.0.1:4317' })).toEqual([]);
  });
});
