import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { CodePointMap } from '../text/code-point-set.js';
import { lowerCaseRuns } from '../text/generated/unicode-tables.js';
import type { NormalizedString } from '../text/normalized-string.js';
import { newerCodePoints } from '../text/unicode-version.js';
import type { Normalizer } from './normalizer.js';

/** Lowercases each character by itself (without the final sigma rule), as the reference does. */
export const lowercase: Component<Normalizer> = {
  type: 'Lowercase',
  fromJson: () => lowercaseInPlace,
  spaceRule: keepsSpace,
};

/** Lowercases a text in place. */
export function lowercaseInPlace(text: NormalizedString): void {
  if (!text.tracked && !text.text.includes('Σ') && newerCodePoints().find(text.text) === -1)
    text.text = text.text.toLowerCase();
  else text.mapCharacters(lowerCaseOf);
}

let caseDeltas: CodePointMap | undefined;

/**
 * The lower case of a character from the platform; for characters newer than Unicode 14 from the reference, which uses
 * Unicode 17.
 */
function lowerCaseOf(char: string): string {
  if (!newerCodePoints().hasCharacter(char)) return char.toLowerCase();
  caseDeltas ??= new CodePointMap(lowerCaseRuns);
  const code = char.codePointAt(0)!;
  return String.fromCodePoint(code + (caseDeltas.get(code) ?? 0x10000) - 0x10000);
}
