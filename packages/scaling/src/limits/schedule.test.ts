import { parseSchedule, type Schedule } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { activeSchedule } from './schedule.ts';

function schedule(from: string, to: string, timezone = 'UTC', min = 5): Schedule {
  const parsed = parseSchedule({ from, to, timezone, min });
  if ('field' in parsed) throw new Error(parsed.message);
  return parsed;
}

const isActive = (each: Schedule, at: string): boolean => activeSchedule([each], Date.parse(at)) === each;

describe('schedules', () => {
  test('days, hours and their ends', () => {
    const office = schedule('Mon-Fri 08:30', '18:00');
    expect(isActive(office, '2024-01-01T08:29:59Z')).toBe(false);
    expect(isActive(office, '2024-01-01T08:30:00Z')).toBe(true);
    expect(isActive(office, '2024-01-01T18:00:00Z')).toBe(false);
    expect(isActive(office, '2024-01-06T12:00:00Z')).toBe(false);
  });

  test('a time zone goes with its summer time', () => {
    const berlin = schedule('08:30', '18:00', 'Europe/Berlin');
    expect(isActive(berlin, '2024-01-10T07:29:00Z')).toBe(false);
    expect(isActive(berlin, '2024-01-10T07:30:00Z')).toBe(true);
    expect(isActive(berlin, '2024-07-10T06:30:00Z')).toBe(true);
    expect(isActive(berlin, '2024-07-10T06:29:00Z')).toBe(false);
  });

  test('a night reaches into the next day, of the day it began on', () => {
    const night = schedule('Fri 22:00', '06:00');
    expect(isActive(night, '2024-01-05T23:00:00Z')).toBe(true);
    expect(isActive(night, '2024-01-06T05:59:00Z')).toBe(true);
    expect(isActive(night, '2024-01-06T06:00:00Z')).toBe(false);
    expect(isActive(night, '2024-01-05T05:00:00Z')).toBe(false);
  });

  test('days that wrap and lists of days', () => {
    expect(schedule('Sat-Mon 00:00', '24:00').days).toEqual([0, 1, 6]);
    expect(schedule('Sat,Wed 00:00', '24:00').days).toEqual([3, 6]);
  });

  test('the highest of those that hold', () => {
    const low = schedule('00:00', '24:00', 'UTC', 2);
    const high = schedule('08:00', '09:00', 'UTC', 7);
    expect(activeSchedule([low, high], Date.parse('2024-01-01T08:30:00Z'))?.min).toBe(7);
    expect(activeSchedule([low, high], Date.parse('2024-01-01T10:30:00Z'))?.min).toBe(2);
  });
});
