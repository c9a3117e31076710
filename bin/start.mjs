/** `npm start`: installs what is missing, builds, and runs the quickstart config on a free loopback port. */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { prepare, ROOT } from './prepare.mjs';

const CONFIG = 'examples/quickstart/kamailio.cfg';
/** Where the quickstart keeps its database and its RPC socket. */
const STATE = '.state';

prepare();
const made = spawnSync(process.execPath, ['bin/kts', 'db', 'create', `sqlite://${STATE}/quickstart.sqlite`], {
  cwd: ROOT,
  stdio: ['ignore', 2, 2],
});
if (made.status !== 0) process.exit(1);
const port = await freePort();
process.stdout.write(`
kts runs ${CONFIG} on 127.0.0.1:${port} (UDP and TCP). Stop it with Ctrl-C. In another terminal:

  sipsak -vv -s sip:127.0.0.1:${port}                             is it there?
  sipsak -U -C sip:alice@127.0.0.1:5099 -s sip:alice@127.0.0.1:${port}   register alice
  npx kts rpc -s unix:.state/run/kamailio_ctl ul.dump          who is registered?
  npx kts check /etc/kamailio/kamailio.cfg                     what about your own config?
  npx kts run /etc/kamailio/kamailio.cfg -l udp:127.0.0.1:5070   run it

`);
const listen = ['-l', `udp:127.0.0.1:${port}`, '-l', `tcp:127.0.0.1:${port}`];
const server = spawn(
  process.execPath,
  ['bin/kts', 'run', CONFIG, '--state', STATE, ...listen, ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
// The terminal signals the whole group; a supervisor signals only us.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});

/** A port that is free for UDP and TCP alike, of four digits: sipsak cuts off the fifth. */
async function freePort() {
  for (let candidate = 5060; candidate < 10_000; candidate += 10) {
    const tcp = createServer();
    const tcpFree = await new Promise((resolve) => {
      tcp.once('error', () => resolve(false));
      tcp.listen({ port: candidate, host: '127.0.0.1', exclusive: true }, () => resolve(true));
    });
    const udp = createSocket('udp4');
    const udpFree = await new Promise((resolve) => {
      udp.once('error', () => resolve(false));
      udp.bind({ address: '127.0.0.1', port: candidate, exclusive: true }, () => resolve(true));
    });
    udp.close();
    if (tcpFree) await new Promise((resolve) => tcp.close(resolve));
    if (tcpFree && udpFree) return candidate;
  }
  throw new Error('no free port between 5060 and 9999 on 127.0.0.1');
}
