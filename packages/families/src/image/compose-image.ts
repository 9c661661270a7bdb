import { type ImageModel, type TensorLayer, withImageHead } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { ImageComposition, ImageTask } from '../family.js';
import { labelsOf, problemTypeOf } from '../text/text-tasks.js';

/** The head of a class of Hugging Face transformers, from hidden states [batch, length, dim]. */
export type ImageHead =
  | { readonly task: 'image-classification'; readonly head: (labels: number) => TensorLayer }
  | { readonly task: 'image-features'; readonly head: () => TensorLayer };

/** What `composeImage` makes a composition of. */
export interface ImageParts {
  /** The heads by the name of the class; the first is that of a config without `architectures`. */
  readonly classes: Readonly<Record<string, ImageHead>>;
  /** The encoder, without a head. */
  readonly body: ImageModel;
  /** The sizes that the composition states. */
  readonly sizes: Pick<ImageComposition, 'depth' | 'heads' | 'imageSize'>;
  /** The fields that no class or only another one reads; all others that are not read are refused. */
  readonly ignoredFields: readonly string[];
}

/** The model of a config for the class that its `architectures` name. Errors on fields that are not understood. */
export function composeImage(
  config: ConfigReader,
  { classes, body, sizes, ignoredFields }: ImageParts,
): ImageComposition {
  const architecture = classOf(config, Object.keys(classes));
  const { task, head } = classes[architecture]!;
  const labels = task === 'image-classification' ? labelsOf(config) : [];
  const problemType = task === 'image-classification' ? problemTypeOf(config) : undefined;
  const model = withImageHead(body, head(labels.length));
  config.refuseUnread(ignoredFields);
  const { rows, columns } = body.patches.gridOf(sizes.imageSize);
  const maxPositions = body.prefix + rows * columns;
  const given = { architecture, labels, ...(problemType && { problemType }) };
  return { kind: task satisfies ImageTask, model, ...given, maxPositions, openEnded: true, ...sizes };
}

function classOf(config: ConfigReader, names: readonly string[]): string {
  const value = config.value('architectures');
  if (value === undefined) return names[0]!;
  const known: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    names.find(name => known.includes(name)) ?? config.refuse('architectures', value, `one of ${names.join(', ')}`)
  );
}
