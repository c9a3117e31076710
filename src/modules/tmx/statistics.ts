import type { TransactionLayer } from '../../tm/layer.js';

/** A number read from the transaction layer. */
interface LayerStatistic {
  readonly doc: string;
  readonly read: (layer: TransactionLayer) => number;
}

const completed = (cls: number): LayerStatistic => ({
  doc: `Transactions completed with ${cls}xx.`,
  read: ({ statistics }) => statistics.completed[cls] ?? 0,
});

/** Upstream's statistics of group tmx. */
export const STATISTICS: Readonly<Record<string, LayerStatistic>> = {
  UAS_transactions: { doc: 'Transactions made by received requests.', read: ({ statistics: s }) => s.created },
  UAC_transactions: { doc: 'Transactions made by local requests.', read: ({ statistics: s }) => s.uac },
  '2xx_transactions': completed(2),
  '3xx_transactions': completed(3),
  '4xx_transactions': completed(4),
  '5xx_transactions': completed(5),
  '6xx_transactions': completed(6),
  inuse_transactions: { doc: 'Transactions that exist.', read: (layer) => layer.table.size },
  active_transactions: {
    doc: 'Transactions that are not completed.',
    read: (layer) => layer.table.size - layer.statistics.waiting,
  },
  rpl_received: { doc: 'Replies received for transactions.', read: ({ statistics: s }) => s.repliesReceived },
  rpl_absorbed: {
    doc: 'Replies received and not relayed.',
    read: ({ statistics: s }) => s.repliesReceived - (s.repliesSent - s.repliesGenerated),
  },
  rpl_generated: { doc: 'Replies made here.', read: ({ statistics: s }) => s.repliesGenerated },
  rpl_relayed: { doc: 'Replies relayed.', read: ({ statistics: s }) => s.repliesSent - s.repliesGenerated },
  rpl_sent: { doc: 'Replies sent.', read: ({ statistics: s }) => s.repliesSent },
};
