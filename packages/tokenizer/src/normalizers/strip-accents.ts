import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { notMarkRuns } from '../text/generated/unicode-tables.js';
import { newerCodePoints } from '../text/unicode-version.js';
import type { Normalizer } from './normalizer.js';

/** Marks, and two that are letters since Unicode 12. */
const mark = /[\p{M}\u1cf2\u1cf3]/gu;
/** Whether a mark is not a mark in the reference, which uses Unicode 9 here. */
const isNotMark = (char: string) => newerCodePoints(notMarkRuns).hasCharacter(char);

/** Removes combining marks. */
export const stripAccents: Component<Normalizer> = {
  type: 'StripAccents',
  fromJson: () => text => text.remove(mark, isNotMark),
  spaceRule: keepsSpace,
};
