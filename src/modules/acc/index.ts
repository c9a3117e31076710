import { text } from '../../registry/arguments.js';
import { defineModule, entriesOf, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { splitComment } from './event.js';
import { params } from './params.js';
import { Acc } from './state.js';

export { Acc } from './state.js';

const { fn } = entriesOf<Acc>();

const comment = text('comment', 'a status and a text, `404 Not here`, or a text alone');
const table = text('table');

const info = (doc: string, example: string, suspends: boolean): FunctionInfo => ({
  routes: ['ANY'],
  doc,
  example,
  suspends,
  returns: { '1': 'accounted', '-1': 'failed' },
});

/** The message must have what every record names. */
function usable({ msg }: ScriptContext): boolean {
  return msg.callId !== null && msg.cseq !== null && msg.from !== null && msg.to !== null;
}

export default defineModule({
  name: 'acc',
  doc: 'Accounting of transactions and missed calls into log and database.',
  depends: ['tm'],
  params,
  functions: {
    acc_log_request: fn(
      [comment],
      info('Logs the request.', 'acc_log_request("100 Received");', false),
      (state) => (ctx, said) => {
        if (!usable(ctx)) return -1;
        const { code, reason } = splitComment(said);
        state.log(state.eventOf(ctx, code, reason));
        return 1;
      },
    ),
    acc_db_request: fn(
      [comment, table],
      info('Stores the request.', 'acc_db_request("100 Received", "acc");', true),
      (state) => (ctx, said, name) => {
        if (!state.hasDatabase) return state.noDatabase();
        if (!usable(ctx)) return -1;
        const { code, reason } = splitComment(said);
        return state.store(state.eventOf(ctx, code, reason), name).then((stored) => (stored ? 1 : -1));
      },
    ),
    acc_request: fn(
      [comment, table],
      info('Logs the request, and stores it where there is a database.', 'acc_request("100 Received", "acc");', true),
      (state) => (ctx, said, name) => {
        if (said === '' || !usable(ctx)) return -1;
        const { code, reason } = splitComment(said);
        const event = state.eventOf(ctx, code, reason);
        state.log(event);
        return state.hasDatabase ? state.store(event, name).then((stored) => (stored ? 1 : -1)) : 1;
      },
    ),
  },
  configure: (host, values) => new Acc(host, values),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
