import {
  type AttendedWithKeys,
  type AttentionNeeds,
  type KeyGivingAttention,
  type KeyReadingAttention,
  type KeyReadingNeeds,
  keySource,
} from '@residual/attention';
import {
  type AnyLayer,
  bind,
  type Layer,
  type Linear,
  layer,
  linear,
  type MatrixNeed,
  matrix,
  rmsNorm,
  type Scope,
  type VectorNeed,
  vector,
  type Weights,
} from '@residual/layers';
import { type AnyActivation, applyGate } from '@residual/mlp';
import {
  add,
  concat,
  div,
  embed,
  less,
  matMul,
  maximum,
  mean,
  mul,
  ResidualError,
  reshape,
  sliceAxis,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
  toInt,
  transpose,
} from '@residual/tensor';
import { runBlock, type TensorLayer, tokenIds } from '@residual/transformer';

/** Settings of `altUp`. */
export interface AltUpOptions {
  /** Width of a stream. */
  readonly modelDim: number;
  /** The number of streams. */
  readonly streams: number;
  /** The index of the stream that runs through the parts of the block. */
  readonly active: number;
  /** Added under the root of the norm of the router. */
  readonly epsilon: number;
  /** Whether the corrected active stream is scaled by learned factors before it gates the input of the layer. */
  readonly scalesOutput: boolean;
}

/** The needs of `altUp`. */
type AltUpNeeds = {
  readonly router: Linear;
  readonly routerNorm: TensorLayer;
  readonly prediction: Linear;
  readonly correction: Linear;
  readonly outputScale: VectorNeed | undefined;
};

/** The two steps of alternating updates around a block, on streams [batch, length, streams, modelDim]. */
export interface AltUp {
  readonly needs: AltUpNeeds;
  readonly about: { readonly name: string };
  readonly active: number;
  /** What the block makes of each stream, guessed from all of them. */
  readonly predict: (w: Weights<AltUpNeeds>, streams: Tensor, scope: Scope) => Tensor;
  /** The predicted streams, corrected by what the block made of the active one, [batch, length, modelDim]. */
  readonly correct: (w: Weights<AltUpNeeds>, predicted: Tensor, activated: Tensor, scope: Scope) => Tensor;
}

/** Alternating updates (Baykal et al. 2023): several residual streams, of which one runs through each block. */
export function altUp({ modelDim, streams, active, epsilon, scalesOutput }: AltUpOptions): AltUp {
  const needs: AltUpNeeds = {
    router: linear({ in: modelDim, out: streams, bias: false }),
    routerNorm: rmsNorm({ dim: modelDim, epsilon }),
    prediction: linear({ in: streams, out: streams ** 2, bias: false }),
    correction: linear({ in: streams, out: streams, bias: false }),
    outputScale: scalesOutput ? vector([modelDim], 1) : undefined,
  };
  const { outputScale: _, ...layers } = needs;
  const partsIn = (w: Weights<AltUpNeeds>, scope: Scope) => bind(layers, w, scope);
  const route = (part: ReturnType<typeof partsIn>, x: Tensor) =>
    tanh(part.router(mul(part.routerNorm(x), 1 / modelDim)));
  return {
    needs,
    about: { name: 'altUp' },
    active,
    predict: (w, x, scope) => {
      const part = partsIn(w, scope);
      const [batch, length] = x.shape as [number, number];
      const coefficients = part.prediction(route(part, streamOf(x, active))); // [batch, length, streams²]
      return add(matMul(reshape(coefficients, [batch, length, streams, streams]), x), x);
    },
    correct: (w, predicted, activated, scope) => {
      const part = partsIn(w, scope);
      const [batch, length] = predicted.shape as [number, number];
      const factors = reshape(add(part.correction(route(part, activated)), 1), [batch, length, streams, 1]);
      const innovation = sub(activated, streamOf(predicted, active));
      return add(mul(reshape(innovation, [batch, length, 1, modelDim]), factors), predicted);
    },
  };
}

/** One of the streams [batch, length, streams, modelDim], as [batch, length, modelDim]. */
function streamOf(x: Tensor, index: number): Tensor {
  const [batch, length, , dim] = x.shape as [number, number, number, number];
  return reshape(sliceAxis(x, 2, index, 1), [batch, length, dim]);
}

