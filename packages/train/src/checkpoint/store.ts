import { expectOptions, ResidualError } from '@residual/tensor';

/** The files of one checkpoint by name. */
export type CheckpointFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A checkpoint that was found. */
export interface StoredCheckpoint {
  readonly step: number;
  readonly name: string;
  readonly read: (file: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Where checkpoints are kept. A checkpoint is there whole or not at all. */
export interface CheckpointStore {
  /** Keeps the files of a step and gives the name of the checkpoint; what is older may go. */
  readonly write: (step: number, files: CheckpointFiles) => Promise<string>;
  /** The latest whole checkpoint, undefined where there is none. */
  readonly latest: () => Promise<StoredCheckpoint | undefined>;
}

/** Settings of the stores. */
export interface StoreOptions {
  /** How many checkpoints stay; 2 if absent. */
  readonly keep?: number;
}

/** How many checkpoints stay: at least one. */
export function keepOf(name: string, options: StoreOptions): number {
  expectOptions(name, options, { keep: 0 });
  const { keep = 2 } = options;
  if (!(Number.isInteger(keep) && keep > 0))
    throw new ResidualError('range', `${name}: keep is ${keep}; it must be a whole number above 0`);
  return keep;
}

/** Checkpoints in memory, for pages and tests: the last `keep` of them. */
export function memoryStore(options: StoreOptions = {}): CheckpointStore {
  const keep = keepOf('memoryStore', options);
  const checkpoints: { step: number; files: CheckpointFiles }[] = [];
  return {
    write: async (step, files) => {
      checkpoints.push({ step, files });
      checkpoints.splice(0, checkpoints.length - keep);
      return `step ${step}`;
    },
    latest: async () => {
      const last = checkpoints.at(-1);
      return last && { step: last.step, name: `step ${last.step}`, read: async file => last.files.get(file) };
    },
  };
}
