import { PairTable } from '../../models/bpe/pair-table.js';
import type { Merges } from './merges.js';
import { type ModelProto, pieceTypes } from './model-proto.js';

/**
 * Merges of one text that remember how each unused piece came about: such a piece may be a step to a longer one, but where it remains it falls apart into
 * what it was last made of.
 */
export function createResegmenter({ types }: ModelProto, { pairs, unitsOf }: Merges) {
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

  /** Hands on a symbol of `units` units, or what it falls apart into. */
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
