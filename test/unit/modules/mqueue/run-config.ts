import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { startServer } from '../../../../src/server.js';

/** A port that the kernel gives out: in a config, port 0 is the default port. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** A config that runs on a virtual clock, in a directory of its own. */
export async function runConfig(config: string, dir = mkdtempSync(join(tmpdir(), 'kts-config-'))) {
  const clock = new VirtualClock();
  const log: string[] = [];
  writeFileSync(
    join(dir, 'x.cfg'),
    `#!KAMAILIO\ndebug=2\nlisten=udp:127.0.0.1:${await freePort()}\nloadmodule "pv.so"\nloadmodule "xlog.so"\n${config}\nrequest_route { exit; }\n`,
  );
  const server = await startServer({
    configFile: join(dir, 'x.cfg'),
    cwd: dir,
    args: [],
    env: {},
    compat: '6.x',
    checkOnly: false,
    onLog: (entry) => log.push(entry.trimEnd()),
    clock,
  });
  return {
    dir,
    clock,
    log,
    exit: server.exit,
    /** What scripts wrote. */
    script: (): string[] => log.flatMap((entry) => /<script>: (.*)/.exec(entry)?.[1] ?? []),
    warnings: (): string[] => log.filter((entry) => entry.includes('WARNING')),
    /** Waits for a script line: databases are not on the virtual clock. */
    async wrote(line: string): Promise<void> {
      for (let tries = 0; tries < 500; tries++) {
        if (log.some((entry) => entry.includes(line))) return;
        await new Promise((later) => setTimeout(later, 5));
      }
      throw new Error(`${line} was not written:\n${log.join('\n')}`);
    },
    close: () => server.close(),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
