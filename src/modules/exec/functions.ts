import { optional, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { branchTarget } from '../../sip/branches.js';
import { type AvpName, parseAvpList } from '../avpops/avp-name.js';
import { quoted } from './command-text.js';
import { outputLines } from './output-lines.js';
import type { Exec } from './state.js';

const { fn } = entriesOf<Exec>();

const command = text(
  'command',
  'a line for `/bin/sh`; variables in it become part of the line as they are, so do not put text of messages there',
);

const names = parsed('avps', parseAvpList, 'AVPs, one per line of output, separated by commas or semicolons');

const RETURNS = { '1': 'done, exit status 0', '-1': 'another exit status, ended by a signal, or not started (logged)' };

/** Puts lines of output on AVPs, the numbered ones when there are no names; a line more than names is numbered as well. */
function pushLines(ctx: ScriptContext, lines: readonly string[], avps: readonly AvpName[]): void {
  for (const [i, line] of lines.entries()) {
    const name = avps[i];
    ctx.attrs.push(name === undefined ? `i:${i + 1}` : name(ctx), line);
  }
}

/** The first line becomes the Request-URI, the others branches; false when there are too many. */
function setDestinations(state: Exec, ctx: ScriptContext, uris: readonly string[]): boolean {
  const { msg } = ctx;
  for (const [i, uri] of uris.entries()) {
    if (i === 0) msg.newUri = uri;
    else if (!msg.addBranch(branchTarget(uri), state.host.settings.max_branches)) {
      state.error('append_branch failed; too many or too long URIs?');
      return false;
    }
  }
  return true;
}

export const functions: Readonly<Record<string, FunctionDef<Exec> | readonly FunctionDef<Exec>[]>> = {
  exec_dset: fn(
    [command],
    {
      routes: ['REQUEST', 'FAILURE'],
      doc:
        'Runs a command with the Request-URI as its last argument. The first line of output becomes the Request-URI, ' +
        'further ones branches.',
      example: 'if (exec_dset("/usr/local/bin/targets")) { t_relay(); }',
      suspends: true,
      returns: { ...RETURNS, '-1': `${RETURNS['-1']}; no output, or too many branches` },
    },
    (state) => async (ctx, line) => {
      const { output, code } = await state.run(ctx.msg, `${line} ${quoted(ctx.msg.currentUri)}`, null, 'keep');
      if (output === null) return -1;
      const uris = outputLines(output);
      if (uris.length === 0) return state.error(`no uri from ${line}`);
      return setDestinations(state, ctx, uris) ? code : -1;
    },
  ),
  exec_msg: fn(
    [command],
    {
      routes: ['REQUEST', 'FAILURE', 'LOCAL'],
      doc: 'Runs a command that reads the message as it was received; its output goes where the server’s goes.',
      example: 'exec_msg("/usr/local/bin/inspect");',
      suspends: true,
      returns: RETURNS,
    },
    (state) => async (ctx, line) => (await state.run(ctx.msg, line, ctx.msg.raw, 'inherit')).code,
  ),
  exec_avp: fn(
    [command, optional(names)],
    {
      routes: ['REQUEST', 'FAILURE', 'LOCAL'],
      doc:
        'Runs a command and pushes each line of its output that is not empty on an AVP: those of the list in turn, or ' +
        '`$avp(i:1)`, `$avp(i:2)`, ….',
      example: 'if (exec_avp("/usr/local/bin/account", "$avp(name);$avp(credit)")) { xlog("$avp(credit)\\n"); }',
      suspends: true,
      returns: RETURNS,
    },
    (state) =>
      async (ctx, line, avps = []) => {
        const { output, code } = await state.run(ctx.msg, line, null, 'keep');
        if (output !== null) pushLines(ctx, outputLines(output), avps);
        return code;
      },
  ),
  exec_cmd: fn(
    [command],
    {
      routes: ['ANY'],
      doc: 'Runs a command that is told nothing and whose output nobody reads.',
      example: 'exec_cmd("/usr/local/bin/notify");',
      suspends: true,
      returns: RETURNS,
    },
    (state) => async (_ctx, line) => (await state.runAlone(line)).code,
  ),
};
