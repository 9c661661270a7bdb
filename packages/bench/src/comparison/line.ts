import type { Note } from './notes.js';
import { type Summary, summarize } from './statistics.js';

/** One line of the table: a quantity, our values, those of a peer, and the ratio of the medians. */
export interface Line {
  /** The quantity with its unit, such as `stories: decode, ms a token`. */
  readonly what: string;
  readonly ours: Summary;
  readonly peer: string;
  readonly peers: Summary;
  /** Our median divided by the peer's, the inverse for a rate: below 1 ours is better. */
  readonly ratio: number;
  /** A goal that we set ourselves: the highest ratio that meets it. */
  readonly goal?: number;
  readonly notes: readonly Note[];
}

/** Measurements of both sides, in the unit of the line. */
export interface Measurements {
  readonly what: string;
  readonly ours: readonly number[];
  readonly peer: string;
  readonly peers: readonly number[];
  readonly goal?: number | undefined;
  readonly notes?: readonly Note[];
}

/** The line of a quantity of which less is better: a time, or memory. */
export function lineOf({ what, ours, peer, peers, goal, notes = [] }: Measurements): Line {
  const [ourSummary, peerSummary] = [summarize(ours), summarize(peers)];
  const ratio = ourSummary.median / peerSummary.median;
  return { what, ours: ourSummary, peer, peers: peerSummary, ratio, notes, ...(goal !== undefined && { goal }) };
}

/**
 * The line of a rate, `amount` / time, from measurements of the time: the rates of the shortest time, of the median and
 * of the 95th percentile. The ratio is that of the times.
 */
export function rateLineOf(measurements: Measurements, amount: number): Line {
  const { ours, peers, ...line } = lineOf(measurements);
  const rates = ({ min, median, p95, count }: Summary): Summary => ({
    min: amount / min,
    median: amount / median,
    p95: amount / p95,
    count,
  });
  return { ...line, ours: rates(ours), peers: rates(peers), notes: [...line.notes, 'rate'] };
}
