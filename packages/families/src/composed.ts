import { type HasNeeds, type Needs, visit, weightNeeds } from '@residual/layers';
import { expectValue, ResidualError, showValue } from '@residual/tensor';
import type { TextModel } from '@residual/transformer';
import { type Config, ConfigReader } from './config/config.js';
import type { CausalComposition, Composition, Family, SequenceToSequenceComposition, TextTask } from './family.js';
import { composedClass } from './is-composed.js';
import { architectureOf, labelsOf, problemTypeOf, taskOf } from './text/text-tasks.js';

/** A whole model composed by hand: a `languageModel`, an `encoderDecoder`, or a text model with or without a head. */
export type ComposedLayer = CausalComposition['model'] | SequenceToSequenceComposition['model'] | TextModel;

/**
 * The family of one composed layer, so that its checkpoints are opened like published ones. Its weights have their own
 * paths as names. `modelType` is the `model_type` of its config, `composed` if absent. `compose` gives the layer, and
 * errors if a config states other sizes than it has. Errors for a layer that is no whole model.
 */
export function composedFamily(layer: ComposedLayer, modelType = 'composed'): Family {
  const kind = kindOf(layer);
  const tasks = kind === 'text' ? tasksOf(layer as TextModel) : [];
  const architectures =
    kind === 'text' ? tasks.map(task => architectureOf(composedClass, task)) : [architectureNames[kind]];
  return {
    name: modelType,
    modelTypes: [modelType],
    architectures,
    compose: fields => compositionOf(layer, { kind, tasks, architectures }, new ConfigReader(modelType, fields)),
    mappings: weightNeeds(layer as HasNeeds<unknown>).map(({ path }) => ({ checkpointName: path, path })),
    prefix: '',
    buffers: [],
    aliases: {},
  };
}

/**
 * The `config.json` of a composed layer: its sizes under the names of published configs, and the fields of `own`.
 * Errors if `own` lacks `max_position_embeddings` where the layer has no limit of its own, and if it contradicts the
 * layer.
 */
export function composedConfig(layer: ComposedLayer, own: Config = {}): Config {
  const { model_type: modelType = 'composed' } = own;
  expectValue(typeof modelType === 'string', 'composedConfig', 'model_type', modelType, 'a text');
  const family = composedFamily(layer, modelType as string);
  const maxPositions = positionsOf(layer);
  const config = {
    model_type: modelType,
    ...(family.architectures.length === 1 && { architectures: family.architectures }),
    ...Object.fromEntries(sizesOf(layer)),
    ...(maxPositions !== undefined && { max_position_embeddings: maxPositions }),
    ...('encode' in layer && { is_encoder_decoder: true }),
    ...own,
  };
  family.compose(config); // throws if `own` does not fit
  return config;
}

type Kind = keyof typeof architectureNames | 'text';

const architectureNames = {
  'causal-lm': 'ComposedForCausalLM',
  'seq2seq-lm': 'ComposedForConditionalGeneration',
} as const;

function kindOf(layer: ComposedLayer): Kind {
  const has = (...names: string[]) => typeof layer === 'function' && names.every(name => name in layer);
  if (has('encode', 'decode', 'source') && 'vocab' in (layer as SequenceToSequenceComposition['model']).source)
    return 'seq2seq-lm';
  if (has('unembed', 'body')) return 'causal-lm';
  if (has('hiddenStates')) return 'text';
  const name = has('about') ? (layer.about.name ?? 'the layer') : showValue(layer);
  throw new ResidualError(
    'fit',
    `composedFamily: ${name} is no whole model that reads tokens; a languageModel, encoderDecoder, textEncoder, ` +
      'textDecoder, maskedLanguageModel or withHead of @residual/transformer is one',
  );
}

