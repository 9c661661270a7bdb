import { projectedEmbedding, tokenEmbedding } from '@residual/embeddings';
import { linear, type PositionEncoding, sequential } from '@residual/layers';
import { mul, type Tensor, tanh } from '@residual/tensor';
import { languageModel, stack, type TensorLayer } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { CausalComposition, ComposeOptions } from '../family.js';
import type { DecoderSizes } from './sizes.js';

/** The parts of a decoder-only model between its embedding and its head. */
export interface CausalParts {
  /** The sizes of embedding, head and stack. */
  readonly sizes: Pick<DecoderSizes, 'modelDim' | 'vocab' | 'maxPositions' | 'depth' | 'heads'>;
  /** All blocks in order, or one that is repeated. */
  readonly block?: TensorLayer | readonly TensorLayer[];
  /** The layers between embedding and head, with their norm, where they are no stack of blocks. */
  readonly decoder?: TensorLayer;
  /** The norm after the last block. */
  readonly norm?: TensorLayer | undefined;
  /** Whether the head is tied to the embedding where the config does not say it. */
  readonly tied: boolean;
  /** The longest sequence; `maxPositions` of the sizes if absent. */
  readonly maxPositions?: number;
  /** Whether longer sequences can be computed too; true if absent. */
  readonly openEnded?: boolean;
  /** A position encoding on the input, such as learned positions. */
  readonly positionEncoding?: PositionEncoding | undefined;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly afterEmbedding?: TensorLayer | undefined;
  /** The width of the embedding's table, where the model has another; projections lead from it and back. */
  readonly tableDim?: number;
  /** A factor on the embedded tokens; 1 if absent. */
  readonly embeddingScale?: number;
  /** A factor on the input of the head; 1 if absent. */
  readonly headScale?: number;
  /** Whether the head has a bias; false if absent. */
  readonly headBias?: boolean;
  /** A function of the logits, such as a bound on them. */
  readonly onLogits?: ((logits: Tensor) => Tensor) | undefined;
  /** Fields that do not change the results, beside those that no family reads. */
  readonly ignored?: readonly string[];
}

/** A decoder-only model from its config and its blocks. Errors on fields that nothing has read. */
export function causalModel(
  config: ConfigReader,
  options: ComposeOptions | undefined,
  parts: CausalParts,
): CausalComposition {
  const { sizes, positionEncoding, afterEmbedding, embeddingScale = 1, headScale, onLogits } = parts;
  const { modelDim, vocab, depth, heads } = sizes;
  const tied = config.flag('tie_word_embeddings', parts.tied);
  const padTokenId = config.tokenId('pad_token_id');
  config.refuseUnread(['pretraining_tp', ...(parts.ignored ?? []), ...(options?.ignoreConfig ?? [])]);
  const hasBias = parts.headBias ?? false;
  const { tableDim = modelDim } = parts;
  const table = tokenEmbedding({ vocab, dim: tableDim, scale: embeddingScale, padTokenId });
  const own = linear({ in: tableDim, out: vocab, bias: hasBias, role: 'unembedding' });
  const isProjected = tableDim !== modelDim;
  const projection = linear({ in: tableDim, out: modelDim, bias: false });
  const headProjection = linear({ in: modelDim, out: tableDim, bias: false });
  const projected = { embedding: table, projection, headProjection: tied ? headProjection : undefined };
  const head = isProjected ? sequential({ projection: headProjection, output: own }) : own;
  const model = languageModel({
    embedding: isProjected ? projectedEmbedding(projected) : table,
    positionEncoding,
    afterEmbedding,
    decoder: parts.decoder ?? stackOf(parts),
    head: tied ? undefined : head,
    logitsBias: tied && hasBias,
    ...(headScale !== undefined && { headScale }),
    onLogits,
  });
  const { maxPositions = sizes.maxPositions, openEnded = true } = parts;
  return { kind: 'causal-lm', model, maxPositions, openEnded, depth, heads };
}

/** The stack of the blocks and their norm. */
function stackOf({ block, norm, sizes: { depth } }: CausalParts): TensorLayer {
  return Array.isArray(block) ? stack({ block, norm }) : stack({ block: block as TensorLayer, depth, norm });
}

/** A bound on logits, cap · tanh(logits / cap); none if the cap is undefined. */
export function softCap(cap: number | undefined): ((logits: Tensor) => Tensor) | undefined {
  return cap === undefined ? undefined : logits => mul(tanh(mul(logits, 1 / cap)), cap);
}

/** The bound of a config field; undefined if it is null, or absent without a fallback. */
export function capOf(config: ConfigReader, name: string, fallback?: number): number | undefined {
  if (config.has(name)) return config.optionalNumber(name);
  return fallback;
}
