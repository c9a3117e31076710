import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: tests change directory, load native code and start servers.
    pool: 'forks',
    // Worker threads of the program run the sources, as the tests do.
    poolOptions: {
      // Left to itself vitest takes one core less than there are.
      forks: {
        maxForks: Math.max(2, availableParallelism()),
        execArgv: ['--import', new URL('./test/support/typescript-loader.mjs', import.meta.url).href],
      },
    },
    // Of tests that only wait for servers, side by side.
    maxConcurrency: 40,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
