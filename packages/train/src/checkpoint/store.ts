import { expectOptions } from '@residual/tensor';
import { expectCounts } from '../numbers.js';

/** The files of a checkpoint by name. */
export type CheckpointFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A checkpoint in a store. */
export interface StoredCheckpoint {
  readonly step: number;
  readonly name: string;
  readonly read: (file: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** A store of checkpoints. Writing is atomic: a checkpoint is complete or absent. */
export interface CheckpointStore {
  /** Writes the files of a step and returns the name of the checkpoint. Older checkpoints may be removed. */
  readonly write: (step: number, files: CheckpointFiles) => Promise<string>;
  /** The latest complete checkpoint; undefined if there is none. */
  readonly latest: () => Promise<StoredCheckpoint | undefined>;
}

/** Settings of the stores. */
export interface StoreOptions {
  /** The number of checkpoints to keep; 2 if absent. */
  readonly keep?: number;
}

/** The number of checkpoints to keep. Errors unless it is a whole number above 0. */
export function keepOf(name: string, options: StoreOptions): number {
  expectOptions(name, options, { keep: 0 });
  const { keep = 2 } = options;
  expectCounts(name, { keep });
  return keep;
}

/** A store in memory, for pages and tests. */
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
