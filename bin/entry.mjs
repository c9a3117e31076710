import { statSync } from 'node:fs';

const DIST = new URL('../dist/', import.meta.url);

/** Loads a command's program: from the bundle when that is as new as the build, else module by module. */
export async function load(name) {
  const bundled = age(`bundle/${name}.js`);
  const fresh = bundled > 0 && bundled >= age('.tsbuildinfo');
  try {
    return await import(new URL(fresh ? `bundle/${name}.js` : `src/cli/${name}.js`, DIST).href);
  } catch (e) {
    if (e?.code !== 'ERR_MODULE_NOT_FOUND') throw e;
    process.stderr.write('kts is not built yet: run npm install && npm run build (npm start does both)\n');
    return process.exit(2);
  }
}

function age(path) {
  return statSync(new URL(path, DIST), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