/** A learned augmented residual layer (Menghani et al. 2024): x + norm(up(down(x))), [..., modelDim] to the same. */
export function laurel({ modelDim, rank, norm }: { modelDim: number; rank: number; norm: TensorLayer }): TensorLayer {
  const parts = {
    down: linear({ in: modelDim, out: rank, bias: false }),
    up: linear({ in: rank, out: modelDim, bias: false }),
    norm,
  };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      return add(x, part.norm(part.up(part.down(x))));
    },
    { name: 'laurel', inDim: modelDim, outDim: modelDim },
  );
}

/** The attention of a block: one that gives its keys and values to later blocks, or one that reads given ones. */
export type SharingAttention = KeyGivingAttention | KeyReadingAttention;

/** The parts of `altUpBlock`. */
export interface AltUpBlockParts {
  /** The updates of the streams around the block. */
  readonly altUp: AltUp;
  /** What runs beside the attention: [batch, length, modelDim] to the same. */
  readonly laurel: TensorLayer;
  /** Mixes positions of the active stream. */
  readonly attention: SharingAttention;
  /** The index of the earlier block whose keys and values the attention reads; undefined if it has its own. */
  readonly reads?: number | undefined;
  /** Whether a later block reads the keys and values of this one. */
  readonly isRead: boolean;
  /** Acts on each position of the active stream. */
  readonly mlp: TensorLayer;
  /** The norm before and after each part. */
  readonly norm: TensorLayer;
  /** Width of a stream. */
  readonly modelDim: number;
  /** The width of the input of each layer. */
  readonly layerDim: number;
  /** The activation of the gate of the layer's input. */
  readonly activation: AnyActivation;
}

/** What an `altUpBlock` reads. */
interface AltUpBlockInput {
  /** [batch, length, streams, modelDim]. */
  readonly streams: Tensor;
  /** The input of this layer, [batch, length, layerDim]. */
  readonly own: Tensor;
  /** The keys and values that the attention reads, [batch, kvHeads, length, headDim]. */
  readonly keys?: Keys | undefined;
}

type Keys = Pick<AttendedWithKeys, 'key' | 'value'>;

/** What an `altUpBlock` gives: the streams, and the keys and values of an attention that has some. */
interface AltUpBlockOutput {
  readonly streams: Tensor;
  readonly keys: Keys | undefined;
}

type AltUpBlockNeeds = {
  readonly altUp: AltUp;
  readonly attention: AnyLayer & { readonly needs: AttentionNeeds | KeyReadingNeeds };
  readonly laurel: TensorLayer;
  readonly mlp: TensorLayer;
  readonly perLayer: { readonly gate: Linear; readonly projection: Linear; readonly norm: TensorLayer };
  readonly [norm: `${string}Norm`]: TensorLayer;
};

/** A block of Gemma 3n with what the decoder must know of it. */
export interface AltUpBlock extends Layer<AltUpBlockNeeds, AltUpBlockInput, AltUpBlockOutput> {
  readonly active: number;
  readonly reads: number | undefined;
  readonly isRead: boolean;
}

/**
 * The block of Gemma 3n (Google 2025): attention and MLP with norms before and after each, beside a `laurel`, on the
 * active one of several streams; then the others get the input of the layer, gated by the corrected active stream.
 * Taps: `input` and `output`, the active stream [batch, length, modelDim]; `streams`, all of them after the block
 * [streams, batch, length, modelDim].
 */
