import { closeSync, constants, fstatSync, lstatSync, openSync, writeFile } from 'node:fs';
import { Socket } from 'node:net';
import { describeErrno } from '../net/libc.js';
import { clearPath, type FileAccess, failed, grant, type Opened, removeQuietly } from './endpoint-file.js';
import { JsonFramer } from './json-framer.js';
import { handleJsonRpc, type JsonRpcOptions, storedNotice } from './jsonrpc.js';
import type { RpcListener } from './listeners.js';
import type { RpcTable } from './table.js';
import { unixCalls } from './unix-calls.js';

/** Longest request, as upstream's jsonrpcs reads into 8 KB. */
const MAX_REQUEST = 8191;

/** Longest path of a reply FIFO (upstream's JSONRPC_MAX_FILENAME). */
const MAX_REPLY_PATH = 127;

/** A client may still be opening its reply FIFO: how often and how long to wait for it, in milliseconds. */
const OPEN_TRIES = 5;
const OPEN_WAIT = 80;

export interface FifoOptions extends JsonRpcOptions {
  readonly access: FileAccess;
  /** Directory in which reply FIFOs are allowed, with its final slash (jsonrpcs' `fifo_reply_dir`). */
  readonly replyDir: string;
  /** Told of what goes wrong with a request, which has nobody to be answered. */
  readonly onError: (message: string) => void;
  /** Waits; the server's clock. */
  readonly wait: (ms: number, then: () => void) => void;
}

/** Makes a FIFO and answers the JSON-RPC requests written to it, as upstream's jsonrpcs. */
export function listenFifo(path: string, table: RpcTable, options: FifoOptions): Opened<RpcListener> {
  const opened = makeFifo(path, options.access);
  if (!opened.ok) return opened;
  const input = new Socket({ fd: opened.value, readable: true, writable: false });
  const framer = new JsonFramer(MAX_REQUEST);
  let last: Promise<void> = Promise.resolve();
  input.on('data', (bytes) => {
    for (const text of framer.push(bytes.toString('latin1'))) {
      last = last.then(() => answer(text, table, options)).catch((error) => options.onError(String(error)));
    }
  });
  input.on('error', (error) => options.onError(`${path}: ${error.message}`));
  return {
    ok: true,
    value: {
      transport: 'fifo',
      address: path,
      connections: () => [],
      close: () =>
        new Promise((resolve) => {
          input.once('close', () => {
            removeQuietly(path);
            resolve();
          });
          input.destroy();
        }),
    },
  };
}

function makeFifo(path: string, access: FileAccess): Opened<number> {
  const calls = unixCalls();
  if (calls === null) return { ok: false, message: 'FIFOs need Linux' };
  const cleared = clearPath(path);
  if (!cleared.ok) return cleared;
  if (calls.mkfifo(path, access.mode ?? 0o660) !== 0) {
    return { ok: false, message: `cannot create FIFO ${path}: ${describeErrno(calls.errno())[1]}` };
  }
  const granted = grant(path, access);
  if (granted.ok) {
    try {
      // Open for writing too, or the last writer's end would be ours.
      return { ok: true, value: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) };
    } catch (error) {
      removeQuietly(path);
      return failed(`cannot open FIFO ${path}`, error);
    }
  }
  removeQuietly(path);
  return granted;
}

async function answer(text: string, table: RpcTable, options: FifoOptions): Promise<void> {
  const outcome = await handleJsonRpc(table, text, options);
  if (outcome.body === undefined) return options.onError('invalid json document on FIFO');
  if (outcome.replyName === undefined) return options.onError('missing reply_name field in request');
  if (outcome.replyName === '') return;
  const fd = await openReply(outcome.replyName, options);
  if (!fd.ok) return options.onError(fd.message);
  const { storePath, body } = outcome;
  const said = storePath === undefined ? body : storedNotice(outcome.id, await store(storePath, body));
  const output = new Socket({ fd: fd.value, readable: false, writable: true });
  output.on('error', (error) => options.onError(`cannot write the reply to ${outcome.replyName}: ${error.message}`));
  output.end(said, 'latin1');
}

function store(path: string, body: string): Promise<boolean> {
  return new Promise((resolve) => writeFile(path, body, 'latin1', (error) => resolve(error === null)));
}

/** Only a plain name is taken, and only a FIFO that is no link: a request must not make the server write elsewhere. */
async function openReply(name: string, options: FifoOptions): Promise<Opened<number>> {
  if (/[./\\]/.test(name)) return { ok: false, message: `Forbidden reply fifo filename: ${name}` };
  const path = options.replyDir + name;
  if (path.length > MAX_REPLY_PATH) return { ok: false, message: `Reply fifo filename too long ${path.length}` };
  for (let attempt = 1; ; attempt++) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      const checked = checkFifo(fd, path);
      if (!checked.ok) closeSync(fd);
      return checked;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENXIO') return failed(`open error (${path})`, error);
      if (attempt === OPEN_TRIES) return { ok: false, message: `no client at ${path}` };
      await new Promise<void>((resolve) => options.wait(OPEN_WAIT, resolve));
    }
  }
}

function checkFifo(fd: number, path: string): Opened<number> {
  const open = fstatSync(fd);
  const named = lstatSync(path, { throwIfNoEntry: false });
  if (!open.isFIFO()) return { ok: false, message: `security: ${path} is not a fifo` };
  if (open.nlink > 1) return { ok: false, message: `security: ${path} is hard-linked ${open.nlink} times` };
  if (named?.dev !== open.dev || named.ino !== open.ino) {
    return { ok: false, message: `security: ${path} was replaced while it was opened` };
  }
  return { ok: true, value: fd };
}
