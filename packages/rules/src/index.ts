export type { RuleAlert } from './alerting-rule.ts';
export { labelsKey, RuleFailure, type RuleSample, type RuleTools } from './evaluation.ts';
export { parseRuleFile, type RuleFileOptions, type RuleFileResult } from './parse-rule-file.ts';
export type { CheckExpression, LastSample, Query, QueryAnswer, QuerySample } from './query.ts';
export type { RuleConfig, RuleFile, RuleGroupConfig } from './rule-file.ts';
export { type GroupStatus, RuleGroup, type RuleStatus } from './rule-group.ts';
export { formatE } from './template/go-format.ts';
