import { presets } from '../describe/presets.js';
import { factsAsJson, factsAsText } from '../describe/report.js';
import { describedSource } from '../describe/source.js';
import type { CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';
import { type FormName, weightsOption } from '../runtime/model.js';
import { addJsonOption } from '../runtime/options.js';
import { printResult } from '../terminal/output.js';

interface Options {
  readonly weights?: FormName;
  readonly parts?: boolean;
  readonly json?: boolean;
}

/** `residual describe`: the parts and sizes of a checkpoint or a config, without loading weights. */
export const describeCommand: CommandDefinition<Options, readonly [string]> = {
  declare: command => {
    command
      .argument('<source>', `folder, URL, Hugging Face id, config.json, or ${Object.keys(presets).join(', ')}`)
      .addOption(weightsOption())
      .option('--parts', 'list the parts of every block, not only of the first');
    return addJsonOption(command, 'print one JSON object instead of tables');
  },
  run: ({ command, args, options }) =>
    withContext(command, undefined, async ({ signal }) => {
      const [{ describe }, { describeSource }] = await Promise.all([
        import('@residual/layers'),
        import('@residual/model'),
      ]);
      const { weights } = options;
      const source = await describedSource(args[0]);
      const settings = { signal, ...(weights && { weights }) };
      const { family, composition, formOf } = await describeSource(source, settings);
      const { model, maxPositions, depth } = composition;
      const description = describe(model, { keyLen: maxPositions, formOf });
      const facts = { family: family.name, description, maxPositions, depth };
      printResult(options, factsAsJson(facts), () => factsAsText(facts, options.parts ?? false));
      return 0;
    }),
};
