import { parentPort } from 'node:worker_threads';
import { type CheckJob, check } from './check.js';

/** The thread that checks configs: the one that answers the editor never waits for it. */
parentPort?.on('message', async ({ id, job }: { id: number; job: CheckJob }) => {
  try {
    parentPort?.postMessage({ id, found: await check(job) });
  } catch (e) {
    parentPort?.postMessage({ id, error: e instanceof Error ? (e.stack ?? e.message) : String(e) });
  }
});
