import { writeFile } from 'node:fs/promises';
import type { Run } from '@residual/inspect';
import type { StoredTensor } from '@residual/safetensors';
import { addPromptOptions, inputOf, type PromptOptions } from '../../inspect/prompts.js';
import { type Statistics, statisticsOf } from '../../inspect/statistics.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { outputFile } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import { columns, fixed, grouped } from '../../terminal/format.js';
import { print, printResult } from '../../terminal/output.js';

interface Options extends ModelOptions, PromptOptions {
  readonly names: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

interface Activation extends Statistics {
  readonly path: string;
  readonly shape: readonly number[];
}

/** `residual inspect activations`: shapes and statistics of the tensors inside a run; it can write them to a file. */
export const inspectActivationsCommand: CommandDefinition<Options> = {
  declare: command => {
    addPromptOptions(addModelOptions(command))
      .requiredOption(
        '--names <pattern...>',
        'paths with * for one step and ** for any number, such as decoder.layers.*.mlp.output, or names of ' +
          'TransformerLens, such as blocks.0.attn.hook_pattern',
      )
      .option('--out <file>', 'write the tensors to this .safetensors file', outputFile);
    return addJsonOption(command);
  },
  run: call =>
    withModel(call, async ({ model }) => {
      const { run } = await import('@residual/inspect');
      const { options } = call;
      const { names, out } = options;
      using result = run(model, inputOf(model, '--prompt', options, options), { names });
      const tensors = await tensorsOf(result);
      const activations = [...tensors].map(([path, { shape, data }]) => ({ path, shape, ...statisticsOf(data) }));
      if (out !== undefined) {
        const { writeSafetensors } = await import('@residual/safetensors');
        await writeFile(out, writeSafetensors(tensors));
      }
      printResult(options, { activations }, () => tableOf(activations));
      if (out !== undefined && !options.json)
        print(`\n${grouped(tensors.size)} ${tensors.size === 1 ? 'tensor' : 'tensors'} in ${out}`);
      return 0;
    }),
};

type Stored = StoredTensor<'F32'> | StoredTensor<'I32'>;

async function tensorsOf({ activations }: Run): Promise<Map<string, Stored>> {
  const tensors = new Map<string, Stored>();
  for (const [path, x] of activations) {
    const [data, shape] = [await x.data(), [...x.shape]];
    if (data instanceof Int32Array) tensors.set(path, { dtype: 'I32', shape, data });
    else tensors.set(path, { dtype: 'F32', shape, data: Float32Array.from(data) });
  }
  return tensors;
}

function tableOf(activations: readonly Activation[]): string {
  const rows = activations.map(({ path, shape, mean, std, min, max }) => [
    path,
    `[${shape.join(', ')}]`,
    ...[mean, std, min, max].map(value => fixed(value, 4)),
  ]);
  return columns([['path', 'shape', 'mean', 'std', 'min', 'max'], ...rows]);
}
