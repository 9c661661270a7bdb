import { PairTable } from '../../models/bpe/pair-table.js';
import type { Merges } from './merges.js';
import { type ModelProto, pieceTypes } from './model-proto.js';

interface Resegmenter {
  readonly pairs: PairTable;
  /** Passes a symbol of `units` units to `add`, or the parts of an unused piece. */
  readonly resegment: (id: number, units: number, add: (id: number, units: number) => void) => void;
}

/**
 * Merges for one text that record the parts of each unused piece. Such a piece may be a step to a longer one; if it
 * remains in the end, it is split into its last parts (rev_merge in the SentencePiece library).
 */
export function createResegmenter({ types }: ModelProto, { pairs, unitsOf }: Merges): Resegmenter {
  const reverseMerges = new Map<number, readonly [left: number, right: number]>();

  class RecordingPairTable extends PairTable {
    override find(left: number, right: number): number {
      const slot = pairs.find(left, right);
      if (slot >= 0 && types[pairs.second(slot)] === pieceTypes.unused)
        reverseMerges.set(pairs.second(slot), [left, right]);
      return slot;
    }

    override first(slot: number): number {
      return pairs.first(slot);
    }

    override second(slot: number): number {
      return pairs.second(slot);
    }
  }

  function resegment(id: number, units: number, add: (id: number, units: number) => void): void {
    const parts = types[id] === pieceTypes.unused ? reverseMerges.get(id) : undefined;
    if (!parts) {
      add(id, units);
      return;
    }
    const leftUnits = unitsOf(parts[0]);
    resegment(parts[0], leftUnits, add);
    resegment(parts[1], units - leftUnits, add);
  }

  return { pairs: new RecordingPairTable(), resegment };
}
