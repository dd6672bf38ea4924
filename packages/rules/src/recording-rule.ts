import { ask, labelsKey, RuleFailure, type RuleSample, type RuleTools, withLabels } from './evaluation.ts';
import type { RecordingRuleConfig } from './rule-file.ts';

/** The series of a recording rule at one time: the expression's, under the rule's name and labels. Throws `RuleFailure`. */
export async function evaluateRecording(
  config: RecordingRuleConfig,
  tools: RuleTools,
  o: { readonly at: number; readonly queryOffsetMs: number; readonly limit: number },
): Promise<RuleSample[]> {
  const at = o.at - o.queryOffsetMs;
  const samples = (await ask(tools, config.expr, at)).map(({ labels, value }) => ({
    labels: withLabels({ ...labels, __name__: config.record }, config.labels),
    at,
    value,
  }));
  if (new Set(samples.map((sample) => labelsKey(sample.labels))).size < samples.length)
    throw new RuleFailure('vector contains metrics with the same labelset after applying rule labels');
  if (o.limit > 0 && samples.length > o.limit)
    throw new RuleFailure(`exceeded limit of ${o.limit} with ${samples.length} series`);
  return samples;
}
