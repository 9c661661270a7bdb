import type { Part } from './encoding.js';
import type { PostProcessor, TemplateItem } from './post-processors/post-processor.js';

/** A stretch of a sequence's tokens, beginning with token `from`. */
export interface Window {
  readonly from: number;
  readonly ids: readonly number[];
}

const plain: readonly TemplateItem[] = [
  { sequence: 0, typeId: 0 },
  { sequence: 1, typeId: 1 },
];

/**
 * Puts one or two stretches in the order of the post-processor's template, with its special tokens or without. Windows that truncation does
 * not keep have the number of their sequence as type id, whatever the template says, as in the reference.
 */
export function arrange(
  { template, keepsTypeIds, typesOverflow }: PostProcessor,
  windows: readonly Window[],
  addSpecialTokens: boolean,
  kept: readonly Window[],
): Part[] {
  const isUsed = template !== undefined && (addSpecialTokens || keepsTypeIds);
  const items = isUsed ? (windows.length > 1 ? template.pair : template.single) : plain;
  const typesAll = typesOverflow && addSpecialTokens;
  const parts: Part[] = [];
  for (const item of items) {
    if ('ids' in item) {
      if (addSpecialTokens) parts.push(item);
    } else {
      const window = windows[item.sequence];
      const typeId = typesAll || window === kept[item.sequence] ? item.typeId : item.sequence;
      if (window) parts.push({ ...window, typeId, sequence: item.sequence });
    }
  }
  return parts;
}

/** How many special tokens the template adds to one text or to a pair. */
export function addedCount({ template }: PostProcessor, isPair: boolean): number {
  const items = (isPair ? template?.pair : template?.single) ?? plain;
  return items.reduce((count, item) => count + ('ids' in item ? item.ids.length : 0), 0);
}
