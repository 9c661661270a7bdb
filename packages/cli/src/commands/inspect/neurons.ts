import { addFiringOptions, type FiringOptions, placeAsJson, placesTable, sequencesIn } from '../../inspect/firings.js';
import { runOptions } from '../../inspect/sweep.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { tokenIds } from '../../runtime/option-values.js';
import { printResult } from '../../terminal/output.js';

interface Options extends ModelOptions, FiringOptions {
  readonly name: string;
  readonly neurons: readonly number[];
}

/** `residual inspect neurons`: the places of texts at which neurons fire most. */
export const inspectNeuronsCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command)
      .requiredOption(
        '--name <path>',
        'the activations, such as decoder.layers.2.mlp.hidden, or a name of TransformerLens (blocks.2.mlp.hook_post)',
      )
      .requiredOption('--neurons <indices>', 'the neurons, from 0, separated by commas', tokenIds);
    return addFiringOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { topActivations } = await import('@residual/inspect');
      const { options, args } = call;
      const { name, neurons, count, oncePerText = false, documents } = options;
      const { model, progress } = context;
      const found = await topActivations(model, await sequencesIn(model, args[0], documents), {
        ...{ names: [name], neurons, count, oncePerSequence: oncePerText },
        ...runOptions({}, 'texts', context),
      });
      progress.end();
      const plain = found.map(({ path, neuron, top }) => ({
        path,
        neuron,
        top: top.map(each => placeAsJson(model, each)),
      }));
      printResult(options, { neurons: plain }, () =>
        found.map(({ path, neuron, top }) => placesTable(model, `neuron ${neuron} of ${path}`, top)).join('\n\n'),
      );
      return 0;
    }),
};
