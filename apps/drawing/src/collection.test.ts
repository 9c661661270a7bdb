import { expect, test } from 'vitest';
import { mostDrawings, openCollection } from './collection.js';

const entry = { word: 'cat', recognized: true, drawing: [[[1, 2] as const]] };
const storageOf = (kept?: string) => {
  const items = new Map(kept === undefined ? [] : [['residual-own-drawings', kept]]);
  return { getItem: (name: string) => items.get(name) ?? null, setItem: items.set.bind(items), items };
};

test('drawings are kept, and a full storage or an unreadable one loses nothing else', () => {
  const storage = storageOf();
  let changes = 0;
  const collection = openCollection(storage, () => changes++);
  collection.add([entry, { ...entry, word: 'dog' }]);
  collection.remove(0);
  expect(collection.entries.map(({ word }) => word)).toEqual(['dog']);
  expect(openCollection(storage, () => {}).entries).toEqual(collection.entries);
  expect(changes).toBe(2);
  expect(openCollection(storageOf('not json'), () => {}).entries).toEqual([]);
  const refused = {
    ...storageOf(),
    setItem: () => {
      throw new Error('full');
    },
  };
  const other = openCollection(refused, () => {});
  other.add([entry]);
  expect(other.entries).toEqual([entry]);
  expect(() => other.add(Array(mostDrawings).fill(entry))).toThrow('These would be 501 drawings; 500 at most');
  expect(other.entries).toHaveLength(1);
  other.clear();
  expect(other.entries).toEqual([]);
});
