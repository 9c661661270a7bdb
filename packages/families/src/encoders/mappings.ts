import type { WeightMapping } from '../family.js';

/** What begins the names and the paths of some mappings. */
interface Prefixes {
  readonly from?: string;
  readonly to?: string;
}

/**
 * The mappings of the weight and the bias of modules, path by checkpoint name. Layer norms also have the names of files
 * from before PyTorch, `gamma` and `beta`.
 */
export function moduleMappings(
  paths: Readonly<Record<string, string>>,
  { from = '', to = '' }: Prefixes = {},
): WeightMapping[] {
  return Object.entries(paths).flatMap(([name, path]) =>
    Object.entries({ weight: 'gamma', bias: 'beta' }).map(([leaf, older]) => ({
      checkpointName: `${from}${name}.${leaf}`,
      path: `${to}${path}.${leaf}`,
      ...(/norm$/i.test(name) && { otherNames: [`${from}${name}.${older}`] }),
    })),
  );
}

/** The mappings of the blocks of BERT and its relatives; `attention` has the names of the projections. */
export function blockMappings(
  attention: Readonly<Record<string, string>> = {
    'attention.self.query': 'attention.query',
    'attention.self.key': 'attention.key',
    'attention.self.value': 'attention.value',
  },
): WeightMapping[] {
  const paths = {
    ...attention,
    'attention.output.dense': 'attention.output',
    'attention.output.LayerNorm': 'attentionNorm',
    'intermediate.dense': 'mlp.up',
    'output.dense': 'mlp.down',
    'output.LayerNorm': 'mlpNorm',
  };
  return moduleMappings(paths, { from: 'encoder.layer.*.', to: 'encoder.layers.*.' });
}

/** The mappings of the embeddings of BERT and its relatives. */
export function embeddingMappings(): WeightMapping[] {
  return moduleMappings({
    'embeddings.word_embeddings': 'embedding',
    'embeddings.position_embeddings': 'positions',
    'embeddings.token_type_embeddings': 'types',
    'embeddings.LayerNorm': 'onEmbedded.norm',
  });
}

/** The mappings of a decoder of masked tokens: its matrix, where it is not tied, and its bias. */
export function decoderMappings(weight: string, bias: string): WeightMapping[] {
  return [
    { checkpointName: weight, path: 'head.weight' },
    { checkpointName: bias, path: 'head.bias' },
    { checkpointName: bias, path: 'logitsBias' },
  ];
}
