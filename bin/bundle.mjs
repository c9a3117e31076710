/**
 * Joins the compiled modules to a few files in dist/bundle: node takes most of a short command's time for finding and
 * opening hundreds of them. Without esbuild there is no bundle, and commands load module by module.
 *
 * A process that runs may still load parts of the bundle that it began with: parts are named by their content, and stay
 * for a day.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const OUT = `${DIST}bundle/`;
/** What processes and worker threads begin with, below dist/src. */
const ENTRIES = ['cli/main', 'cli/kamailio', 'core/worker'];
/** The file that names the one script threads begin with; other files have workers of that name, too. */
const STARTS_THREADS = `${DIST}src/core/workers.js`;
const KEPT_FOR = 24 * 3600 * 1000;

/** A module that looks for a file beside itself goes on looking where it was compiled to; threads begin with the bundle. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const place = `new URL(${JSON.stringify(relative(OUT, path))}, import.meta.url).href`;
      const text = readFileSync(path, 'utf8');
      return { contents: path === STARTS_THREADS ? text : text.replaceAll('import.meta.url', place), loader: 'js' };
    });
  },
};

async function bundle() {
  const esbuild = await import('esbuild').catch(() => null);
  if (esbuild === null) return;
  const { outputFiles } = await esbuild.build({
    entryPoints: ENTRIES.map((name) => ({ in: `${DIST}src/${name}.js`, out: basename(name) })),
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    write: false,
    logLevel: 'error',
    plugins: [keepPlaces],
  });
  mkdirSync(OUT, { recursive: true });
  const entries = new Set(ENTRIES.map((name) => `${basename(name)}.js`));
  const isEntry = ({ path }) => entries.has(basename(path));
  for (const part of outputFiles.filter((file) => !isEntry(file))) {
    if (existsSync(part.path)) utimesSync(part.path, new Date(), new Date());
    else put(part);
  }
  for (const entry of outputFiles.filter(isEntry)) put(entry);
  const made = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(OUT)) {
    const age = Date.now() - (statSync(OUT + name, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (!made.has(name) && age > KEPT_FOR) rmSync(OUT + name, { force: true });
  }
}

/** Writes a file so that it is there whole or not at all. */
function put({ path, contents }) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

await bundle();
