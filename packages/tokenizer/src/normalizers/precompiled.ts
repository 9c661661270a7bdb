import { failFile } from '../errors.js';
import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { utf8LengthOf } from '../text/unicode.js';
import { CharsMap } from './chars-map.js';
import { graphemeClusters, mayJoin } from './grapheme-clusters.js';
import type { Normalizer } from './normalizer.js';

/** Clusters of this many bytes or more are looked up character by character. */
const maxKeyBytes = 6;

/** Replaces characters and short grapheme clusters by the table of a SentencePiece model. */
export const precompiled: Component<Normalizer> = {
  type: 'Precompiled',
  fields: { precompiled_charsmap: '' },
  fromJson: fields => {
    const name = 'precompiled_charsmap';
    const table = fields.string(name);
    return table === ''
      ? () => {}
      : replaceBy(new CharsMap(bytesOfBase64(table, fields.path(name)), fields.path(name)));
  },
  spaceRule: keepsSpace,
};

function replaceBy(map: CharsMap): Normalizer {
  const kinds = new Uint8Array(0x10000);
  const kindAt = (text: string, at: number) => (kinds[text.charCodeAt(at)] ||= unitKindOf(text.charCodeAt(at), map));
  return text => {
    const old = text.text;
    const chars: string[] = [];
    const changes: number[] = [];
    let copiedUpTo = 0; // the text before this index is written
    let added = 0; // how much longer the output is so far
    const copyUpTo = (to: number) => {
      if (!text.tracked) chars.push(old.slice(copiedUpTo, to));
      else for (const char of old.slice(copiedUpTo, to)) push(chars, changes, char, 1);
    };
    for (let at = 0, to = 0; at < old.length; at = to) {
      to = at + 1;
      while (to < old.length && (kindAt(old, to - 1) === joined || kindAt(old, to) === joined)) to++;
      const isAlone = to === at + 1;
      if (isAlone ? kindAt(old, at) === plain : !map.hasRuleIn(old, at, to)) continue;
      for (const part of isAlone ? [old[at]!] : parts(old.slice(at, to), map)) {
        const replaced = map.replacement(part);
        if (replaced !== undefined) {
          copyUpTo(at);
          text.checkLength(old.length + (added += replaced.length - part.length));
          push(chars, changes, replaced, [...part].length);
          copiedUpTo = at + part.length;
        }
        at += part.length;
      }
    }
    if (copiedUpTo === 0) return;
    copyUpTo(old.length);
    text.transform(chars, changes);
  };
}

/**
 * Kinds of units: a character that joins no neighbour and has no rule, one that has a rule, and one that may join a
 * neighbour.
 */
const [plain, changed, joined] = [1, 2, 3];

const unitKindOf = (unit: number, map: CharsMap) =>
  mayJoin(unit) ? joined : map.replacement(String.fromCharCode(unit)) === undefined ? plain : changed;

/**
 * Splits a text into the parts that are looked up: clusters that are short enough and have a rule, otherwise their
 * characters.
 */
function* parts(text: string, map: CharsMap): Generator<string> {
  for (const cluster of graphemeClusters(text)) {
    const isShort = cluster.length < maxKeyBytes && utf8LengthOf(cluster, 0, cluster.length) < maxKeyBytes;
    if (isShort && map.replacement(cluster) !== undefined) yield cluster;
    else yield* cluster;
  }
}

/**
 * Replaces `oldCount` characters by `replacement`: extra characters are added, missing ones are attributed to the last
 * character.
 */
function push(chars: string[], changes: number[], replacement: string, oldCount: number): void {
  let count = 0;
  for (const char of replacement) {
    chars.push(char);
    changes.push(count++ < oldCount ? 0 : 1);
  }
  if (count < oldCount && changes.length > 0) changes[changes.length - 1]! += count - oldCount;
}

function bytesOfBase64(text: string, where: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), char => char.charCodeAt(0));
  } catch {
    return failFile(`${where} is not base64`);
  }
}
