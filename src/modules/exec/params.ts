export const params = {
  setvars: {
    type: 'int',
    default: 1,
    doc:
      '1: commands get environment variables about the request: `SIP_HF_<NAME>` for every header, `SIP_TID`, `SIP_DID`, ' +
      '`SIP_SRCIP`, `SIP_RURI`, `SIP_ORURI`, `SIP_USER`, `SIP_OUSER`. In scripts write `$$SIP_USER`.',
  },
  time_to_kill: {
    type: 'int',
    default: 0,
    min: 0,
    doc: 'Seconds that a command may take; then it is ended with all that it started. 0: no limit.',
  },
  bash_safety: {
    type: 'int',
    default: 1,
    doc: '1: header values that begin with `() {` lose their parentheses, which old versions of bash would run.',
  },
} as const;