/** The tasks that a text model can have been made for: several if it has a head, whose task its config names. */
function tasksOf(layer: TextModel): readonly TextTask[] {
  const { needs } = layer as HasNeeds<Record<string, unknown>>;
  if (layer.about.name === 'maskedLanguageModel') return ['masked-lm'];
  return 'head' in needs ? ['sequence-classification', 'token-classification', 'question-answering'] : ['features'];
}

/** What a layer can be. */
interface LayerKind {
  readonly kind: Kind;
  readonly tasks: readonly TextTask[];
  readonly architectures: readonly string[];
}

function compositionOf(layer: ComposedLayer, { kind, tasks, architectures }: LayerKind, config: ConfigReader) {
  const names = config.value('architectures');
  if (!Array.isArray(names) || !architectures.includes(names[0]))
    config.refuse('architectures', names, `a list of one of ${architectures.join(', ')}`);
  for (const [field, size] of sizesOf(layer)) config.expectValue(field, size);
  const limit = positionsOf(layer);
  const maxPositions = config.maxPositions('max_position_embeddings', limit);
  if (limit !== undefined && maxPositions > limit)
    config.refuse('max_position_embeddings', maxPositions, `at most ${limit}, the positions of the layer`);
  const { needs } = layer as HasNeeds<Record<string, unknown>>;
  const { depth, heads } = stackSizes(needs.decoder ?? needs.encoder);
  const sizes = { maxPositions, openEnded: limit === undefined, depth, heads };
  if (kind === 'causal-lm') return { kind, model: layer, ...sizes } as Composition;
  if (kind === 'seq2seq-lm') {
    const encoder = stackSizes(needs.encoder);
    const encoderSizes = { encoderDepth: encoder.depth, encoderHeads: encoder.heads };
    return { kind, model: layer, ...encoderSizes, ...sizes } as Composition;
  }
  const task = taskOf(config, { className: composedClass, tasks });
  const labels = task === 'masked-lm' || task === 'features' ? [] : labelsOf(config);
  const problemType = task === 'sequence-classification' ? problemTypeOf(config) : undefined;
  const side = 'decoder' in needs ? 'decoder' : 'encoder';
  const about = { architecture: architectureOf(composedClass, task), labels, ...(problemType && { problemType }) };
  return { kind: task, model: layer, side, ...about, ...sizes } as Composition;
}

/** The sizes of a layer under the names of config fields. */
function sizesOf(layer: ComposedLayer): [field: string, size: number][] {
  const { needs } = layer as HasNeeds<Record<string, unknown>>;
  const { depth, heads } = stackSizes(needs.decoder ?? needs.encoder);
  const encoder = 'encode' in layer ? stackSizes(needs.encoder) : undefined;
  return [
    ['vocab_size', layer.vocab],
    ['hidden_size', layer.dim],
    ['num_hidden_layers', depth],
    ['num_attention_heads', heads],
    ...(encoder
      ? ([
          ['encoder_layers', encoder.depth],
          ['encoder_attention_heads', encoder.heads],
        ] as [string, number][])
      : []),
  ];
}

/** How many blocks a stack runs, and the heads of its first attention; 0 where it has none. */
function stackSizes(stack: unknown): { readonly depth: number; readonly heads: number } {
  let [depth, heads] = [0, 0];
  visit(
    stack as Needs,
    (path, about, part) => {
      if (path === '') depth = about.depth ?? 0;
      const sizes = part as { readonly heads?: number; readonly headDim?: number };
      if (sizes.headDim !== undefined && heads === 0) heads = sizes.heads ?? 0;
    },
    () => {},
  );
  return { depth, heads };
}

/** The longest sequence that the position encodings of a layer allow; undefined if they compute any position. */
function positionsOf(layer: ComposedLayer): number | undefined {
  const limits: number[] = [];
  visit(
    layer as Needs,
    (_path, _about, part) => {
      const { maxPositions } = part as { readonly maxPositions?: number };
      if (maxPositions !== undefined) limits.push(maxPositions);
    },
    () => {},
  );
  return limits.length > 0 ? Math.min(...limits) : undefined;
}
