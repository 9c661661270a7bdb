import { expectInteger } from '@residual/tensor';
import type { ConfigReader } from '../config/config.js';
import type { ProblemType, TextTask } from '../family.js';

/** The end of the class names of each task in Hugging Face transformers; the first is written to new configs. */
const suffixes: Readonly<Record<TextTask, readonly string[]>> = {
  'masked-lm': ['ForMaskedLM', 'ForPreTraining'],
  'sequence-classification': ['ForSequenceClassification'],
  'token-classification': ['ForTokenClassification'],
  'question-answering': ['ForQuestionAnswering'],
  features: ['Model'],
};

/** The values of `architectures` for some tasks of a family, whose classes begin with `className`. */
export function architecturesOf(className: string, tasks: readonly TextTask[]): string[] {
  return tasks.flatMap(task => suffixes[task].map(suffix => className + suffix));
}

/** The value of `architectures` that is written for a task. */
export function architectureOf(className: string, task: TextTask): string {
  return className + suffixes[task][0];
}

/** All tasks, in the order of `architectures`. */
export const allTasks: readonly TextTask[] = [
  'masked-lm',
  'sequence-classification',
  'token-classification',
  'question-answering',
  'features',
];

/** The tasks of families without a head of answers. */
export const tasksWithoutAnswers: readonly TextTask[] = [
  'masked-lm',
  'sequence-classification',
  'token-classification',
  'features',
];

/** How the classes of a family are named, and for which tasks it has heads. */
export interface TaskNames {
  readonly className: string;
  /** Further values of `architectures` whose heads no task uses. */
  readonly featureClasses?: readonly string[] | undefined;
  readonly tasks: readonly TextTask[];
}

/**
 * The task that `architectures` of a config names, of those that a family has; the first of them without
 * `architectures`. Errors if it names none of them.
 */
export function taskOf(config: ConfigReader, { className, featureClasses = [], tasks }: TaskNames): TextTask {
  const names = config.value('architectures');
  if (names === undefined) return tasks[0]!;
  const known = Array.isArray(names) ? names : [];
  if (featureClasses.some(name => known.includes(name))) return 'features';
  const task = tasks.find(each => suffixes[each].some(suffix => known.includes(className + suffix)));
  if (task !== undefined) return task;
  const expected = [...architecturesOf(className, tasks), ...featureClasses];
  return config.refuse('architectures', names, `one of ${expected.join(', ')}`);
}

/** The most labels that a config may have. */
const maxLabels = 1_000_000;

/** The labels of a config by index: those of `id2label`, or `LABEL_0` and so on, `num_labels` (2 if absent) of them. */
export function labelsOf(config: ConfigReader): readonly string[] {
  const [names, count] = [config.value('id2label'), config.value('num_labels')];
  if (names === undefined) {
    const labels = count ?? 2;
    expectInteger('labels', 'config field num_labels', labels, { min: 1, max: maxLabels, code: 'config' });
    return Array.from({ length: labels }, (_, i) => `LABEL_${i}`);
  }
  const byId = typeof names === 'object' && !Array.isArray(names) ? (names as Record<string, unknown>) : {};
  const labels = Object.keys(byId).map((_, i) => byId[i]);
  if (labels.length > 0 && labels.every(label => typeof label === 'string')) return labels as string[];
  return config.refuse('id2label', names, 'a name for each of the ids 0, 1, and so on');
}

/** What the scores of a classification mean; undefined if the config does not say. */
export function problemTypeOf(config: ConfigReader): ProblemType | undefined {
  const type = config.value('problem_type');
  const types: readonly unknown[] = ['regression', 'single_label_classification', 'multi_label_classification'];
  if (type === undefined || types.includes(type)) return type as ProblemType | undefined;
  return config.refuse('problem_type', type, types.join(', '));
}
