import { causal, crossAttention, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { dropout, layerNorm, linear, type Positions } from '@residual/layers';
import { mlp } from '@residual/mlp';
import {
  crossBlock,
  crossStack,
  encoderDecoder,
  type Part,
  postNormBlock,
  postNormCrossBlock,
  stack,
  transformerBlock,
} from '@residual/transformer';
import { ConfigReader } from './config.js';
import { fairseqRows } from './fairseq-rows.js';
import type { Family, SequenceToSequenceComposition, StoredTable } from './family.js';
import { normThenDropout } from './norm-then-dropout.js';

/** In what the encoder-decoders that share one layout of files differ. */
export interface Variant {
  readonly name: string;
  readonly modelTypes: readonly string[];
  readonly architectures: readonly string[];
  /** Norms after each sum, as in the first transformer, or before each part with one more at the end. */
  readonly norms: 'after' | 'before';
  /** Whether the embedded input has a norm of its own. */
  readonly inputNorm: boolean;
  /** Positions of one side, for inputs up to `positions`. */
  readonly positions: (options: { positions: number; dim: number }) => Positions;
  /** What a file may hold of positions by a formula: under which name, and what becomes of it. */
  readonly table?: Omit<StoredTable, 'theirs' | 'ours'> & { readonly leaf: string };
  /** Whether positions are learned, so that each side has its own. */
  readonly learned: boolean;
  /** Whether the logits have a bias. */
  readonly logitsBias: boolean;
  readonly scaleEmbedding: boolean;
  readonly activation: string;
  /** Whether the languages may have a table each, as Marian's `share_encoder_decoder_embeddings` false says. */
  readonly ownTables?: boolean;
  /** Fields that older files of this kind write and that must be as they are given here. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** An encoder-decoder in the layout of fairseq's models: Marian, BART, mBART, M2M-100, Pegasus. */
export function fairseqFamily(variant: Variant): Family<SequenceToSequenceComposition> {
  const { name, modelTypes, architectures } = variant;
  return {
    name,
    modelTypes,
    architectures,
    compose: (fields, { ignoreConfig = [], storedTables = false } = {}) =>
      compose(storedTables ? withStoredTables(variant) : variant, new ConfigReader(name, fields), ignoreConfig),
    prefix: 'model.',
    rows: fairseqRows(),
    // fairseq's own marks: an empty tensor that knows its device, and the version of a layout.
    buffers: [{ name: /(^|\.)embed_positions\._float_tensor$/ }, { name: /^(model\.)?(encoder|decoder)\.version$/ }],
    ...(variant.table && { tables: tablesOf(variant.table) }),
    aliases: {
      'model.shared.weight': [
        'model.encoder.embed_tokens.weight',
        'model.decoder.embed_tokens.weight',
        'lm_head.weight',
      ],
      'model.decoder.embed_tokens.weight': ['lm_head.weight'],
    },
    head: 'lm_head.weight',
    copies: { 'model.shared.weight': ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight'] },
  };
}

/** Sinusoids that a file holds, for both sides. */
function tablesOf({ leaf, ...table }: NonNullable<Variant['table']>): StoredTable[] {
  const [source, target] = ['source.positions.table', 'target.positions.table'];
  return [
    { theirs: `encoder.embed_positions.${leaf}`, ours: [source], ...table },
    { theirs: `decoder.embed_positions.${leaf}`, ours: [target, source], ...table },
  ];
}

/** The same family with the tables of a file in the place of its formula. */
const withStoredTables = (variant: Variant): Variant => ({ ...variant, positions: learnedPositions, learned: true });

function compose(
  variant: Variant,
  config: ConfigReader,
  ignoreConfig: readonly string[],
): SequenceToSequenceComposition {
  const modelDim = config.size('d_model', 1024);
  const positions = config.positions('max_position_embeddings', 1024);
  const vocab = config.size('vocab_size');
  const activation = config.activation('activation_function', variant.activation);
  const rate = (name: string) => {
    const value = config.rate(name);
    return value > 0 ? dropout({ rate: value }) : undefined;
  };
  const [outer, inner, middle] = [rate('dropout'), rate('attention_dropout'), rate('activation_dropout')];
  const norm = layerNorm({ dim: modelDim });
  const side = (name: 'encoder' | 'decoder') => ({
    heads: config.size(`${name}_attention_heads`, 16),
    depth: config.depth(`${name}_layers`, 12),
    perceptron: mlp({ modelDim, hiddenDim: config.size(`${name}_ffn_dim`, 4096), activation, dropout: middle }),
  });
  const [encoder, decoder] = [side('encoder'), side('decoder')];
  const scale = config.flag('scale_embedding', variant.scaleEmbedding) ? Math.sqrt(modelDim) : 1;
  const shared = !variant.ownTables || config.flag('share_encoder_decoder_embeddings', true);
  const targetVocab = variant.ownTables ? config.size('decoder_vocab_size', vocab) : vocab;
  const tied = config.flag('tie_word_embeddings', true);
  const padding = config.token('pad_token_id');
  for (const [field, allowed] of Object.entries(variant.fixed)) config.only(field, allowed);
  config.finish([...trainingFields, ...ignoreConfig]);

  const input = () => ({
    positions: variant.positions({ positions, dim: modelDim }),
    onEmbedded: variant.inputNorm ? normThenDropout(norm, outer) : outer,
  });
  const [selfAttentionOf, crossAttentionOf] = [
    (heads: number, isCausal: boolean) =>
      selfAttention({ modelDim, heads, ...(isCausal && { mask: causal() }), dropout: inner }),
    (heads: number) => crossAttention({ modelDim, heads, dropout: inner }),
  ];
  const encoderParts = {
    norm,
    attention: selfAttentionOf(encoder.heads, false),
    mlp: encoder.perceptron,
    dropout: outer,
  };
  const decoderParts = {
    norm,
    attention: selfAttentionOf(decoder.heads, true),
    crossAttention: crossAttentionOf(decoder.heads),
    mlp: decoder.perceptron,
    dropout: outer,
  };
  const after = variant.norms === 'after';
  const last = after ? {} : { norm };
  const isApart = !shared || variant.learned;
  const ownTable = shared ? {} : { embedding: tokenEmbedding({ vocab: targetVocab, dim: modelDim, scale, padding }) };
  const model = encoderDecoder({
    source: { embedding: tokenEmbedding({ vocab, dim: modelDim, scale, padding }), ...input() },
    ...(isApart && { target: { ...ownTable, ...input() } }),
    encoder: stack({
      block: (after ? postNormBlock(encoderParts) : transformerBlock(encoderParts)) as Part,
      depth: encoder.depth,
      ...last,
    }),
    decoder: crossStack({
      block: after ? postNormCrossBlock(decoderParts) : crossBlock(decoderParts),
      depth: decoder.depth,
      ...last,
    }),
    ...(tied
      ? { logitsBias: variant.logitsBias }
      : { head: linear({ in: modelDim, out: targetVocab, bias: variant.logitsBias, role: 'unembedding' }) }),
  });
  const facts = {
    depth: decoder.depth,
    heads: decoder.heads,
    encoderDepth: encoder.depth,
    encoderHeads: encoder.heads,
  };
  return { kind: 'seq2seq-lm', model, positions, ...facts };
}

/** Fields that matter in training alone, or repeat what others say. */
const trainingFields: readonly string[] = [
  'init_std',
  'encoder_layerdrop',
  'decoder_layerdrop',
  'num_hidden_layers',
  'classifier_dropout',
  'classif_dropout',
  'static_position_embeddings',
  'force_bos_token_to_be_generated',
];
