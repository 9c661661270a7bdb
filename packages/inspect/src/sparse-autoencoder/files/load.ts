import type { Config } from '@residual/families';
import { load } from '@residual/layers';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { expectOptions, firstFew, ResidualError } from '@residual/tensor';
import { pathOfName } from '../../names/transformer-lens.js';
import { type BoundSparseAutoencoder, boundSparseAutoencoder } from '../bound.js';
import { sparseAutoencoder } from '../sparse-autoencoder.js';
import { readSaeLensConfig, readSparsifyConfig } from './config.js';
import { configFile, type Layout, weightFiles } from './layouts.js';
import { storedArrays } from './stored-arrays.js';

/** Options of `loadSparseAutoencoder`. */
export interface LoadSparseAutoencoderOptions {
  /** The path of the activations, if the file does not say it or names another model's. */
  readonly path?: string;
  /** √d_in over the mean norm of the activations, if the file says that they were scaled by it and does not hold it. */
  readonly scale?: number;
  /** Unknown fields of `cfg.json` that do not change the numbers, so that they are no error. */
  readonly ignoreConfig?: readonly string[];
  /** Aborts the loading before the next array. */
  readonly signal?: AbortSignal;
}

/**
 * Loads a published sparse autoencoder from its files by name: `cfg.json` with `sae_weights.safetensors` (SAELens) or
 * `sae.safetensors` (EleutherAI's sparsify). The caller disposes it. Errors if a file is missing or invalid, or the
 * config says what is not supported.
 */
export async function loadSparseAutoencoder(
  files: ReadonlyMap<string, Uint8Array>,
  options: LoadSparseAutoencoderOptions = {},
): Promise<BoundSparseAutoencoder> {
  expectOptions('loadSparseAutoencoder', options, { path: 0, scale: 0, ignoreConfig: 0, signal: 0 });
  const { signal, path, ...choices } = options;
  signal?.throwIfAborted();
  const layout: Layout = files.has(weightFiles.sparsify) ? 'sparsify' : 'saeLens';
  const config = parseConfig(fileNamed(files, configFile));
  const bytes = fileNamed(files, weightFiles[layout]);
  const settings = (layout === 'sparsify' ? readSparsifyConfig : readSaeLensConfig)(config, choices);
  const layer = sparseAutoencoder(settings.options);
  const arrays = await storedArrays(await openSafetensors(bytesSource(bytes)), layout, settings);
  const weights = await load(layer, arrays, signal ? { signal } : {});
  return boundSparseAutoencoder(layer, weights, { path: path ?? pathOfHook(settings.hookName), config });
}

/** Our path of the activations that a hook of TransformerLens names; undefined if there is none. */
function pathOfHook(hookName: string | undefined): string | undefined {
  if (hookName === undefined || !/^(blocks\.\d+\.|hook_)/.test(hookName)) return undefined;
  // The heads side by side, as the output projection reads them.
  const heads = /^blocks\.(\d+)\.attn\.hook_z$/.exec(hookName);
  if (heads) return `decoder.layers.${heads[1]}.attention.output.input`;
  try {
    return pathOfName(hookName);
  } catch {
    return undefined;
  }
}

function fileNamed(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes) return bytes;
  throw new ResidualError(
    'files',
    `loadSparseAutoencoder: ${name} is not among the files ${firstFew([...files.keys()])}; there must be ` +
      `${configFile} and ${weightFiles.saeLens} (SAELens) or ${weightFiles.sparsify} (sparsify)`,
  );
}

function parseConfig(bytes: Uint8Array): Config {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ResidualError('files', `loadSparseAutoencoder: ${configFile} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config;
  throw new ResidualError('files', `loadSparseAutoencoder: ${configFile} is not an object`);
}
