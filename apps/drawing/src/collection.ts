import { type QuickDrawEntry, readQuickDraw, writeQuickDraw } from '@residual/vision';

/** The drawings of the visitor with their words, kept in this browser. */
export interface Collection {
  readonly entries: readonly QuickDrawEntry[];
  add(entries: readonly QuickDrawEntry[]): void;
  remove(index: number): void;
  clear(): void;
}

/** The most drawings of a collection. */
export const mostDrawings = 500;

/** The name under which they are kept. */
const name = 'residual-own-drawings';

/** Opens the collection; \`changed\` is called after each change. Errors if it would hold too many drawings. */
export function openCollection(storage: Pick<Storage, 'getItem' | 'setItem'>, changed: () => void): Collection {
  let entries = keptIn(storage);
  const keep = (next: readonly QuickDrawEntry[]) => {
    if (next.length > mostDrawings)
      throw new Error(`These would be ${next.length} drawings; ${mostDrawings} at most are kept here.`);
    entries = next;
    try {
      storage.setItem(name, writeQuickDraw(entries));
    } catch {
      // the browser keeps nothing, or no more: the drawings stay as long as the page
    }
    changed();
  };
  return {
    get entries() {
      return entries;
    },
    add: more => keep([...entries, ...more]),
    remove: index => keep(entries.filter((_, i) => i !== index)),
    clear: () => keep([]),
  };
}

/** What is kept; nothing if it cannot be read. */
function keptIn(storage: Pick<Storage, 'getItem'>): readonly QuickDrawEntry[] {
  try {
    return [...readQuickDraw(storage.getItem(name) ?? '')].slice(0, mostDrawings);
  } catch {
    return [];
  }
}
