/**
 * Joins the compiled modules to a few files in dist/bundle: node takes most of a short command's time for finding and
 * opening hundreds of them. Without esbuild there is no bundle, and commands load module by module.
 */
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const OUT = `${DIST}bundle/`;

/** A module that looks for a file beside itself goes on looking where it was compiled to. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const place = `new URL(${JSON.stringify(relative(OUT, path))}, import.meta.url).href`;
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place), loader: 'js' };
    });
  },
};

export async function bundle() {
  const esbuild = await import('esbuild').catch(() => null);
  rmSync(OUT, { recursive: true, force: true });
  if (esbuild === null) return;
  await esbuild.build({
    entryPoints: [`${DIST}src/cli/main.js`, `${DIST}src/cli/kamailio.js`],
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    logLevel: 'error',
    plugins: [keepPlaces],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
