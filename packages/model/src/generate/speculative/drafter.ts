/** Drafts tokens that may follow a sequence; the model then checks all of them in one pass. */
export interface Drafter {
  /** At most `limit` tokens that may follow `tokens`, cheaply found; none if it has no guess. */
  draft(tokens: readonly number[], limit: number): Promise<readonly number[]>;
  /** Frees what it keeps between two drafts. */
  dispose(): void;
}
