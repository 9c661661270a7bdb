import type { TokenSpan } from '../encoding.js';
import { failInput } from '../errors.js';
import type { PostProcessor, TemplateItem } from './post-processor.js';

/** A window of a sequence's tokens, starting with token `from`. */
export interface Window {
  readonly from: number;
  readonly ids: readonly number[];
}

/** The maximum number of combined windows of two sequences. */
const maxWindows = 1 << 17;

const defaultTemplate: readonly TemplateItem[] = [
  { sequence: 0, typeId: 0 },
  { sequence: 1, typeId: 1 },
];

/**
 * Puts one or two sequences into the post-processor's template, with or without its special tokens: first the windows
 * that truncation keeps, then each further window combined with all windows of the sequences after it in the template.
 * As in the reference, windows that are not kept have the index of their sequence as type id, whatever the template
 * says.
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

/** The number of special tokens that the template adds to one text or to a pair. */
export function numSpecialTokensToAdd({ template }: PostProcessor, isPair: boolean): number {
  const items = (isPair ? template?.pair : template?.single) ?? defaultTemplate;
  return items.reduce((count, item) => count + ('ids' in item ? item.ids.length : 0), 0);
}
