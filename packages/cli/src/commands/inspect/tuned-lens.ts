import { writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { TunedLens } from '@residual/inspect';
import type { Model } from '@residual/model';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../../runtime/model.js';
import { inputFiles, outputFile, positiveNumber, positiveWholeNumber, seed } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import { columns, fixed, grouped } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { bar } from '../../terminal/progress.js';
import { readTexts } from '../../text/files.js';

interface Options extends ModelOptions {
  readonly out: string;
  readonly steps: number;
  readonly length: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** The share of the tokens, at the end of the texts, that measures the lens and does not train it. */
const heldOut = 0.1;

/** `residual inspect tuned-lens`: trains the translators of a tuned lens and writes them. */
export const inspectTunedLensCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command)
      .argument('<text-files...>', 'UTF-8 texts; their last tenth measures the lens', inputFiles)
      .requiredOption('--out <file>', 'the .safetensors file to write', outputFile)
      .option('--steps <n>', 'training steps', positiveWholeNumber, 250)
      .option('--length <n>', 'tokens of a window', positiveWholeNumber, 64)
      .option('--batch <n>', 'windows in a step', positiveWholeNumber, 4)
      .option('--learning-rate <r>', 'of Adam; it falls to 0 in a line', positiveNumber, 1e-3)
      .option('--seed <s>', 'the seed of the windows', seed, 0);
    return addJsonOption(command);
  },
  run: call =>
    withModel(call, async context => {
      const { lensDivergence, tunedLens } = await import('@residual/inspect');
      const { allWindows } = await import('@residual/train');
      const { options, args } = call;
      const { model, signal, progress } = context;
      const { training, validation } = await tokensIn(model, args[0], options.length);
      const { length, batch, out, steps } = options;
      const windows = () => allWindows(validation, { length, batch });
      using lens = tunedLens(model);
      const before = await lensDivergence(model, { batches: windows(), signal });
      await trainLens(context, lens, training, options);
      const after = await lensDivergence(model, { batches: windows(), lens, signal });
      progress.end();
      const { save } = await import('@residual/layers');
      await writeFile(out, await save(lens.layer, lens.weights));
      const layers = before.layers.map(({ path, divergence }, i) => ({
        path,
        logitLens: divergence,
        tunedLens: after.layers[i]!.divergence,
      }));
      printResult(options, { layers, tokens: before.tokens, steps, out }, () => {
        const rows = layers.map(({ path, logitLens, tunedLens }) => [path, fixed(logitLens, 4), fixed(tunedLens, 4)]);
        const note = `divergence from the model's own distribution on ${grouped(before.tokens)} tokens, in nats`;
        const table = columns([['stream', 'logit lens', 'tuned lens'], ...rows]);
        return `${table}\n${note}\n${out}: ${grouped(steps)} steps`;
      });
      return 0;
    }),
};

/** Trains the translators; the model does not change. */
async function trainLens(
  { model, progress, signal }: ModelContext,
  lens: TunedLens,
  ids: readonly number[],
  { steps, length, batch, learningRate, seed }: Options,
): Promise<void> {
  const { tunedLensLoss } = await import('@residual/inspect');
  const { adam, linearDecay, randomWindows, train } = await import('@residual/train');
  const run = train({
    layer: lens.layer,
    weights: lens.weights,
    loss: tunedLensLoss(model),
    batches: randomWindows(ids, { length, batch, seed }),
    optimizer: adam(),
    learningRate: linearDecay({ peak: learningRate, steps }),
    ...{ steps, seed, signal },
  });
  for await (const event of run)
    if (event.type === 'step') progress.show(`${bar('training', event.step, steps)}  loss ${event.loss.toFixed(4)}`);
}

/** The tokens of texts: those that train, and the last ones. Errors if they do not fill a window. */
async function tokensIn(model: Model, files: readonly string[], length: number) {
  if (model.encoderDepth > 0)
    throw new ResidualError('kind', 'inspect: tuned-lens trains on texts, for a model without an encoder');
  if (!model.tokenizer) throw new ResidualError('files', 'inspect: this model has no tokenizer; texts need one');
  const ids = model.tokensOf((await readTexts('inspect', files)).join('\n'));
  const end = Math.floor(ids.length * (1 - heldOut));
  const [training, validation] = [ids.slice(0, end), ids.slice(end)];
  if (Math.min(training.length, validation.length) > length) return { training, validation };
  throw new ResidualError(
    'files',
    `inspect: the texts have ${ids.length} tokens, of them ${validation.length} to measure the lens; windows of ` +
      `${length} tokens need more`,
  );
}
