import type { Host } from '../registry/host.js';
import type { FunctionDef, PvDef, TransformationDef } from '../registry/module.js';

/**
 * What stands for names of modules that the config loads and that are not here. The module itself has been reported once
 * (or allowed with `--allow-missing`): its functions then fail with -1 and a log line, its variables are undefined.
 */
const DOC = 'Belongs to a module that is not here.';

/** The core's state, as far as the stand-ins need it. */
interface Logs {
  readonly host: Pick<Host, 'log'>;
}

/** A function of a missing module. Its arguments are not looked at. */
export function missingFunction(name: string, module: string): FunctionDef<unknown> {
  return {
    args: [],
    routes: ['ANY'],
    doc: DOC,
    suspends: false,
    literalOnly: false,
    bind: (state, site) => () => {
      const { log } = (state as Logs).host;
      log.error('<core>', `${name}() of module ${module} is not here: it fails at ${site.file}:${site.line}`);
      return -1;
    },
  };
}

/** A pseudo-variable of a missing module: undefined, and not to be assigned. */
export const MISSING_PV: PvDef<unknown> = {
  doc: DOC,
  inner: 'optional',
  index: true,
  writable: true,
  bind: () => ({ read: () => null, write: () => false }),
};

/** A transformation of a missing module: gives nothing. */
export const MISSING_TRANSFORMATION: TransformationDef<unknown> = {
  doc: DOC,
  params: [0, Number.POSITIVE_INFINITY],
  bind: () => () => undefined,
};
