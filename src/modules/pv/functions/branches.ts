import { branchTarget } from '../../../sip/branches.js';
import { fn } from '../define.js';

const ANY = ['ANY'] as const;

/** What is done with the static branch, `$sbranch(…)`. */
export const branchFunctions = {
  sbranch_set_ruri: fn(
    [],
    {
      routes: ANY,
      doc: 'Makes the static branch the Request-URI’s own.',
      example: '$sbranch(uri) = "sip:bob@192.0.2.1"; sbranch_set_ruri();',
      returns: { '1': 'done', '-1': 'it has no URI' },
    },
    (state) => (ctx) => {
      const branch = state.staticBranch;
      if (branch.uri === '') return -1;
      const { msg } = ctx;
      msg.newUri = branch.uri;
      msg.dstUri = branch.dstUri;
      msg.pathVector = branch.path;
      msg.instance = branch.instance;
      msg.ruid = branch.ruid;
      msg.locationUa = branch.locationUa;
      if (branch.forceSocket !== null) msg.forceSocket = branch.forceSocket;
      msg.q = branch.q;
      msg.bflags |= branch.flags;
      return 1;
    },
  ),
  sbranch_append: fn(
    [],
    {
      routes: ANY,
      doc: 'Appends the static branch to the destination set.',
      example: '$sbranch(uri) = "sip:bob@192.0.2.1"; sbranch_append();',
      returns: { '1': 'done', '-1': 'it has no URI, or the set is full' },
    },
    (state) => (ctx) => {
      if (state.staticBranch.uri === '') return -1;
      return ctx.msg.addBranch({ ...state.staticBranch }, state.host.settings.max_branches) ? 1 : -1;
    },
  ),
  sbranch_reset: fn(
    [],
    { routes: ANY, doc: 'Empties the static branch.', example: 'sbranch_reset();' },
    (state) => () => {
      state.staticBranch = branchTarget('');
      return 1;
    },
  ),
};
