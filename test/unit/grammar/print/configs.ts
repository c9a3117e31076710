import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScript } from '../../../fuzz/script-generator.js';
import { renderScript } from '../../../fuzz/script-tree.js';
import { loadGroups } from '../../../oracle/load.js';

export interface Sample {
  readonly name: string;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** What distributions install, where it is installed. */
const INSTALLED = ['/etc/kamailio/kamailio.cfg', '/etc/kamailio/tls.cfg'];

/** The config files below some folders of the project, and installed ones. */
export function configFiles(): Sample[] {
  const own = ['examples', 'test', 'bench'].flatMap((dir) =>
    readdirSync(join(ROOT, dir), { withFileTypes: true, recursive: true })
      .filter((e) => e.isFile() && e.name.endsWith('.cfg'))
      .map((e) => join(e.parentPath, e.name)),
  );
  return [...own, ...INSTALLED.filter((path) => existsSync(path))].map((path) => ({
    name: path.startsWith(ROOT) ? relative(ROOT, path) : path,
    text: readFileSync(path, 'latin1'),
  }));
}

/** The configs of the oracle cases. */
export function oracleConfigs(): Sample[] {
  return loadGroups().flatMap(({ cases }) => cases.map(({ name, config }) => ({ name, text: config })));
}

/** Random scripts, the same for the same seeds. */
export function randomScripts(seeds: number): Sample[] {
  return Array.from({ length: seeds }, (_, seed) => ({
    name: `script ${seed}`,
    text: renderScript(makeScript(seed), 'x'),
  }));
}
