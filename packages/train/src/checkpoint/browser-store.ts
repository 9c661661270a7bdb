import { ResidualError } from '@residual/tensor';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { type CheckpointFiles, type CheckpointStore, keepOf, type StoreOptions } from './store.js';

/** A store in the browser, which survives a page reload. */
export interface BrowserStore extends CheckpointStore {
  /** Removes all checkpoints of this run. */
  readonly clear: () => Promise<void>;
}

/**
 * A store in the IndexedDB of the page's origin, under the name of a run. Pages and workers of the origin share it.
 * Each checkpoint is written in one transaction that also removes older ones, so that a closed page, a terminated
 * worker or a full disk leaves the previous checkpoints intact. Errors have the code `quota` if the browser grants no
 * more storage. Call `navigator.storage.persist()` to prevent the browser from removing checkpoints when the disk is
 * full.
 */
export function browserStore(run: string, options: StoreOptions = {}): BrowserStore {
  const keep = keepOf('browserStore', options);
  return {
    write: (step, files) =>
      withDatabase(async database => {
        const writing = database.transaction('checkpoints', 'readwrite', { durability: 'strict' });
        try {
          const existingKeys = await writing.store.getAllKeys(keysOf(run));
          const number = (existingKeys.at(-1)?.[1] ?? 0) + 1;
          const old = existingKeys.slice(0, Math.max(0, existingKeys.length + 1 - keep));
          const requests = [
            ...old.map(key => writing.store.delete(key)),
            writing.store.put({ run, number, step, files }),
          ];
          await Promise.all([...requests, writing.done]);
          return nameOf(step);
        } catch (error) {
          throw await explainError(error, step, files);
        }
      }),
    latest: () =>
      withDatabase(async database => {
        const cursor = await database.transaction('checkpoints').store.openCursor(keysOf(run), 'prev');
        if (!cursor) return undefined;
        const { step, files } = cursor.value;
        return { step, name: nameOf(step), read: async file => files.get(file) };
      }),
    clear: () => withDatabase(database => database.delete('checkpoints', keysOf(run))),
  };
}

interface Checkpoints extends DBSchema {
  checkpoints: {
    key: [run: string, number: number];
    value: { readonly run: string; readonly number: number; readonly step: number; readonly files: CheckpointFiles };
  };
}

/** The keys of a run's checkpoints, oldest first. */
const keysOf = (run: string) => IDBKeyRange.bound([run, 0], [run, Number.POSITIVE_INFINITY]);

const nameOf = (step: number) => `step ${step}`;

async function withDatabase<T>(work: (database: IDBPDatabase<Checkpoints>) => Promise<T>): Promise<T> {
  if (typeof indexedDB === 'undefined')
    throw new ResidualError('platform', 'browserStore: there is no IndexedDB here; in Node use folderStore');
  const database = await openDB<Checkpoints>('residual-training', 1, {
    upgrade: created => {
      created.createObjectStore('checkpoints', { keyPath: ['run', 'number'] });
    },
  });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** A quota error with the sizes; any other error unchanged. */
async function explainError(error: unknown, step: number, files: CheckpointFiles): Promise<unknown> {
  if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) return error;
  const bytes = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { usage = 0 } = await navigator.storage.estimate(); // the reported quota is only an estimate
  return new ResidualError(
    'quota',
    `browserStore: the checkpoint of step ${step} has ${megabytes(bytes)}, more than the browser still gives ` +
      `this origin, which holds ${megabytes(usage)}; keep fewer, or clear other runs`,
    { cause: error, details: { step, bytes, usage } },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
