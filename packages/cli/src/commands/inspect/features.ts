import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { BoundSparseAutoencoder, FeatureLogits, FeatureTexts } from '@residual/inspect';
import type { Model } from '@residual/model';
import { addFiringOptions, type FiringOptions, placeAsJson, placesTable, sequencesIn } from '../../inspect/firings.js';
import { runOptions } from '../../inspect/sweep.js';
import { textOfToken, tokenLabel } from '../../inspect/tokens.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { inputPath, positiveWholeNumber, tokenIds } from '../../runtime/option-values.js';
import { printResult } from '../../terminal/output.js';
import { isObject } from '../../text/files.js';

interface Options extends ModelOptions, FiringOptions {
  readonly autoencoder: string;
  readonly name?: string;
  readonly features?: readonly number[];
  readonly show: number;
}

/** The files of a sparse autoencoder that are read if they are there. */
const fileNames = ['cfg.json', 'sae_weights.safetensors', 'sae.safetensors'] as const;

/** The activations that add to the residual stream, whose features have an effect on logits by themselves. */
const addsToStream = /(^|\.)embedded$|\.layers\.\d+\.((attention|crossAttention|mlp)\.)?output$|\.layers\.\d+\.input$/;

/** `residual inspect features`: the texts and tokens of the features of a sparse autoencoder. */
export const inspectFeaturesCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command)
      .requiredOption('--autoencoder <folder>', 'cfg.json and weights as SAELens or sparsify write them', inputPath)
      .option('--name <path>', 'the activations, if the file does not say them or names others')
      .option('--features <indices>', 'the features, from 0 (default: the most active ones)', tokenIds)
      .option('--show <n>', 'how many of the most active ones', positiveWholeNumber, 10);
    return addFiringOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { featureTexts } = await import('@residual/inspect');
      const { options, args } = call;
      const { model, progress, signal } = context;
      const { features, show, count, oncePerText = false, documents } = options;
      using autoencoder = await autoencoderIn(options.autoencoder, options.name, signal);
      const found = await featureTexts(model, autoencoder, await sequencesIn(model, args[0], documents), {
        ...{ count, oncePerSequence: oncePerText },
        ...(features && { features }),
        ...runOptions({}, 'texts', context),
      });
      const strongest = ({ top }: FeatureTexts) => top[0]?.activation ?? 0;
      const shown = features ? found : found.sort((a, b) => strongest(b) - strongest(a)).slice(0, show);
      const effects = await effectsOf(model, autoencoder, shown, signal);
      progress.end();
      printResult(options, { features: shown.map((each, i) => featureAsJson(model, each, effects?.[i])) }, () =>
        shown.map((each, i) => featureTable(model, each, effects?.[i])).join('\n\n'),
      );
      return 0;
    }),
};

async function autoencoderIn(
  folder: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<BoundSparseAutoencoder> {
  const { loadSparseAutoencoder } = await import('@residual/inspect');
  const files = new Map<string, Uint8Array>();
  for (const file of fileNames) {
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    if (bytes) files.set(file, bytes);
  }
  const loaded = await loadSparseAutoencoder(files, { signal, ...(name !== undefined && { path: name }) });
  if (loaded.path !== undefined) return loaded;
  loaded.dispose();
  const path = hookNameIn(files.get('cfg.json')!);
  if (path !== undefined) return loadSparseAutoencoder(files, { signal, path });
  throw new ResidualError('option', `inspect: ${folder} does not say which activations it is for; give --name`);
}

/** The name of the activations in the metadata of a config, also if it is a path and no name of TransformerLens. */
function hookNameIn(config: Uint8Array): string | undefined {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(config));
  const metadata = isObject(parsed) && isObject(parsed.metadata) ? parsed.metadata : {};
  return typeof metadata.hook_name === 'string' ? metadata.hook_name : undefined;
}

/** What features add to logits; undefined for activations that are not added to the residual stream. */
async function effectsOf(
  model: Model,
  autoencoder: BoundSparseAutoencoder,
  shown: readonly FeatureTexts[],
  signal: AbortSignal,
): Promise<readonly FeatureLogits[] | undefined> {
  const { featureLogits, pathOfName } = await import('@residual/inspect');
  if (!addsToStream.test(pathOfName(autoencoder.path!))) return undefined;
  return featureLogits(model, autoencoder, { features: shown.map(({ feature }) => feature), top: 8, signal });
}

function featureAsJson(model: Model, { feature, top }: FeatureTexts, effects: FeatureLogits | undefined) {
  const tokens = (list: FeatureLogits['raised']) =>
    list.map(({ token, effect }) => ({ id: token, text: textOfToken(model, token) ?? null, effect }));
  return {
    feature,
    ...(effects && { raised: tokens(effects.raised), lowered: tokens(effects.lowered) }),
    top: top.map(each => placeAsJson(model, each)),
  };
}

function featureTable(model: Model, { feature, top }: FeatureTexts, effects: FeatureLogits | undefined): string {
  const tokens = (list: FeatureLogits['raised']) => list.map(({ token }) => tokenLabel(model, token)).join(' ');
  const lines = effects ? [`raises ${tokens(effects.raised)}`, `lowers ${tokens(effects.lowered)}`] : [];
  return placesTable(model, [`feature ${feature}`, ...lines].join('\n'), top);
}
