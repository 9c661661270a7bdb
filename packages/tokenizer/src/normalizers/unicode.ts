import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { isExemptFromNormalization, type NormalForm, normalForm } from '../text/normal-form.js';
import type { NormalizedString } from '../text/normalized-string.js';
import type { Normalizer } from './normalizer.js';

/** Canonical composition (Unicode Standard Annex 15). */
export const nfc: Component<Normalizer> = {
  type: 'NFC',
  fromJson: () => text => toNormalForm(text, 'NFC'),
  spaceRule: keepsSpace,
};

/** Canonical decomposition (Unicode Standard Annex 15). */
export const nfd: Component<Normalizer> = {
  type: 'NFD',
  fromJson: () => text => toNormalForm(text, 'NFD'),
  spaceRule: keepsSpace,
};

/** Compatibility composition (Unicode Standard Annex 15). */
export const nfkc: Component<Normalizer> = {
  type: 'NFKC',
  fromJson: () => text => toNormalForm(text, 'NFKC'),
  spaceRule: keepsSpace,
};

/** Compatibility decomposition (Unicode Standard Annex 15). */
export const nfkd: Component<Normalizer> = {
  type: 'NFKD',
  fromJson: () => text => toNormalForm(text, 'NFKD'),
  spaceRule: keepsSpace,
};

/** The platform orders n marks on one letter in quadratic time. Longer runs of marks are ordered here. */
const longRun = /\p{M}{65}/u;

/**
 * Converts a text to a Unicode normal form. The platform does it, except for characters that the reference leaves
 * unchanged; the alignment is computed here.
 */
export function toNormalForm(text: NormalizedString, form: NormalForm): void {
  if (!longRun.test(text.text)) {
    const normal = normalForm(text.text, form);
    if (normal === text.text) return;
    if (!text.tracked) {
      text.text = normal;
      return;
    }
  }
  const decomposed = decompose(text.text, form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD');
  const steps = form === 'NFC' || form === 'NFKC' ? compose(decomposed) : decomposed;
  text.transform(
    steps.map(step => step.char),
    steps.map(step => step.change),
  );
}

/** A character of the new text and its change, as {@link NormalizedString.transform} expects it. */
interface CharacterChange {
  readonly char: string;
  readonly change: number;
}

/**
 * Decomposes each character: the first part replaces it, the others are added. Then the marks are put in canonical
 * order.
 */
function decompose(text: string, form: NormalForm): CharacterChange[] {
  const steps: CharacterChange[] = [];
  let marks: CharacterChange[] = [];
  const flush = () => {
    for (const step of marks.length > 1 ? inCanonicalOrder(marks) : marks) steps.push(step);
    marks = [];
  };
  for (const char of text) {
    let change = 0;
    for (const part of normalForm(char, form)) {
      if (isStarter(part)) {
        flush();
        steps.push({ char: part, change });
      } else marks.push({ char: part, change });
      change = 1;
    }
  }
  flush();
  return steps;
}

/** Sorts marks in canonical order: by combining class, stable within a class. */
function inCanonicalOrder(marks: readonly CharacterChange[]): CharacterChange[] {
  const cachedOrders = new Map<string, number>();
  return marks.toSorted((first, second) => {
    const pair = first.char + second.char;
    const order = cachedOrders.get(pair) ?? compareCombiningClasses(first.char, second.char);
    cachedOrders.set(pair, order);
    return order;
  });
}

/**
 * Negative if the first mark has the lower combining class, positive if the second does: the platform swaps such pairs.
 */
const compareCombiningClasses = (first: string, second: string) =>
  first === second ? 0 : isReordered(second, first) ? -1 : isReordered(first, second) ? 1 : 0;

const isReordered = (first: string, second: string) => normalForm(first + second, 'NFD') !== first + second;

/** Composes starters with the marks that are not blocked from them. */
function compose(decomposed: readonly CharacterChange[]): CharacterChange[] {
  const steps: CharacterChange[] = [];
  let starter: CharacterChange | undefined;
  let marks: CharacterChange[] = []; // marks that do not compose with the starter
  const flush = () => {
    if (starter) steps.push(starter);
    for (const mark of marks) steps.push(mark);
    marks = [];
  };
  for (const step of decomposed) {
    const startsAnew = isStarter(step.char);
    const last = marks.at(-1);
    const isBlocked = last !== undefined && (startsAnew || compareCombiningClasses(last.char, step.char) === 0);
    const joined: string | undefined = starter && !isBlocked ? composedOf(starter.char, step.char) : undefined;
    if (joined !== undefined) starter = { char: joined, change: starter!.change + step.change - 1 };
    else if (startsAnew) {
      flush();
      starter = step;
    } else if (starter) marks.push(step);
    else steps.push(step);
  }
  flush();
  return steps;
}

function composedOf(first: string, second: string): string | undefined {
  const joined = normalForm(first + second, 'NFC');
  return joined.length <= 2 && joined.codePointAt(0)! > 0xffff === (joined.length === 2) ? joined : undefined;
}

/** U+0345 has the highest combining class of all marks: every other mark is ordered before it, a starter never is. */
const lastMark = '\u0345';
/**
 * Whether a character is a starter: marks are only reordered between starters. The test for marks comes first because
 * it is fast.
 */
export const isStarter = (char: string) =>
  !/^\p{M}/u.test(char) || isExemptFromNormalization(char) || (char !== lastMark && !isReordered(lastMark, char));
