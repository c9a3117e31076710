/** What `$version(…)` and `$ksr(…)` say: the release that scripts written for it see, blanks at the end and all. */
export const VERSIONS = {
  '5.6': { number: '5.6.3', full: 'kamailio 5.6.3 (x86_64/linux) ', hash: 'unknown ', value: 5006003 },
  '6.x': { number: '6.1.0', full: 'kamailio 6.1.0 (x86_64/linux)', hash: 'unknown', value: 6001000 },
} as const;
