import { tmpdir } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { callBinrpc, callJsonRpc, parseAddress } from '../rpc/client.js';
import { writeJson } from '../rpc/json-write.js';
import type { RpcValue } from '../rpc/value.js';

interface RpcOptions {
  readonly socket: string;
  readonly protocol: 'binrpc' | 'jsonrpc';
  /** Seconds. */
  readonly timeout: number;
}

/** `kts rpc CMD …`: calls an RPC command of a running server, prints the answer as JSON. */
export function rpcCommand(): Command {
  return new Command('rpc')
    .description('calls an RPC command of a running server and prints the answer as JSON')
    .argument('<command>', 'for example core.uptime, ul.dump, htable.get')
    .argument('[params...]', 'numbers are sent as numbers; s:TEXT forces a string')
    .option('-s, --socket <address>', 'unix:/path, unixd:/path or tcp:host:port', 'unix:/run/kamailio/kamailio_ctl')
    .addOption(
      new Option('-p, --protocol <protocol>', 'binrpc is of module ctl, jsonrpc of module jsonrpcs')
        .choices(['binrpc', 'jsonrpc'])
        .default('binrpc'),
    )
    .option('-t, --timeout <seconds>', 'how long to wait for the answer', seconds, 5)
    .addHelpText('after', '\nExit status: 0 answered, 1 the command failed or nobody answered, 2 used wrongly.')
    .action(async (name: string, params: string[], options: RpcOptions) => {
      const address = parseAddress(options.socket);
      if (!address) return fail(2, `${options.socket} is no address: write unix:/path, unixd:/path or tcp:host:port`);
      const call = options.protocol === 'jsonrpc' ? callJsonRpc : callBinrpc;
      const answer = await call(address, name, params.map(parameter), {
        timeoutMs: options.timeout * 1000,
        replyDir: tmpdir(),
      });
      if (!answer.ok)
        return fail(1, answer.fault ? `error ${answer.fault.code}: ${answer.fault.message}` : answer.message);
      for (const value of answer.values) process.stdout.write(`${writeJson(value as RpcValue, true)}\n`);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError('It is a number of seconds, 3600 at most.');
  return value;
}

function parameter(text: string): RpcValue {
  if (text.startsWith('s:')) return text.slice(2);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function fail(status: number, message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}
