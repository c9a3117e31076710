import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Brings a bare clone to where its commands run: installs what the lock file asks for and the disk does not have, then
 * compiles what changed. Does nothing over the network when nothing is missing.
 */
export function prepare() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  const missing = Object.entries(wanted).filter(
    ([path, p]) => path !== '' && !p.optional && !p.devOptional && present[path]?.version !== p.version,
  );
  if (missing.length > 0 || !nativePartsLoad()) {
    process.stderr.write(`Installing ${missing.length || 'native'} packages (once) …\n`);
    // Not `npm ci`: it refuses a lock file that lacks packages of platforms the registry at hand does not carry.
    run(
      'npm',
      ['install', '--no-save', '--no-audit', '--no-fund'],
      'packages could not be installed: is the registry reachable?',
    );
  }
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], 'the build failed');
  run(process.execPath, ['bin/bundle.mjs'], 'the bundle could not be made');
}

function packagesOf(file) {
  return existsSync(`${ROOT}${file}`) ? JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8')).packages : {};
}

/** An install that was interrupted, or made with install scripts off, has the package but not its compiled part. */
function nativePartsLoad() {
  try {
    const Database = createRequire(`${ROOT}package.json`)('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

function run(command, args, otherwise) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`${otherwise}${error ? ` (${error.message})` : ''}\n`);
  process.exit(1);
}
