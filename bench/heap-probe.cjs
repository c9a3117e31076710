// Preloaded into the server by soak.mjs: on SIGUSR2 collects garbage and writes the process's memory use to $KTS_HEAP_FILE.
const { renameSync, writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

const file = process.env.KTS_HEAP_FILE;
if (file && require('node:worker_threads').isMainThread) {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
    collect();
    // Renamed into place, so that a reader never sees half of it.
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
    renameSync(`${file}.new`, file);
  });
}
