export { loadConfigFile } from './config-file.ts';
export { type RunningServer, type StartOptions, startServer } from './start-server.ts';
