import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import { utf8LengthOf } from '../unicode.js';
import { CharsMap } from './chars-map.js';
import type { Normalizer } from './normalizer.js';

/** Clusters of this many bytes or more are looked up character by character. */
const longestKey = 6;

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
      const whole =
        cluster.length < longestKey && utf8LengthOf(cluster, 0, cluster.length) < longestKey
          ? map.replacement(cluster)
          : undefined;
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
    yield* segments(part);
    last = index + part.length;
  }
  yield* asciiClusters(text.slice(last));
}

/** The platform's segmenter takes n² time on some long texts, so it is given windows, each from the last certain boundary. */
function* segments(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (let at = 0, size = windowSize; at < text.length; ) {
    const found = Array.from(segmenter.segment(text.slice(at, at + size)), ({ segment }) => segment);
    if (at + size < text.length) found.pop(); // it may go on
    size = found.length === 0 ? size * 2 : windowSize;
    for (const segment of found) {
      yield segment;
      at += segment.length;
    }
  }
}
const windowSize = 256;
let segmenter: Intl.Segmenter | undefined;

const asciiClusters = (text: string) => text.match(/\r\n|[\s\S]/g) ?? [];

function bytesOfBase64(text: string, where: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), char => char.charCodeAt(0));
  } catch {
    return failFile(`${where} is not base64`);
  }
}
