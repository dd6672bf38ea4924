export { loadConfigFile } from './config-file.ts';
export { loadRuleFiles } from './rule-files.ts';
export { type RunningServer, type StartOptions, startServer } from './start-server.ts';
