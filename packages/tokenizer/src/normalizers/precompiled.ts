import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import { CharsMap } from './chars-map.js';
import type { Normalizer } from './normalizer.js';

/** Replaces characters and short clusters as the table of a SentencePiece model says. */
export const precompiled: Reader<Normalizer> = fields => {
  const name = 'precompiled_charsmap';
  if (!fields.has(name) || fields.string(name) === '') return () => {};
  const map = new CharsMap(bytesOfBase64(fields.string(name), fields.path(name)), fields.path(name));
  return text => {
    const chars: string[] = [];
    const changes: number[] = [];
    let isChanged = false;
    for (const cluster of clusters(text.text)) {
      const whole = cluster.length < 6 ? map.replacement(cluster) : undefined;
      for (const part of whole === undefined ? cluster : [cluster]) {
        const replaced = whole ?? map.replacement(part);
        isChanged ||= replaced !== undefined;
        push(chars, changes, replaced ?? part, [...part].length);
      }
    }
    if (isChanged) text.rewrite(chars, changes);
  };
};

/** The characters of `written` in place of `oldCount` others: what is too many is added, what is missing goes with the last. */
function push(chars: string[], changes: number[], written: string, oldCount: number): void {
  let count = 0;
  for (const char of written) {
    chars.push(char);
    changes.push(count++ < oldCount ? 0 : 1);
  }
  if (count < oldCount && changes.length > 0) changes[changes.length - 1]! += count - oldCount;
}

/** What a reader sees as one character each. Plain ASCII needs no segmenter. */
function* clusters(text: string): Generator<string> {
  let last = 0;
  for (const { 0: part, index } of text.matchAll(/[\0-\x7f]?[^\0-\x7f]+[\0-\x7f]?/g)) {
    yield* asciiClusters(text.slice(last, index));
    segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const { segment } of segmenter.segment(part)) yield segment;
    last = index + part.length;
  }
  yield* asciiClusters(text.slice(last));
}
let segmenter: Intl.Segmenter | undefined;

const asciiClusters = (text: string) => text.match(/\r\n|[\s\S]/g) ?? [];

function bytesOfBase64(text: string, where: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), char => char.charCodeAt(0));
  } catch {
    return failFile(`${where} is not base64`);
  }
}
