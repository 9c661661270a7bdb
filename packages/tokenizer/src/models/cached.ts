import type { Model } from './model.js';
import { WordCache } from './word-cache.js';

/** A model that remembers the ids of the pieces it has seen, at most 5.5 MB of them for characters and as much for bytes. */
export function cached(model: Model): Model {
  const caches: (WordCache | undefined)[] = [];
  return {
    ...model,
    tokenize(text, start, end, bytes, ids, spans) {
      if (spans) return model.tokenize(text, start, end, bytes, ids, spans);
      const cache = (caches[bytes ? 1 : 0] ??= new WordCache());
      if (cache.recall(text, start, end, ids)) return;
      const from = ids.length;
      model.tokenize(text, start, end, bytes, ids);
      cache.remember(text, start, end, ids, from);
    },
  };
}
