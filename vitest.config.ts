import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: tests change directory, load native code and start servers.
    pool: 'forks',
    // Worker threads of the program run the sources, as the tests do.
    poolOptions: {
      forks: { execArgv: ['--import', new URL('./test/support/typescript-loader.mjs', import.meta.url).href] },
    },
    // Of tests that only wait for servers, side by side.
    maxConcurrency: 40,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
