import { byteSizeOf, expectOptions, type PackedForm } from '@residual/tensor';
import { type Census, census } from './census.js';
import type { LayerInfo } from './layer.js';
import { type MatrixNeed, type Needs, needsOf, sizeOf, visit } from './needs.js';
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
  /** The form of a packed matrix; absent for float32 and for layers. */
  readonly form?: PackedForm;
}

/** The result of `describe`. */
export interface Description {
  readonly parts: readonly DescribedPart[];
  readonly parameters: number;
  /** Bytes of the weights in memory, in the forms of `formOf`; tables and low-rank adapters are not counted. */
  readonly bytes: number;
  /** The same bytes by form; forms that do not occur are absent. */
  readonly bytesByForm: Readonly<Partial<Record<'f32' | PackedForm, number>>>;
  /** Floating-point operations for one token that attends to `keyLen` keys. */
  readonly flopsPerToken: number;
  readonly keyLen: number;
  readonly census: Census;
}

/** Settings of `describe`. */
export interface DescribeOptions {
  /** The number of keys that the counted token attends to; 1 if absent. */
  readonly keyLen?: number;
  /** The form in which a matrix is held, by its path; undefined for float32. All are float32 if absent. */
  readonly formOf?: ((path: string, need: MatrixNeed) => PackedForm | undefined) | undefined;
}

/** Parts, shapes, parameters, bytes and operations of a layer, computed from its needs without allocating anything. */
export function describe(
  layer: HasNeeds<unknown> & { readonly about: LayerInfo },
  options: DescribeOptions = {},
): Description {
  expectOptions('describe', options, { keyLen: 0, formOf: 0 });
  const { keyLen = 1, formOf } = options;
  const parts: DescribedPart[] = [];
  const totals = new Map<string, number>();
  const bytesByForm: Partial<Record<'f32' | PackedForm, number>> = {};
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
      const form = need.kind === 'matrix' ? formOf?.(path, need) : undefined;
      const bytes = form && need.kind === 'matrix' ? byteSizeOf(form, need.shape) : 4 * parameters;
      if (bytes > 0) bytesByForm[form ?? 'f32'] = (bytesByForm[form ?? 'f32'] ?? 0) + bytes;
      parts.push({ path, name: need.kind, shape: need.shape, parameters, ...(form && { form }) });
      for (const parent of parentPaths(path)) totals.set(parent, (totals.get(parent) ?? 0) + parameters);
    },
  );
  const parameters = totals.get('') ?? 0;
  return {
    parts: parts.map(part => (part.shape ? part : { ...part, parameters: totals.get(part.path) ?? 0 })),
    parameters,
    bytes: Object.values(bytesByForm).reduce((sum, bytes) => sum + bytes, 0),
    bytesByForm,
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
