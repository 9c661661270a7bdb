import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from './apps.mjs';

/**
 * What a page may weigh in bytes, without models and other data: 1.05 times what it weighed when that was written. The
 * files of families that a page does not open count too, although no visitor loads them.
 */
const budgets = {
  home: 1.05 * 430_000,
  tour: 1.05 * 2_422_834,
  tokenizer: 1.05 * 572_434,
  'embedding-arithmetic': 1.05 * 2_847_830,
  generation: 1.05 * 3_366_524,
  training: 1.05 * 3_463_094,
  translation: 1.05 * 3_325_400,
  speech: 1.05 * 4_431_036, // ten spoken words take 320 kB of it
  images: 1.05 * 3_355_835,
  drawing: 1.05 * 5_975_519, // one worker draws, and another one trains once that is asked for
};

/** Files of a page that no visitor of it loads, or that are data. */
const isLeftOut = name => name === 'card.jpg' || /\.(txt|json|bin|safetensors)$/.test(name);

const bytesBelow = folder =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesBelow(path);
    return isLeftOut(entry.name) ? sum : sum + statSync(path).size;
  }, 0);

/** The bytes of each built page without models and other data, and its budget; undefined for a page without one. */
export const sizes = () =>
  apps()
    .filter(({ pages }) => existsSync(pages))
    .map(({ name, pages }) => ({ name, bytes: bytesBelow(pages), budget: budgets[name] && Math.floor(budgets[name]) }));
