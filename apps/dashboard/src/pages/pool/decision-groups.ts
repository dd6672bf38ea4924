import type { Decision } from '@jaegis/model';

/** Decisions that follow each other and say the same: shown once, with how often and since when. */
export interface DecisionGroup {
  /** The newest of them. */
  readonly decision: Decision;
  readonly count: number;
  readonly since: number;
}

/** Folds runs of "keep N" for the same reason into one line; a decision that changed something always stands alone. Newest first, as given. */
export function groupDecisions(decisions: readonly Decision[]): DecisionGroup[] {
  const groups: { decision: Decision; count: number; since: number }[] = [];
  for (const decision of decisions) {
    const last = groups.at(-1);
    const isSame =
      last !== undefined &&
      decision.from === decision.to &&
      last.decision.from === last.decision.to &&
      last.decision.to === decision.to &&
      last.decision.reason === decision.reason;
    if (isSame) {
      last.count++;
      last.since = decision.at;
    } else groups.push({ decision, count: 1, since: decision.at });
  }
  return groups;
}
