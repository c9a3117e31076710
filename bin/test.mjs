/** `npm test`: installs what is missing, builds, runs the tests. Arguments go to vitest. */
import { spawnSync } from 'node:child_process';
import { prepare, ROOT } from './prepare.mjs';

prepare();
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, vitest, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
