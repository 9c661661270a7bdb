import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ResidualError } from '@residual/base';
import type { ComposedLayer } from '@residual/families';
import { Option } from 'commander';
import { inputFile } from './option-values.js';

/** The option `--layer-module`. */
export function layerOption(): Option {
  const what = 'module that exports the layer of a model that was composed by hand, as layer or by default';
  return new Option('--layer-module <file>', what).argParser(inputFile);
}

/** The layer that a module exports. Runs the module. Errors if it exports none. */
export async function layerIn(file: string): Promise<ComposedLayer> {
  const module: { readonly layer?: unknown; readonly default?: unknown } = await import(
    pathToFileURL(resolve(file)).href
  );
  const layer = module.layer ?? module.default;
  if (typeof layer === 'function' && 'needs' in layer) return layer as ComposedLayer;
  throw new ResidualError('option', `--layer-module: ${file} exports no layer, neither as layer nor by default`);
}
