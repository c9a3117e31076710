import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which server the scenarios run against: `kts` (default) or `kamailio`, from KTS_E2E_TARGET. */
export const TARGET = process.env.KTS_E2E_TARGET === 'kamailio' ? 'kamailio' : 'kts';

export const STOCK_CONFIG = '/etc/kamailio/kamailio.cfg';

const REQUIRED = process.env.KTS_REQUIRE_PEERS === '1';

/** True when one of these programs (or files, by absolute path) is missing, so that the tests that need them are skipped by name. With KTS_REQUIRE_PEERS=1 a missing one fails instead. */
export function peersMissing(...names: readonly string[]): boolean {
  const missing = names.filter((name) => !(name.startsWith('/') ? existsSync(name) : onPath(name)));
  if (missing.length > 0 && REQUIRED) throw new Error(`peers are missing: ${missing.join(', ')}`);
  return missing.length > 0;
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, program)));
}

/** What a program printed; throws with its output when it fails. */
export function output(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
}
