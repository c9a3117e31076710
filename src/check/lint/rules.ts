import type { Rule } from './rule.js';
import { assignmentInCondition } from './rules/assignment-in-condition.js';
import { asyncSleepLast } from './rules/async-sleep-last.js';
import { asyncSleepNested } from './rules/async-sleep-nested.js';
import { asyncWithoutWorkers } from './rules/async-without-workers.js';
import { changeAfterRelay } from './rules/change-after-relay.js';
import { costlyRegex } from './rules/costly-regex.js';
import { dataRouteUsesTransaction } from './rules/data-route-uses-transaction.js';
import { dbmodeEmptiesTable } from './rules/dbmode-empties-table.js';
import { dbmodeWithoutUrl } from './rules/dbmode-without-url.js';
import { deadAfterAsync } from './rules/dead-after-async.js';
import { defaultGroupOverridden } from './rules/default-group-overridden.js';
import { duplicateModparam } from './rules/duplicate-modparam.js';
import { duplicateWorkerGroup } from './rules/duplicate-worker-group.js';
import { emptyQueueItem } from './rules/empty-queue-item.js';
import { exitInPreRouting } from './rules/exit-in-pre-routing.js';
import { failureWithoutCancelCheck } from './rules/failure-without-cancel-check.js';
import { flagOutOfRange } from './rules/flag-out-of-range.js';
import { httpRpcUnchecked } from './rules/http-rpc-unchecked.js';
import { ignoredWorkerGroup } from './rules/ignored-worker-group.js';
import { missingMaxForwards } from './rules/missing-max-forwards.js';
import { missingRecordRoute } from './rules/missing-record-route.js';
import { nonblockBeforeWorkers } from './rules/nonblock-before-workers.js';
import { openRelay } from './rules/open-relay.js';
import { pikeBeforeWhitelist } from './rules/pike-before-whitelist.js';
import { pikeEdgeIgnored } from './rules/pike-edge-ignored.js';
import { pikeIpUnparsable } from './rules/pike-ip-unparsable.js';
import { rcTooLate } from './rules/rc-too-late.js';
import { regexMatchesAll } from './rules/regex-matches-all.js';
import { relayAfterReply } from './rules/relay-after-reply.js';
import { relayResultIgnored } from './rules/relay-result-ignored.js';
import { removedFunction } from './rules/removed-function.js';
import { removedModule } from './rules/removed-module.js';
import { removedParam } from './rules/removed-param.js';
import { repeatedSuspension } from './rules/repeated-suspension.js';
import { replyAfterRelay } from './rules/reply-after-relay.js';
import { resumeRouteMissing } from './rules/resume-route-missing.js';
import { routingResultIgnored } from './rules/routing-result-ignored.js';
import { rpcExposed } from './rules/rpc-exposed.js';
import { secretInConfig } from './rules/secret-in-config.js';
import { sharedTimerBlocked } from './rules/shared-timer-blocked.js';
import { shellInjection } from './rules/shell-injection.js';
import { silentResumeRoute } from './rules/silent-resume-route.js';
import { sleepOutOfRange } from './rules/sleep-out-of-range.js';
import { sleepOutlivesFrTimer } from './rules/sleep-outlives-fr-timer.js';
import { sqlInjection } from './rules/sql-injection.js';
import { suspendWithoutExit } from './rules/suspend-without-exit.js';
import { sworkerOutsidePreRouting } from './rules/sworker-outside-pre-routing.js';
import { sworkerWithoutDrop } from './rules/sworker-without-drop.js';
import { sworkerXdata } from './rules/sworker-xdata.js';
import { timerExecOrder } from './rules/timer-exec-order.js';
import { timerRouteMissing } from './rules/timer-route-missing.js';
import { timerWithoutRoute } from './rules/timer-without-route.js';
import { timerWorkersShareQueue } from './rules/timer-workers-share-queue.js';
import { timerZeroInterval } from './rules/timer-zero-interval.js';
import { unauthenticatedRegister } from './rules/unauthenticated-register.js';
import { undefinedHtable } from './rules/undefined-htable.js';
import { undefinedQueue } from './rules/undefined-queue.js';
import { unfitSqlEscape } from './rules/unfit-sql-escape.js';
import { unguardedLooseRoute } from './rules/unguarded-loose-route.js';
import { unknownWorkerGroup } from './rules/unknown-worker-group.js';
import { unlimitedQueue } from './rules/unlimited-queue.js';
import { unreachableCode } from './rules/unreachable-code.js';
import { unusedDefine } from './rules/unused-define.js';
import { unusedFlag } from './rules/unused-flag.js';
import { unusedHtable } from './rules/unused-htable.js';
import { unusedQueue } from './rules/unused-queue.js';
import { unusedRoute } from './rules/unused-route.js';
import { unverifiedTls } from './rules/unverified-tls.js';
import { varLostOnResume } from './rules/var-lost-on-resume.js';
import { variableNeverSet } from './rules/variable-never-set.js';
import { weakTls } from './rules/weak-tls.js';
import { wrongRouteKind } from './rules/wrong-route-kind.js';

/** Every lint rule, by code. */
export const RULES: readonly Rule[] = [
  unknownWorkerGroup,
  sworkerWithoutDrop,
  exitInPreRouting,
  asyncSleepLast,
  asyncSleepNested,
  deadAfterAsync,
  varLostOnResume,
  sleepOutlivesFrTimer,
  asyncWithoutWorkers,
  sleepOutOfRange,
  dataRouteUsesTransaction,
  suspendWithoutExit,
  silentResumeRoute,
  repeatedSuspension,
  duplicateWorkerGroup,
  nonblockBeforeWorkers,
  defaultGroupOverridden,
  ignoredWorkerGroup,
  sworkerOutsidePreRouting,
  undefinedQueue,
  dbmodeWithoutUrl,
  unlimitedQueue,
  dbmodeEmptiesTable,
  timerRouteMissing,
  timerWithoutRoute,
  timerWorkersShareQueue,
  timerExecOrder,
  timerZeroInterval,
  sharedTimerBlocked,
  pikeEdgeIgnored,
  pikeBeforeWhitelist,
  pikeIpUnparsable,
  emptyQueueItem,
  sworkerXdata,
  resumeRouteMissing,
  replyAfterRelay,
  relayResultIgnored,
  missingRecordRoute,
  missingMaxForwards,
  unguardedLooseRoute,
  failureWithoutCancelCheck,
  relayAfterReply,
  changeAfterRelay,
  routingResultIgnored,
  openRelay,
  unauthenticatedRegister,
  rpcExposed,
  httpRpcUnchecked,
  weakTls,
  unverifiedTls,
  secretInConfig,
  sqlInjection,
  shellInjection,
  unfitSqlEscape,
  rcTooLate,
  assignmentInCondition,
  regexMatchesAll,
  costlyRegex,
  unreachableCode,
  unusedRoute,
  unusedDefine,
  unusedQueue,
  unusedHtable,
  undefinedHtable,
  unusedFlag,
  duplicateModparam,
  wrongRouteKind,
  flagOutOfRange,
  variableNeverSet,
  removedModule,
  removedParam,
  removedFunction,
];
