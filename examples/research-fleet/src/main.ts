/**
 * One entry for all agents of the research fleet: `node dist/main.js planner|searcher|reader|writer|load`.
 * JAEGIS gives it the rest by environment (JAEGIS_URL, JAEGIS_INSTANCE_ID, JAEGIS_POOL); alone, `RESEARCH_PEERS` may
 * hold the peers as JSON: `{"research/reader": ["http://127.0.0.1:7001"]}`.
 */

import { planner } from './roles/planner.ts';
import { reader } from './roles/reader.ts';
import { searcher } from './roles/searcher.ts';
import { writer } from './roles/writer.ts';
import { runLoad } from './run-load.ts';
import { runRole } from './run-role.ts';

const roles = { planner, searcher, reader, writer };

const wanted = process.argv[2] ?? '';
if (wanted === 'load') await runLoad();
else if (wanted in roles) await runRole(roles[wanted as keyof typeof roles]);
else {
  const names = [...Object.keys(roles), 'load'].join(', ');
  process.stderr.write(`Cannot start agent: role is ${JSON.stringify(wanted)}, must be one of ${names}\n`);
  process.exitCode = 2;
}
