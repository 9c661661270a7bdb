import {
  type HeadParts,
  maskedLanguageModel,
  type TensorLayer,
  type TextInputParts,
  type TextModel,
  textDecoder,
  textEncoder,
  withHead,
} from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { TextComposition, TextTask } from '../family.js';
import { architectureOf, labelsOf, problemTypeOf, taskOf } from './text-tasks.js';

/** The head of a masked language model; tied to the embedding, without a bias or a transform, unless given. */
export type MaskedHead = HeadParts & { readonly transform?: TensorLayer };

/** The heads of a family by task. Each is made only for its own task, from its fields of the config. */
export interface TextHeads {
  readonly 'masked-lm'?: () => MaskedHead;
  /** From hidden states [batch, length, dim] to scores [batch, labels]. */
  readonly 'sequence-classification'?: (labels: number) => TensorLayer;
  /** From hidden states [batch, length, dim] to scores [batch, length, labels]. */
  readonly 'token-classification'?: (labels: number) => TensorLayer;
  /** From hidden states [batch, length, dim] to the scores of starts and ends [batch, length, 2]. */
  readonly 'question-answering'?: (labels: number) => TensorLayer;
}

/** What `composeText` makes a composition of. */
export interface TextParts {
  /** The beginning of the names of the classes of Hugging Face transformers, such as `Bert`. */
  readonly className: string;
  /** The embeddings and what follows them. */
  readonly input: TextInputParts;
  /** The blocks; a decoder has causal masks. */
  readonly blocks: { readonly encoder: TensorLayer } | { readonly decoder: TensorLayer };
  /** The heads by task. */
  readonly heads: TextHeads;
  /** Further values of `architectures` whose heads no task uses. */
  readonly featureClasses?: readonly string[];
  /** The sizes that the composition states. */
  readonly sizes: Pick<TextComposition, 'maxPositions' | 'openEnded' | 'depth' | 'heads'>;
  /** The fields that no task or only another task reads; all others that are not read are refused. */
  readonly ignoredFields: readonly string[];
}

/** The tasks of a family with these heads: those of the heads, and `features`. */
function tasksOf(heads: TextHeads): readonly TextTask[] {
  return [...(Object.keys(heads) as TextTask[]), 'features'];
}

/** The model of a config for the task that its `architectures` name. Errors on fields that are not understood. */
export function composeText(config: ConfigReader, parts: TextParts): TextComposition {
  const { className, blocks, heads, sizes, ignoredFields, featureClasses } = parts;
  const task = taskOf(config, { className, featureClasses, tasks: tasksOf(heads) });
  const labels = task === 'masked-lm' || task === 'features' ? [] : labelsOf(config);
  const problemType = task === 'sequence-classification' ? problemTypeOf(config) : undefined;
  const model = modelFor(task, parts, labels.length);
  if (task === 'question-answering' && labels.length !== 2)
    config.refuse('id2label', labels, 'two labels: the start and the end of the answer');
  config.refuseUnread(ignoredFields);
  const side = 'encoder' in blocks ? 'encoder' : 'decoder';
  const architecture = architectureOf(className, task);
  return { kind: task, model, architecture, side, labels, ...(problemType && { problemType }), ...sizes };
}

function modelFor(task: TextTask, { input, blocks, heads }: TextParts, labels: number): TextModel {
  if (task === 'masked-lm' && 'encoder' in blocks)
    return maskedLanguageModel({ ...input, ...blocks, ...heads['masked-lm']!() });
  const body: TextModel =
    'encoder' in blocks ? textEncoder({ ...input, ...blocks }) : textDecoder({ ...input, ...blocks });
  return task === 'features' || task === 'masked-lm' ? body : withHead(body, heads[task]!(labels));
}
