import { defineModule, entriesOf } from '../../registry/module.js';
import { fault, reply } from '../../rpc/value.js';
import { params } from './params.js';
import { TextDatabases } from './state.js';

export { TextDatabases } from './state.js';

const { rpc } = entriesOf<TextDatabases>();

export default defineModule({
  name: 'db_text',
  doc: 'Databases in text files: `text:///directory`, one file per table. Changes reach the files when the server stops.',
  params,
  rpc: {
    'db_text.dump': rpc('Writes tables that have changed to their files.', (state) => async () => {
      return reply((await state.save()) ? 'Dump OK' : 'Dump failed');
    }),
    'db_text.query': rpc('Runs a statement in the database of default_connection.', (state) => async (call) => {
      const scan = call.scan('S');
      return scan.ok ? reply(...(await state.query(`${scan.args[0]}`))) : fault(400, 'Not enough parameters');
    }),
  },
  configure: (host, values) => new TextDatabases(host, values),
  stop: (state) => state.stop(),
});
