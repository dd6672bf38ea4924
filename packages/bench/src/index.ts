export { runCases, serveCases } from './case-threads.ts';
export { type FleetLoad, type LoadProtocol, LoadRequests } from './fleet-load.ts';
export { freePort } from './free-port.ts';
export { KeptResults } from './kept-results.ts';
export { type LoadOptions, type LoadProgress, type LoadSummary, runLoad } from './run-load.ts';
export {
  cliPath,
  discard,
  followEvents,
  getJson,
  postJson,
  type RunningServer,
  type SeenEvent,
  type ServerSetup,
  startServerProcess,
  until,
} from './running-server.ts';
export { remoteWriteHeaders } from './visible-probe.ts';