export function altUpBlock(parts: AltUpBlockParts): AltUpBlock {
  const { altUp, attention, laurel, mlp, norm, modelDim, layerDim, activation, reads, isRead } = parts;
  const { active } = altUp;
  const layers = {
    attentionNorm: norm,
    laurel,
    attention: attention as AnyLayer,
    attentionOutputNorm: norm,
    mlpNorm: norm,
    mlp,
    mlpOutputNorm: norm,
    perLayer: {
      gate: linear({ in: modelDim, out: layerDim, bias: false }),
      projection: linear({ in: layerDim, out: modelDim, bias: false }),
      norm,
    },
  };
  const block = layer(
    { altUp, ...layers } as AltUpBlockNeeds,
    (w, { streams, own, keys }: AltUpBlockInput, scope): AltUpBlockOutput => {
      const part = bind(layers, w as never, scope);
      const inner = scope.at('altUp');
      const predicted = altUp.predict(w.altUp, tapStream('input', streams, active, scope), inner);
      const x = streamOf(predicted, active);
      const normed = part.attentionNorm(x);
      const attended: Tensor | AttendedWithKeys = part.attention(reads === undefined ? normed : { x: normed, ...keys });
      const output = 'output' in attended ? attended.output : attended;
      const sum = add(add(x, part.attentionOutputNorm(output)), part.laurel(normed));
      const mixed = mul(sum, Math.SQRT1_2);
      const activated = add(mixed, part.mlpOutputNorm(part.mlp(part.mlpNorm(mixed))));
      const corrected = altUp.correct(w.altUp, predicted, activated, inner);
      const first = streamOf(corrected, active);
      const scaled = w.altUp.outputScale ? mul(first, w.altUp.outputScale) : first;
      const gated = applyGate(activation, part.perLayer.gate(scaled), own);
      const after = addToOthers(corrected, part.perLayer.norm(part.perLayer.projection(gated)));
      const tapped = tapStreams('streams', tapStream('output', after, active, scope), scope);
      return { streams: tapped, keys: 'output' in attended ? { key: attended.key, value: attended.value } : undefined };
    },
    { name: 'altUpBlock', inDim: modelDim, outDim: modelDim },
  );
  return Object.assign(block, { active, reads, isRead });
}

/** Adds x [batch, length, modelDim] to all streams but the first. */
function addToOthers(streams: Tensor, x: Tensor): Tensor {
  const [batch, length, count, dim] = streams.shape as [number, number, number, number];
  if (count === 1) return streams;
  const others = add(sliceAxis(streams, 2, 1, count - 1), reshape(x, [batch, length, 1, dim]));
  return concat([sliceAxis(streams, 2, 0, 1), others], 2);
}

/** Taps one stream; a replacement is put back between the others. */
function tapStream(name: string, streams: Tensor, index: number, scope: Scope): Tensor {
  if (!scope.wants(name)) return streams;
  const stream = streamOf(streams, index);
  const tapped = scope.tap(name, stream);
  if (tapped === stream) return streams;
  const [batch, length, count, dim] = streams.shape as [number, number, number, number];
  const all = [
    sliceAxis(streams, 2, 0, index),
    reshape(tapped, [batch, length, 1, dim]),
    sliceAxis(streams, 2, index + 1, count - index - 1),
  ];
  return concat(
    all.filter(part => part.size > 0),
    2,
  );
}

/** Taps all streams, as [streams, batch, length, modelDim]. */
function tapStreams(name: string, streams: Tensor, scope: Scope): Tensor {
  if (!scope.wants(name)) return streams;
  const order = transpose(streams, [2, 0, 1, 3]);
  const tapped = scope.tap(name, order);
  return tapped === order ? streams : transpose(tapped, [1, 2, 0, 3]);
}

/** The parts of `altUpDecoder`. */
export interface AltUpDecoderParts {
  /** All blocks in order. */
  readonly blocks: readonly AltUpBlock[];
  /** The norm after the last block. */
  readonly norm: TensorLayer;
  /** Width of a stream. */
  readonly modelDim: number;
  /** The number of streams. */
  readonly streams: number;
  /** The inputs of all layers. */
  readonly inputs: LayerInputs;
}

/**
 * The decoder of Gemma 3n: makes the streams of the embedded tokens, runs the blocks, and averages what they made of
 * each stream. x [batch, length, modelDim] to the same. It needs the `tokenIds` in the scope. Taps: `streams`, before
 * the blocks, and those of the blocks.
 */
export function altUpDecoder({ blocks, norm, modelDim, streams, inputs }: AltUpDecoderParts): TensorLayer {
  const map = linear({ in: modelDim, out: modelDim, bias: false });
  const maps: readonly Linear[] = Array.from({ length: streams - 1 }, () => map);
  const around = { expand: maps, collapse: maps, perLayer: inputs, norm };
  return layer(
    { ...around, layers: blocks },
    (w, x: Tensor, scope) => {
      const part = bind(around, w as never, scope);
      const ids = scope.get(tokenIds);
      if (!ids) throw new ResidualError('fit', `altUpDecoder: at '${scope.path}' there are no tokenIds in the scope`);
      const own = part.perLayer({ x, ids });
      const first = joinStreams([x, ...part.expand.map(expand => withSizeOf(expand(x), x))]);
      const last = runBlocks(blocks, w.layers, { streams: tapStreams('streams', first, scope), own }, scope);
      const result = streamOf(last, 0);
      const others = part.collapse.map((collapse, i) => withSizeOf(collapse(streamOf(last, i + 1)), result));
      return part.norm(
        mul(
          others.reduce((sum, other) => add(sum, other), result),
          1 / streams,
        ),
      );
    },
    { name: 'altUpDecoder', inDim: modelDim, outDim: modelDim },
  );
}

