/**
 * From a tail probability to a score, by way of the alarm budget.
 *
 * The budget says how many false alarms a week an agent may cost. Divided by the points that its series produce in a week
 * it is the tail probability at which a point becomes an alarm. With surprise g = -log10(tail probability):
 *   score = 0.5 * g / gBand                                  inside the band
 *         = 0.5 + 0.45 * (g - gBand) / (gAlarm - gBand)      from the band's edge to the alarm
 *         = 1 - 0.05 * 2^-(g - gAlarm)                       beyond it
 * Bad at: telling 1e-20 from 1e-30, which is deliberate.
 */

/** The one number an operator would change: false alarms per agent and week that are acceptable. This when nothing is said. */
export const falseAlarmsPerAgentWeek = 0.5;
/** Series that an agent usually has; the budget is shared among them. */
const seriesPerAgent = 12;
const weekMs = 7 * 86_400_000;
/** Share of ordinary points beyond each edge of the expected band. */
export const bandTail = 0.01;
/** A score at or above this is anomalous, on every series. */
export const anomalyThreshold = 0.95;

const bandSurprise = -Math.log10(bandTail);

/** The surprise (-log10 of the tail probability) at which a series with this interval alarms, for so many false alarms. */
export function alarmSurprise(intervalMs: number, falseAlarms = falseAlarmsPerAgentWeek): number {
  const pointsPerWeek = weekMs / Math.min(Math.max(intervalMs, 1_000), 3_600_000);
  return -Math.log10(falseAlarms / (pointsPerWeek * seriesPerAgent));
}

/** Score in 0..1 of a point with this surprise, for a series that alarms at `alarmAt`. */
export function scoreOf(surprise: number, alarmAt: number): number {
  if (!(surprise > 0)) return 0;
  if (surprise <= bandSurprise) return (0.5 * surprise) / bandSurprise;
  if (surprise < alarmAt) {
    return 0.5 + ((anomalyThreshold - 0.5) * (surprise - bandSurprise)) / (alarmAt - bandSurprise);
  }
  return 1 - (1 - anomalyThreshold) * 2 ** -(surprise - alarmAt);
}
