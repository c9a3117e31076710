import { defineModule } from '../../registry/module.js';
import { fault, reply, struct } from '../../rpc/value.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { HttpClientState } from './state.js';
import { variables } from './variables.js';

export { HttpClientState } from './state.js';

export default defineModule({
  name: 'http_client',
  doc:
    'HTTP requests of scripts. A run that waits for an answer lets others go on. At most 1 000 requests of a script thread ' +
    'are under way at once, and 8 MiB are read of an answer.',
  params,
  functions,
  pvs: variables,
  rpc: {
    'httpclient.listcon': {
      doc: 'Lists the connections; passwords are not shown.',
      bind: (state: HttpClientState) => () => {
        if (state.connections.length === 0) return fault(500, 'No Connection Definitions');
        return reply(
          struct(
            state.connections.map((c) => [
              'CONNECTION',
              struct({
                NAME: c.name,
                SCHEMA: c.scheme,
                URI: c.url,
                USERNAME: c.user,
                PASSWORD: c.password === null ? null : 'xxx',
                FAILOVER: c.failover === '' ? null : c.failover,
                TIMEOUT: c.timeout,
              }),
            ]),
          ),
        );
      },
    },
  },
  statistics: {
    'httpclient:connections': 'Connections (`httpcon`).',
    'httpclient:connok': 'Requests that were answered with 200.',
    'httpclient:connfail': 'Requests that were answered otherwise or not at all.',
  },
  configure: (host, values, settings) => new HttpClientState(host, values, settings),
  stop: (state) => state.stop(),
});
