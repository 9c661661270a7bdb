import type { TokenSpan } from '../encoding.js';
import { failInput } from '../errors.js';
import type { PostProcessor, TemplateItem } from './post-processor.js';

/** A stretch of a sequence's tokens, beginning with token `from`. */
export interface Window {
  readonly from: number;
  readonly ids: readonly number[];
}

/** So many windows are given, every one of a sequence with every one of the other. */
const maxWindows = 1 << 17;

const defaultTemplate: readonly TemplateItem[] = [
  { sequence: 0, typeId: 0 },
  { sequence: 1, typeId: 1 },
];

/**
 * Puts one or two sequences in the order of the post-processor's template, with its special tokens or without: first
 * what truncation keeps of them, then each further window with all of what follows it in the template. Windows that are
 * not kept have the number of their sequence as type id, whatever the template says, as in the reference.
 */
export function applyTemplate(
  { template, alwaysSetsTypeIds, setsOverflowTypeIds }: PostProcessor,
  sequences: readonly (readonly Window[])[],
  addSpecialTokens: boolean,
): TokenSpan[][] {
  const isUsed = template !== undefined && (addSpecialTokens || alwaysSetsTypeIds);
  const items = isUsed ? (sequences.length > 1 ? template.pair : template.single) : defaultTemplate;
  const typesAll = setsOverflowTypeIds && addSpecialTokens;
  let [main, overflowing]: [TokenSpan[], TokenSpan[][]] = [[], []];
  for (const item of items) {
    const parts = partsOf(item);
    if (parts.length === 0) continue;
    if (overflowing.length * parts.length > maxWindows) {
      failInput(
        `encode: truncation leaves more than ${maxWindows} windows of its sequences; a smaller stride would do`,
      );
    }
    const others = parts.slice(1).map(part => [...main, part]);
    overflowing = [...overflowing.flatMap(before => parts.map(part => [...before, part])), ...others];
    main = [...main, parts[0]!];
  }
  return [main, ...overflowing];

  function partsOf(item: TemplateItem): TokenSpan[] {
    if ('ids' in item) return addSpecialTokens ? [item] : [];
    const { sequence, typeId } = item;
    const windows = sequences[sequence] ?? [];
    return windows.map((window, index) => ({
      ...window,
      typeId: typesAll || index === 0 ? typeId : sequence,
      sequence,
    }));
  }
}

/** How many special tokens the template adds to one text or to a pair. */
export function numSpecialTokensToAdd({ template }: PostProcessor, isPair: boolean): number {
  const items = (isPair ? template?.pair : template?.single) ?? defaultTemplate;
  return items.reduce((count, item) => count + ('ids' in item ? item.ids.length : 0), 0);
}
