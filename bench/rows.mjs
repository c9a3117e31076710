import { fileURLToPath } from 'node:url';
import { ASYNC_ROWS } from './async-rows.mjs';
import { load, register, startAnsweringPeer } from './load.mjs';
import { HOST, STOCK_CONFIG } from './servers.mjs';

const config = (name) => fileURLToPath(new URL(`./configs/${name}.cfg`, import.meta.url));
const WINDOW = 100;

/** Turns of the loop that one request of a script row goes through. */
const TURNS = 20_000;

/** A row that loops in the script: what it costs is counted per turn. */
const loop = (name, title, count) => ({
  name,
  title,
  unit: 'turn',
  config: config('loops'),
  args: () => ['-A', `LOOPS=${TURNS}`, '-A', `ROW_${name.toUpperCase()}`],
  count,
  per: TURNS,
  load: (port, n) => load('uac', HOST, port, 'OPTIONS', n, 1),
});

/**
 * The measurements. `unit` is what CPU is counted per, `count` how many requests or calls one measurement sends, `per` how
 * many units each of them is (1); `load` runs n of them against a server's port.
 */
export const ROWS = [
  {
    name: 'options',
    title: 'stateless OPTIONS reply',
    unit: 'request',
    config: config('options'),
    count: 200_000,
    load: (port, n) => load('uac', HOST, port, 'OPTIONS', n, WINDOW),
  },
  {
    name: 'register',
    title: 'REGISTER save, 10 000 users',
    unit: 'request',
    config: config('register'),
    count: 100_000,
    load: (port, n) => load('uac', HOST, port, 'REGISTER', n, WINDOW, 10_000),
  },
  {
    name: 'relay',
    title: 'stateful relay',
    unit: 'request',
    config: config('relay'),
    peer: true,
    args: (peer) => ['-A', `PEER="${peer.uri}"`],
    count: 60_000,
    load: (port, n) => load('uac', HOST, port, 'MESSAGE', n, WINDOW),
  },
  {
    name: 'call',
    title: 'complete call, stock config',
    unit: 'call',
    config: STOCK_CONFIG,
    peer: true,
    prepare: (port, peer) => register(port, 'callee', peer.uri),
    count: 20_000,
    load: (port, n) => load('call', HOST, port, n, WINDOW, 1000, 'callee'),
  },
  loop('arithmetic', 'script: arithmetic loop', 150),
  loop('strings', 'script: strings, regex, transformations', 60),
  loop('htable', 'script: htable write and read', 60),
  loop('mqueue', 'script: mqueue add and fetch', 60),
  ...ASYNC_ROWS,
];

/** Starts what a row needs beside the server. */
export async function peerOf(row) {
  return row.peer ? await startAnsweringPeer() : { uri: '', stop: () => {} };
}