/** Runs all blocks on the streams, each with its input [batch, length, layerDim] of `own` [..., layers · layerDim]. */
function runBlocks(
  blocks: readonly AltUpBlock[],
  weights: readonly unknown[],
  { streams, own }: AltUpBlockInput,
  scope: Scope,
): Tensor {
  const at = scope.at('layers');
  const layerDim = own.shape[2]! / blocks.length;
  const given: (Keys | undefined)[] = [];
  for (const [i, block] of blocks.entries()) {
    const { reads } = block;
    const source = reads === undefined ? undefined : at.at(reads).at('attention').path;
    const within = at.at(i).with(keySource, source);
    const input = { streams, own: sliceAxis(own, 2, i * layerDim, layerDim), keys: given[reads ?? -1] };
    if (block.isRead) {
      // It gives two tensors more than a block that is computed again in the backward pass may.
      const output = block(weights[i] as never, input, within);
      [streams, given[i]] = [output.streams, output.keys];
    } else streams = runBlock((w, x, scope) => block(w as never, x, scope).streams, weights[i], input, within);
  }
  return streams;
}

/** Joins streams [batch, length, modelDim] to [batch, length, streams, modelDim]. */
function joinStreams(streams: readonly Tensor[]): Tensor {
  const [batch, length, dim] = streams[0]!.shape as [number, number, number];
  return concat(
    streams.map(stream => reshape(stream, [batch, length, 1, dim])),
    2,
  );
}

/** x with the root of its mean square as that of `like`. */
function withSizeOf(x: Tensor, like: Tensor): Tensor {
  const meanSquare = (y: Tensor) => mean(square(y), { axis: -1, keepDims: true });
  const size = sqrt(maximum(meanSquare(like), 1e-30)); // at 0 its gradient would be infinite
  return div(mul(x, size), sqrt(maximum(meanSquare(x), 1e-5)));
}

/** Settings of `layerInputs`. */
export interface LayerInputOptions {
  /** The number of tokens in the table; others have the row of token 0. */
  readonly vocab: number;
  /** Width of the embedded tokens. */
  readonly modelDim: number;
  /** The number of layers. */
  readonly depth: number;
  /** The width of the input of each layer. */
  readonly layerDim: number;
  /** Added under the root of the norm of the projected tokens. */
  readonly epsilon: number;
  /** The id of the padding token; its look-ups pass no gradient back. */
  readonly padTokenId?: number | undefined;
}

/** The layer of `layerInputs`. */
export type LayerInputs = Layer<
  { readonly embedding: { readonly weight: MatrixNeed }; readonly projection: Linear; readonly norm: TensorLayer },
  { readonly x: Tensor; readonly ids: Tensor },
  Tensor
>;

/**
 * The inputs of all layers (Google 2025): of token ids, from a table of their own, and of the embedded tokens x [batch,
 * length, modelDim], by a projection; [batch, length, depth · layerDim].
 */
export function layerInputs(options: LayerInputOptions): LayerInputs {
  const { vocab, modelDim, depth, layerDim, epsilon, padTokenId } = options;
  const parts = {
    projection: linear({ in: modelDim, out: depth * layerDim, bias: false }),
    norm: rmsNorm({ dim: layerDim, epsilon }) as TensorLayer,
  };
  return layer(
    { embedding: { weight: matrix([vocab, depth * layerDim], { role: 'embedding' }) }, ...parts },
    (w, { x, ids }, scope) => {
      const part = bind(parts, w as never, scope);
      const [batch, length] = ids.shape as [number, number];
      const known = mul(ids, toInt(less(ids, vocab)));
      const looked = mul(embed(w.embedding.weight, known, { padTokenId }), Math.sqrt(layerDim));
      const projected = reshape(mul(part.projection(x), modelDim ** -0.5), [batch, length, depth, layerDim]);
      const normed = reshape(part.norm(projected), [batch, length, depth * layerDim]);
      return mul(add(normed, looked), Math.SQRT1_2);
    },
    { name: 'layerInputs', inDim: modelDim },
  );
}
