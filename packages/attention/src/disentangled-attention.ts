import { bind, type Dropout, expectSameWidth, type Layer, type Linear, layer } from '@residual/layers';
import {
  add,
  expectOptions,
  gather,
  matMul,
  mul,
  ResidualError,
  reshape,
  type Tensor,
  transpose,
} from '@residual/tensor';
import { aboutAttention, attendHeads, encodePositions, expectAttentionOptions } from './attend-heads.js';
import { type RelativeVectors, relativeVectors } from './disentangled-positions.js';
import { type HeadDims, headDims, joinHeads, splitHeads } from './heads.js';
import { keyRange } from './mask.js';
import { type BiasOptions, projections } from './projections.js';

/** Settings of `disentangledAttention`. */
export interface DisentangledAttentionOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of heads. */
  readonly heads: number;
  /** Width of a head; modelDim / heads if absent. */
  readonly headDim?: number;
  /** Which of the four projections have a bias; true (all) if absent. */
  readonly bias?: BiasOptions;
  /**
   * The comparisons that are added to those of contents: of the query with the vector of the distance
   * (`content-position`), and of that vector with the key (`position-content`).
   */
  readonly terms: readonly DisentangledTerm[];
  /** Projects vectors of distances for `content-position`; if absent, `key` does. */
  readonly positionKey?: Linear | undefined;
  /** Projects vectors of distances for `position-content`; if absent, `query` does. */
  readonly positionQuery?: Linear | undefined;
  /** Dropout on the attention weights. */
  readonly dropout?: Dropout | undefined;
  /** Dropout on the vectors of distances. */
  readonly positionDropout?: Dropout | undefined;
}

/** A comparison of contents with positions. */
export type DisentangledTerm = 'content-position' | 'position-content';

/** The needs of disentangled attention: projections of contents and positions, and dropout. */
export type DisentangledAttentionNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly positionKey: Linear | undefined;
  readonly positionQuery: Linear | undefined;
  readonly dropout: Dropout | undefined;
  readonly positionDropout: Dropout | undefined;
};

/** The layer of `disentangledAttention`. */
export interface DisentangledAttention extends Layer<DisentangledAttentionNeeds, Tensor, Tensor>, HeadDims {}

/**
 * The self-attention of DeBERTa, x [batch, length, modelDim] to the same: contents are compared with contents, and
 * contents with the vectors of distances, which the slot `relativeVectors` holds (He et al. 2021). The scores are
 * divided by √(headDim (1 + terms)). Taps as in `selfAttention`.
 */
export function disentangledAttention(options: DisentangledAttentionOptions): DisentangledAttention {
  const { modelDim, heads, terms, dropout, positionDropout, positionKey, positionQuery } = options;
  expectTerms(options);
  const { headDim } = headDims('disentangledAttention', options);
  const content = projections(options, { kvHeads: heads, headDim, keyWidth: modelDim });
  const outOf = (part: Linear | undefined) => part && { about: { outDim: part.about.outDim } };
  const widths = { query: content.query, positionKey, positionQuery };
  expectSameWidth(
    'disentangledAttention',
    Object.fromEntries(Object.entries(widths).map(([name, part]) => [name, outOf(part)])) as never,
  );
  const parts = { ...content, positionKey, positionQuery, positionDropout };
  const scale = 1 / Math.sqrt(headDim * (1 + terms.length));
  const attention = layer(
    { ...parts, dropout },
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const [query, key, value] = [part.query(x), part.key(x), part.value(x)].map(y => splitHeads(y, heads));
      const encoded = encodePositions(
        { query: query!, key: key!, value: value! },
        undefined,
        undefined as never,
        scope,
      );
      const relative = scope.get(relativeVectors);
      if (!relative && terms.length > 0)
        throw new ResidualError(
          'fit',
          `disentangledAttention: at '${scope.path}' there are no relativeVectors; use disentangledStack`,
        );
      // Without projections of their own, the vectors go through those of the contents, which are not tapped twice.
      const project = (own: Linear | undefined, shared: Linear, name: 'query' | 'key') => (vectors: Tensor) =>
        own ? part[name === 'key' ? 'positionKey' : 'positionQuery'](vectors) : shared(w[name], vectors);
      const bias =
        relative &&
        scoresOfPositions({ ...relative, vectors: part.positionDropout(relative.vectors) }, encoded, {
          terms,
          scale,
          key: project(positionKey, content.key, 'key'),
          query: project(positionQuery, content.query, 'query'),
        });
      const attended = attendHeads({ ...encoded, bias }, scope.get(keyRange), { scale, dropout }, scope);
      return part.output(joinHeads(attended));
    },
    { ...aboutAttention('disentangledAttention', { modelDim, heads, headDim }), bidirectional: true },
  );
  return Object.assign(attention, { heads, kvHeads: heads, headDim });
}

interface PositionScoring {
  readonly terms: readonly DisentangledTerm[];
  readonly scale: number;
  /** From vectors of distances [rows, modelDim] to [rows, heads · headDim]. */
  readonly key: (vectors: Tensor) => Tensor;
  readonly query: (vectors: Tensor) => Tensor;
}

/** The scores of contents with positions, [batch, heads, length, length]; undefined without terms. */
function scoresOfPositions(
  { vectors, byQuery, byKey }: RelativeVectors,
  { query, key }: { readonly query: Tensor; readonly key: Tensor },
  { terms, scale, ...projected }: PositionScoring,
): Tensor | undefined {
  const [batch, heads, length, headDim] = query.shape as [number, number, number, number];
  const rows = vectors.shape[0]!;
  /** content [batch, heads, length, headDim] with positions [rows, heads · headDim], and the entry of each pair. */
  const compare = (content: Tensor, positions: Tensor, indices: Tensor) => {
    const byHead = transpose(reshape(positions, [rows, heads, headDim]), [1, 0, 2]); // [heads, rows, headDim]
    const flat = reshape(transpose(content, [1, 0, 2, 3]), [heads, batch * length, headDim]);
    const scores = matMul(flat, byHead, { transposeB: true }); // [heads, batch · length, rows]
    const pairs = gather(reshape(scores, [heads * batch, length * rows]), indices, 1);
    return mul(transpose(reshape(pairs, [heads, batch, length, length]), [1, 0, 2, 3]), scale);
  };
  const scores = terms.map(term =>
    term === 'content-position'
      ? compare(query, projected.key(vectors), byQuery)
      : compare(key, projected.query(vectors), byKey),
  );
  return scores.length === 2 ? add(scores[0]!, scores[1]!) : scores[0];
}

function expectTerms(options: DisentangledAttentionOptions): void {
  expectOptions('disentangledAttention', options, {
    ...{ modelDim: 1, heads: 1, headDim: 0, bias: 0, terms: 1, dropout: 0 },
    ...{ positionKey: 0, positionQuery: 0, positionDropout: 0 },
  } as never);
  expectAttentionOptions('disentangledAttention', options);
  const known: readonly unknown[] = ['content-position', 'position-content'];
  const { terms } = options;
  if (Array.isArray(terms) && terms.every(term => known.includes(term)) && new Set(terms).size === terms.length) return;
  throw new ResidualError(
    'option',
    `disentangledAttention: terms is ${JSON.stringify(terms)}; it must be a list of ${known.join(', ')}, each once`,
  );
}
