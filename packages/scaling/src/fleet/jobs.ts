// A recorded queue of jobs: when each arrived and how long it kept a worker busy.

export interface Jobs {
  /** Seconds from the first job, ascending. */
  readonly arrivals: Float64Array;
  /** Seconds of work each, above 0. */
  readonly services: Float64Array;
  /** When the first job arrived, epoch milliseconds. */
  readonly startAt: number;
}

/** A worker is busy with every job for a moment at least. */
const shortestS = 0.1;
/** Times before 2000 are seconds from the start of the recording: laid on Monday, 2024-01-01. */
const epochFromS = 946_684_800;
const defaultStartAt = 1_704_067_200_000;

/** True where the header is that of a queue of jobs (`exec_s`), not of a load. */
export function isJobs(text: string): boolean {
  return columnsOf(text).includes('exec_s');
}

/**
 * Reads `time|t_s, exec_s` as CSV with a header; jobs in any order, other columns ignored. Rows without a service time
 * are left out. Returns a message that names the first wrong line.
 */
export function parseJobs(text: string): Jobs | string {
  const names = columnsOf(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const timeAt = names.findIndex((name) => name === 'time' || name === 't_s');
  const execAt = names.indexOf('exec_s');
  if (timeAt < 0 || execAt < 0) return `Cannot read jobs: columns are "${lines[0] ?? ''}", must have t_s and exec_s`;
  const jobs: { at: number; service: number }[] = [];
  for (let i = 1; i < lines.length; i++) {
    const cells = lines[i]!.split(',');
    const written = (cells[timeAt] ?? '').trim();
    const value = Number(written);
    const at =
      written !== '' && Number.isFinite(value) ? (value > 1e11 ? value / 1_000 : value) : Date.parse(written) / 1_000;
    if (!Number.isFinite(at))
      return `Cannot read jobs: line ${i + 1} has time "${written}", must be RFC 3339 or seconds`;
    const service = Number((cells[execAt] ?? '').trim() || Number.NaN);
    if (Number.isFinite(service) && service >= 0) jobs.push({ at, service: Math.max(shortestS, service) });
  }
  if (jobs.length < 2) return `Cannot read jobs: ${jobs.length} have a service time, must be at least 2`;
  jobs.sort((a, b) => a.at - b.at);
  const first = jobs[0]!.at;
  return {
    arrivals: Float64Array.from(jobs, (job) => job.at - first),
    services: Float64Array.from(jobs, (job) => job.service),
    startAt: first >= epochFromS ? first * 1_000 : defaultStartAt + first * 1_000,
  };
}

function columnsOf(text: string): string[] {
  const end = text.indexOf('\n');
  const header = end < 0 ? text : text.slice(0, end);
  return header.split(',').map((name) => name.trim().toLowerCase());
}

/** The same jobs arriving `factor` times as fast: a bigger fleet's queue with the same service times. */
export function compress(jobs: Jobs, factor: number): Jobs {
  return { ...jobs, arrivals: jobs.arrivals.map((at) => at / factor) };
}
