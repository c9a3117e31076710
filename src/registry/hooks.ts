import type { Hooks } from './host.js';

/** Hooks that nobody has registered at yet. */
export function noHooks(): Hooks {
  return {
    rawReceived: [],
    rawSending: [],
    elsewhere: [],
    beforeWait: [],
    preRequest: [],
    postRequest: [],
    preReply: [],
    postReply: [],
    onReply: [],
    replyLeaving: [],
    unfinished: [],
    onSent: [],
  };
}
