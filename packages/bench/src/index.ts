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
