import { logSumExp, type Processor } from '@residual/sampling';

/** What is known of the tokens that may follow a sequence. */
interface Entry {
  /** The log-probability of the new tokens so far. */
  readonly sum: number;
  /** What is subtracted from a logit for its log-probability. */
  readonly total: number;
  /** The log-probability of each end token. */
  readonly ends: ReadonlyMap<number, number>;
  /** The logits, while they may be needed. */
  row: Float32Array | undefined;
}

/**
 * Records how likely the chosen tokens are among those that the rules allow, of greedy and sampled texts and of beams.
 * Its `processor` runs after the rules and before the temperature.
 */
export class ScoreRecorder {
  /** By prompt and new tokens. */
  private readonly entries = new Map<string, Entry>();
  /** By prompt and number of new tokens. */
  private readonly byLength = new Map<string, Entry[]>();
  private readonly beams: number;
  private readonly eosTokenIds: readonly number[];

  /** `beams` is the number of sequences for each prompt. */
  constructor(beams: number, eosTokenIds: readonly number[]) {
    this.beams = beams;
    this.eosTokenIds = eosTokenIds;
  }

  readonly processor: Processor = (row, { tokens, promptLength, batchIndex = 0 }) => {
    const newTokens = Array.from({ length: tokens.length - promptLength }, (_, i) => tokens[promptLength + i]!);
    const prompt = Math.floor(batchIndex / this.beams);
    const total = logSumExp(row);
    const ends = new Map(this.eosTokenIds.map(id => [id, row[id]! - total]));
    const entry: Entry = { sum: this.sum(prompt, newTokens), total, ends, row: row.slice() };
    this.entries.set(keyOf(prompt, newTokens), entry);
    const peers = (length: number) => this.byLength.get(`${prompt} ${length}`) ?? [];
    this.byLength.set(`${prompt} ${newTokens.length}`, [...peers(newTokens.length), entry]);
    for (const older of peers(newTokens.length - 2)) older.row = undefined; // no token follows these any more
    return row;
  };

  /** The mean log-probability of the new tokens of a prompt. */
  mean(prompt: number, newTokens: readonly number[]): number {
    return this.sum(prompt, newTokens) / newTokens.length;
  }

  private sum(prompt: number, newTokens: readonly number[]): number {
    const token = newTokens.at(-1);
    if (token === undefined) return 0;
    const before = this.entries.get(keyOf(prompt, newTokens.slice(0, -1)));
    if (!before) return Number.NaN; // a beam that cannot be reached
    return before.sum + (before.row ? before.row[token]! - before.total : before.ends.get(token)!);
  }
}

const keyOf = (prompt: number, newTokens: readonly number[]) => `${prompt}: ${newTokens.join(' ')}`;
