import { ResidualError } from '@residual/tensor';

/**
 * Names of hook points in TransformerLens (Nanda and Bloom 2022) and our paths. `*` is the number of the block. The
 * tensors are the same; ours with heads are [batch, heads, length, headDim], there [batch, length, heads, headDim].
 */
const aliases: readonly (readonly [alias: string, path: string])[] = [
  ['hook_embed', 'embedding.output'],
  ['hook_pos_embed', 'positions.embedding'],
  ['blocks.*.hook_resid_pre', 'decoder.layers.*.input'],
  ['blocks.*.hook_resid_mid', 'decoder.layers.*.mlpNorm.input'],
  ['blocks.*.hook_resid_post', 'decoder.layers.*.output'],
  ['blocks.*.hook_attn_out', 'decoder.layers.*.attention.output'],
  ['blocks.*.hook_mlp_out', 'decoder.layers.*.mlp.output'],
  ['blocks.*.attn.hook_q', 'decoder.layers.*.attention.queryBeforePositions'],
  ['blocks.*.attn.hook_k', 'decoder.layers.*.attention.keyBeforePositions'],
  ['blocks.*.attn.hook_rot_q', 'decoder.layers.*.attention.query'],
  ['blocks.*.attn.hook_rot_k', 'decoder.layers.*.attention.key'],
  ['blocks.*.attn.hook_v', 'decoder.layers.*.attention.value'],
  ['blocks.*.attn.hook_z', 'decoder.layers.*.attention.headOutputs'],
  ['blocks.*.attn.hook_attn_scores', 'decoder.layers.*.attention.scores'],
  ['blocks.*.attn.hook_pattern', 'decoder.layers.*.attention.weights'],
  ['blocks.*.mlp.hook_pre', 'decoder.layers.*.mlp.preActivation'],
  ['blocks.*.mlp.hook_pre_linear', 'decoder.layers.*.mlp.up.output'],
  ['blocks.*.mlp.hook_post', 'decoder.layers.*.mlp.hidden'],
];

/** Our path for a name of TransformerLens, `*` for the block allowed; any other text is a path already. */
export function pathOfName(name: string): string {
  if (!/(^|\.)hook_/.test(name)) return name;
  const block = /^blocks\.(\d+|\*)\./.exec(name)?.[1];
  const alias = name.replace(/^blocks\.\d+\./, 'blocks.*.');
  const found = aliases.find(([known]) => known === alias);
  if (found) return found[1].replace('*', block ?? '*');
  throw new ResidualError(
    'tap',
    `inspect: '${name}' has no path here; the names of TransformerLens that have one are ` +
      aliases.map(([known]) => known).join(', '),
  );
}
