import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import { Option } from 'commander';
import { gridViews } from '../../inspect/grid-views.js';
import {
  addPromptOptions,
  type InspectInput,
  inputOf,
  type PromptOptions,
  predictingIds,
} from '../../inspect/prompts.js';
import { tokenHeading } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../../runtime/model.js';
import { wholeNumber } from '../../runtime/option-values.js';

const kinds = ['self', 'cross', 'encoder'] as const;

interface Options extends ModelOptions, PromptOptions, ViewOptions {
  readonly layer: number;
  readonly head?: number;
  readonly kind: (typeof kinds)[number];
  readonly rollout?: boolean;
}

/** `residual inspect attention`: what the tokens of a text attend to, in a head or on the average of all. */
export const inspectAttentionCommand: CommandDefinition<Options> = {
  declare: command => {
    const kind = new Option('--kind <attention>', 'of an encoder-decoder: of the decoder to itself or to the source');
    addPromptOptions(addModelOptions(command))
      .requiredOption('--layer <n>', 'the block, from 0', wholeNumber)
      .addOption(new Option('--head <n>', 'the head, from 0 (default: the mean of all)').argParser(wholeNumber))
      .addOption(kind.choices(kinds).default('self'))
      .addOption(
        new Option('--rollout', 'follow the attention of all blocks up to this one (attention rollout)').conflicts(
          'head',
        ),
      );
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { options } = call;
      const { model } = context;
      const input = inputOf(model, '--prompt', options, options);
      const values = await weightsOf(context, input, options);
      const [rows, columns] = labelsOf(model, input, options.kind);
      printViews(options, {
        json: { weights: values },
        ...gridViews({ values, rows, columns, scale: 'sequential', limit: 1 }),
        notes: ['each row: how much this token attends to the tokens of the columns'],
      });
      return 0;
    }),
};

/** The attention weights of a block as [query][key]. */
async function weightsOf(
  { model, signal }: ModelContext,
  input: InspectInput,
  { layer, head, kind, rollout }: Options,
): Promise<number[][]> {
  const { attentionRollout, run } = await import('@residual/inspect');
  const depth = kind === 'encoder' ? model.encoderDepth : model.depth;
  if (kind !== 'self' && model.encoderDepth === 0)
    throw new ResidualError('option', `inspect: --kind ${kind} is for an encoder-decoder; this model has no encoder`);
  if (layer >= depth) throw new ResidualError('option', `inspect: --layer is ${layer}; there are ${depth} blocks`);
  if (rollout) {
    if (kind === 'cross')
      throw new ResidualError('option', 'inspect: --rollout follows self-attention; --kind must be self or encoder');
    return (await attentionRollout(model, input, { stack: kind === 'self' ? 'decoder' : 'encoder', signal }))[layer]!;
  }
  const attention = kind === 'cross' ? 'crossAttention' : 'attention';
  const path = `${kind === 'encoder' ? 'encoder' : 'decoder'}.layers.${layer}.${attention}.weights`;
  using result = run(model, input, { names: [path] });
  const weights = result.activation(path);
  const [, heads, queryLen, keyLen] = weights.shape as [number, number, number, number];
  if (head !== undefined && head >= heads)
    throw new ResidualError('option', `inspect: --head is ${head}; there are ${heads} heads`);
  const data = await weights.data();
  const chosen = head === undefined ? Array.from({ length: heads }, (_, each) => each) : [head];
  const at = (query: number, key: number) =>
    chosen.reduce((sum, each) => sum + data[(each * queryLen + query) * keyLen + key]!, 0) / chosen.length;
  return Array.from({ length: queryLen }, (_, query) => Array.from({ length: keyLen }, (_, key) => at(query, key)));
}

/** The tokens of the queries and of the keys. */
function labelsOf(model: Model, input: InspectInput, kind: Options['kind']): [string[], string[]] {
  const source = 'source' in input ? input.source : [];
  const [queries, keys] = kind === 'encoder' ? [source, source] : [predictingIds(input), predictingIds(input)];
  const heading = (id: number) => tokenHeading(model, id);
  return [queries.map(heading), (kind === 'cross' ? source : keys).map(heading)];
}
