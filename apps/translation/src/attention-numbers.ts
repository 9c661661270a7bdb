import type { Pattern } from '@residual/appkit/attention-pattern';
import type { HeadIndex } from './settings.js';

/** The heads of a choice: -1 means all layers, or all heads. */
export function chosenHeads(layer: number, head: number, depth: number, heads: number): HeadIndex[] {
  const layers = layer < 0 ? Array.from({ length: depth }, (_, i) => i) : [layer];
  const each = head < 0 ? Array.from({ length: heads }, (_, i) => i) : [head];
  return layers.flatMap(at => each.map(one => ({ layer: at, head: one })));
}

/** The average of some heads. */
export function average(pattern: Pattern, heads: readonly HeadIndex[]): Float32Array {
  const sum = new Float32Array(pattern[0]![0]!.length);
  for (const { layer, head } of heads) {
    const weights = pattern[layer]![head]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += weights[i]! / heads.length;
  }
  return sum;
}

/** The name of a choice. */
export function nameOf(layer: number, head: number): string {
  if (layer < 0) return head < 0 ? 'All layers, average of all heads' : `All layers, average of their heads ${head}`;
  return head < 0 ? `Layer ${layer}, average of its heads` : `Layer ${layer}, head ${head}`;
}
