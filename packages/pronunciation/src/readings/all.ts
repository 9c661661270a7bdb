import { abbreviations } from './abbreviations.js';
import { acronyms } from './acronyms.js';
import { addresses } from './addresses.js';
import { dates } from './dates.js';
import { money } from './money.js';
import { numbers } from './numbers.js';
import { quantities } from './quantities.js';
import type { Reading } from './reading.js';
import { romanNumerals } from './roman.js';
import { times } from './times.js';
import { words } from './words.js';

/** All readings; the first one that fits counts. */
export const readings = (): readonly Reading[] => [
  ...addresses(),
  ...dates(),
  ...times(),
  ...money(),
  ...quantities(),
  ...numbers(),
  ...romanNumerals(),
  ...abbreviations(),
  ...acronyms(),
  ...words(),
];
