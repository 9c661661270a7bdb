import { type Config, ConfigReader } from '../config/config.js';
import type { AudioComposition, Family } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { labelsOf } from '../text/text-tasks.js';
import { keywordTransformer } from './keyword-transformer.js';
import { blockOutputs } from './wav2vec2-parts.js';

const architecture = 'KeywordTransformer';

/**
 * Checkpoints of `keywordTransformer`, whose tensors have the names of its weights. `residual train keywords` trains
 * them; the original ones of TensorFlow have another layout.
 */
export const keywordSpotting: Family<AudioComposition> = /* @__PURE__ */ keywordFamily();

function keywordFamily(): Family<AudioComposition> {
  return {
    name: 'keyword_transformer',
    modelTypes: ['keyword_transformer'],
    architectures: [architecture],
    compose: (config, { ignoreConfig = [] } = {}) =>
      compose(new ConfigReader('keyword_transformer', config), ignoreConfig),
    prefix: '',
    mappings: [
      { checkpointName: 'features.classToken.weight', path: 'features.classToken.weight' },
      { checkpointName: 'positions.weight', path: 'positions.weight' },
      ...namedAlike('', ['features.patch', 'head.norm', 'head.classifier']),
      ...namedAlike('encoder.layers.*.', [
        ...['query', 'key', 'value', 'output'].map(name => `attention.${name}`),
        ...['attentionNorm', 'mlp.up', 'mlp.down', 'mlpNorm'],
      ]),
    ],
    buffers: [],
    aliases: {},
    hiddenStatePaths: blockOutputs,
  };
}

function namedAlike(prefix: string, modules: readonly string[]) {
  return moduleNames(Object.fromEntries(modules.map(name => [name, name])), { checkpoint: prefix, tree: prefix });
}

function compose(config: ConfigReader, ignoreConfig: readonly string[]): AudioComposition {
  const [bins, frames] = [config.size('num_mfcc', 40), config.size('max_length', 98)];
  const heads = config.size('num_attention_heads', 1);
  const depth = config.depth('num_hidden_layers', 12);
  const modelDim = config.size('hidden_size', 64);
  const hiddenDim = config.size('intermediate_size', 4 * modelDim);
  const labels = labelsOf(config);
  const model = keywordTransformer({ labels: labels.length, frames, bins, modelDim, heads, hiddenDim, depth });
  config.refuseUnread(ignoreConfig);
  return {
    kind: 'audio-classification',
    model,
    architecture,
    source: { kind: 'frames', bins, frames },
    labels,
    ...{ maxPositions: frames + 1, depth, heads },
  };
}

/** The `config.json` of a new Keyword Transformer that tells labels apart. */
export function keywordConfig(
  labels: readonly string[],
  sizes: { readonly modelDim: number; readonly heads: number; readonly depth: number },
): Config {
  return {
    architectures: [architecture],
    model_type: 'keyword_transformer',
    num_mfcc: 40,
    max_length: 98,
    hidden_size: sizes.modelDim,
    intermediate_size: 4 * sizes.modelDim,
    num_attention_heads: sizes.heads,
    num_hidden_layers: sizes.depth,
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
}
