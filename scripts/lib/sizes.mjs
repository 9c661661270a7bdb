import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from './apps.mjs';

/**
 * What a page may weigh in bytes, without models and other data: 1.05 times what it weighed when that was written. The
 * files of families that a page does not open count too, although no visitor loads them.
 */
const budgets = {
  home: 1.05 * 430_000,
  tour: 1.05 * 2_573_994,
  tokenizer: 1.05 * 572_434,
  'embedding-arithmetic': 1.05 * 2_998_454,
  generation: 1.05 * 3_518_133,
  training: 1.05 * 3_612_919,
  translation: 1.05 * 3_476_652,
  speech: 1.05 * 4_582_402, // ten spoken words take 320 kB of it
  images: 1.05 * 3_507_363,
  drawing: 1.05 * 3_560_000, // one worker draws, paints and trains
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
