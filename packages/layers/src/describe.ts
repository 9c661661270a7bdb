import type { About } from './layer.js';
import { type Leaf, type Needs, visit } from './needs.js';
import type { HasNeeds } from './tree.js';

/** Weights by what they are for, and the number of matrices of the textbook: one per head for query, key and value. */
export interface Census {
  readonly embedding: number;
  readonly query: number;
  readonly key: number;
  readonly value: number;
  readonly output: number;
  readonly up: number;
  readonly gate: number;
  readonly down: number;
  readonly unembedding: number;
  readonly other: number;
  /** All of the above; vectors and position tables are not counted. */
  readonly weights: number;
  readonly matrices: number;
  /** The value map of one head: as one square matrix, and factored into value-down and value-up. Undefined where heads differ or there are none. */
  readonly valueMap: { readonly full: number; readonly factored: number } | undefined;
}

/** What a composition is made of. */
export interface Description {
  readonly parts: readonly {
    readonly path: string;
    /** The name that a layer gives itself, or the kind of a leaf. */
    readonly name: string;
    readonly shape?: readonly number[];
    readonly parameters: number;
  }[];
  readonly parameters: number;
  /** Bytes of the weights as 32-bit floats. */
  readonly bytes: number;
  /** Floating-point operations for one token that looks at `keyLen` keys. */
  readonly flopsPerToken: number;
  readonly keyLen: number;
  readonly census: Census;
}

/** Parts, shapes, parameters, bytes and operations of any composition, counted from its needs: nothing is allocated. */
export function describe(layer: HasNeeds<unknown> & { readonly about: About }, { keyLen = 1 } = {}): Description {
  const parts: Description['parts'][number][] = [];
  let flops = 0;
  visit(
    layer as Needs,
    (path, about) => {
      flops += about.flops?.(keyLen) ?? 0;
      parts.push({ path, name: about.name ?? 'layer', parameters: 0 });
    },
    (path, need) =>
      parts.push({ path, name: need.kind, shape: need.shape, parameters: need.kind === 'table' ? 0 : size(need) }),
  );
  const parameters = parts.reduce((sum, part) => sum + part.parameters, 0);
  return {
    parts: withTotals(parts),
    parameters,
    bytes: 4 * parameters,
    flopsPerToken: flops,
    keyLen,
    census: census(layer),
  };
}

/** Counts the matrices of a composition and their weights by role. */
export function census(layer: HasNeeds<unknown>): Census {
  const counts = {
    embedding: 0,
    query: 0,
    key: 0,
    value: 0,
    output: 0,
    up: 0,
    gate: 0,
    down: 0,
    unembedding: 0,
    other: 0,
  };
  const valueMaps = new Set<string>();
  let [weights, matrices] = [0, 0];
  visit(
    layer as Needs,
    () => {},
    (_, need) => {
      if (need.kind !== 'matrix' || need.role === 'position') return;
      counts[need.role] += size(need);
      weights += size(need);
      matrices += need.heads;
      if (need.role === 'value') valueMaps.add([need.shape[1] ** 2, (2 * size(need)) / need.heads].join());
    },
  );
  const [full, factored] = valueMaps.size === 1 ? [...valueMaps][0]!.split(',').map(Number) : [];
  const valueMap = full === undefined || factored === undefined ? undefined : { full, factored };
  return { ...counts, weights, matrices, valueMap };
}

function size({ shape }: Leaf): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Each layer with the parameters of all leaves below its path. */
function withTotals(parts: readonly Description['parts'][number][]): Description['parts'] {
  const totals = new Map<string, number>();
  for (const { path, parameters, shape } of parts) {
    if (!shape) continue;
    const steps = path.split('.');
    for (let length = 0; length < steps.length; length++) {
      const above = steps.slice(0, length).join('.');
      totals.set(above, (totals.get(above) ?? 0) + parameters);
    }
  }
  return parts.map(part => (part.shape ? part : { ...part, parameters: totals.get(part.path) ?? 0 }));
}
