/** The database through which pages of this site hand files to each other, and its only entry. */
const [database, table, entry] = ['residual-hand-over', 'files', 'latest'] as const;

/**
 * Hands files, such as those of a model, to another page of this site, which asks for them with `takeOver`. They stay
 * in this browser, also after the page was closed, until other files are handed over.
 */
export async function handOver(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void> {
  await withTable('readwrite', store => store.put(new Map(files), entry));
}

/** The files that another page has handed over last, as if the visitor had chosen them; undefined if there are none. */
export async function takeOver(): Promise<readonly File[] | undefined> {
  const files = await withTable<ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined>('readonly', store =>
    store.get(entry),
  );
  return files && [...files].map(([name, bytes]) => new File([bytes], name));
}

/** Opens the database and waits for one request to its table. */
async function withTable<Result>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<Result> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(table);
  const opened = await done<IDBDatabase>(opening);
  try {
    const transaction = opened.transaction(table, mode);
    const result = await done<Result>(request(transaction.objectStore(table)));
    if (mode === 'readwrite')
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
    return result;
  } finally {
    opened.close();
  }
}

const done = <Result>(request: IDBRequest): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
