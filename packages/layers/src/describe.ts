import { expectOptions } from '@residual/tensor';
import { type Census, census } from './census.js';
import type { LayerInfo } from './layer.js';
import { type Needs, needsOf, sizeOf, visit } from './needs.js';
import type { HasNeeds } from './tree.js';

/** A layer or a leaf inside a layer. */
export interface DescribedPart {
  readonly path: string;
  /** The name of a layer, or the kind of a leaf. */
  readonly name: string;
  /** The shape of a leaf; absent for layers. */
  readonly shape?: readonly number[];
  /** The number of trained parameters at and below the path. */
  readonly parameters: number;
}

/** The result of `describe`. */
export interface Description {
  readonly parts: readonly DescribedPart[];
  readonly parameters: number;
  /** Bytes of the weights as 32-bit floats. */
  readonly bytes: number;
  /** Floating-point operations for one token that attends to `keyLen` keys. */
  readonly flopsPerToken: number;
  readonly keyLen: number;
  readonly census: Census;
}

/** Settings of `describe`. */
export interface DescribeOptions {
  /** The number of keys that the counted token attends to; 1 if absent. */
  readonly keyLen?: number;
}

/** Parts, shapes, parameters, bytes and operations of a layer, computed from its needs without allocating anything. */
export function describe(
  layer: HasNeeds<unknown> & { readonly about: LayerInfo },
  options: DescribeOptions = {},
): Description {
  expectOptions('describe', options, { keyLen: 0 });
  const { keyLen = 1 } = options;
  const parts: DescribedPart[] = [];
  const totals = new Map<string, number>();
  let flops = 0;
  needsOf(layer, 'describe');
  visit(
    layer as Needs,
    (path, about) => {
      flops += about.flops?.(keyLen) ?? 0;
      parts.push({ path, name: about.name ?? 'layer', parameters: 0 });
    },
    (path, need) => {
      const parameters = need.kind === 'table' ? 0 : sizeOf(need);
      parts.push({ path, name: need.kind, shape: need.shape, parameters });
      for (const parent of parentPaths(path)) totals.set(parent, (totals.get(parent) ?? 0) + parameters);
    },
  );
  const parameters = totals.get('') ?? 0;
  return {
    parts: parts.map(part => (part.shape ? part : { ...part, parameters: totals.get(part.path) ?? 0 })),
    parameters,
    bytes: 4 * parameters,
    flopsPerToken: flops,
    keyLen,
    census: census(layer),
  };
}

/** `a.b.c` gives the empty path, `a` and `a.b`. */
function parentPaths(path: string): string[] {
  const steps = path.split('.');
  return steps.map((_, length) => steps.slice(0, length).join('.'));
}
