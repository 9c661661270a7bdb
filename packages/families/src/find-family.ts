import { ResidualError, showValue } from '@residual/tensor';
import type { ComposedLayer } from './composed.js';
import type { Config } from './config/config.js';
import type { Family } from './family.js';
import { isComposed } from './is-composed.js';

/**
 * The family that `model_type` of a config names, or else `architectures`: one of `own`, or else one of this package,
 * whose file is loaded; neither its neighbours nor the catalog are loaded if one of `own` matches. With a `layer` it is
 * that of the layer. Errors with code `family` if there is none.
 */
export async function findFamily(
  config: Config,
  own: readonly Family[] = [],
  layer?: ComposedLayer | undefined,
): Promise<Family> {
  if (layer) return (await import('./composed.js')).composedFamily(layer, config.model_type as string);
  const family = matchingFamily(config, own) ?? (await fromCatalog(config, own));
  if (!namesClassifier(config)) return family;
  const { familyForTask } = await import('./text/decoder-heads.js'); // most models have no such head
  return familyForTask(family, config);
}

async function fromCatalog(config: Config, own: readonly Family[]): Promise<Family> {
  const { catalog } = await import('./catalog.js');
  if (isComposed(config)) refuseFamily(config, own);
  const { model_type: type, architectures } = config;
  const entry = catalog.find(({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type));
  if (entry) return entry.load();
  const byArchitecture =
    type === undefined && Array.isArray(architectures) && architectures.length > 0
      ? matchingFamily(config, await Promise.all(catalog.map(({ load }) => load())))
      : undefined;
  return byArchitecture ?? refuseFamily(config, [...own, ...catalog]);
}

function namesClassifier({ architectures }: Config): boolean {
  const [name] = Array.isArray(architectures) ? architectures : [];
  return typeof name === 'string' && name.endsWith('ForSequenceClassification');
}

/** The family of these that `model_type` of a config names, or else `architectures`; undefined if there is none. */
export function matchingFamily<F extends Family>(config: Config, families: readonly F[]): F | undefined {
  const { model_type: type, architectures } = config;
  if (typeof type === 'string') return families.find(({ modelTypes }) => modelTypes.includes(type));
  const names = Array.isArray(architectures) && type === undefined ? architectures : [];
  return families.find(family => family.architectures.some(name => names.includes(name)));
}

/** Throws the error for a config of no known family. */
export function refuseFamily(config: Config, known: readonly Pick<Family, 'modelTypes'>[]): never {
  const { model_type: type, architectures } = config;
  if (isComposed(config)) {
    throw new ResidualError(
      'family',
      `familyOf: model_type ${showValue(type)} was composed by hand, which no family describes; code that has its ` +
        'layer opens it: loadModel(source, { layer }), or { families: [composedFamily(layer)] }',
    );
  }
  throw new ResidualError(
    'family',
    `familyOf: model_type ${showValue(type)} (architectures ${showValue(architectures)}) is not known; known ` +
      `are ${known.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
  );
}
