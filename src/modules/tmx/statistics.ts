import type { TmCounts } from '../../tm/statistics.js';

/** A number read from what the transaction layers have counted. */
interface LayerStatistic {
  readonly doc: string;
  readonly read: (counts: TmCounts) => number;
}

const completed = (cls: number): LayerStatistic => ({
  doc: `Transactions completed with ${cls}xx.`,
  read: (counts) => counts.completed(cls),
});

/** Upstream's statistics of group tmx. */
export const STATISTICS: Readonly<Record<string, LayerStatistic>> = {
  UAS_transactions: { doc: 'Transactions made by received requests.', read: (s) => s.created },
  UAC_transactions: { doc: 'Transactions made by local requests.', read: (s) => s.uac },
  '2xx_transactions': completed(2),
  '3xx_transactions': completed(3),
  '4xx_transactions': completed(4),
  '5xx_transactions': completed(5),
  '6xx_transactions': completed(6),
  inuse_transactions: { doc: 'Transactions that exist.', read: (s) => s.current },
  active_transactions: {
    doc: 'Transactions that are not completed.',
    read: (s) => s.current - s.waiting,
  },
  rpl_received: { doc: 'Replies received for transactions.', read: (s) => s.repliesReceived },
  rpl_absorbed: {
    doc: 'Replies received and not relayed.',
    read: (s) => s.repliesReceived - (s.repliesSent - s.repliesGenerated),
  },
  rpl_generated: { doc: 'Replies made here.', read: (s) => s.repliesGenerated },
  rpl_relayed: { doc: 'Replies relayed.', read: (s) => s.repliesSent - s.repliesGenerated },
  rpl_sent: { doc: 'Replies sent.', read: (s) => s.repliesSent },
};
