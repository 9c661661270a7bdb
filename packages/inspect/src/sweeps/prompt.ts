import { emptyScope, type Hook } from '@residual/layers';
import { dispose, isTensor, ResidualError, tensor } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { BoundLayer } from '../bound-layer.js';
import { sequencesOf, type TokenIds } from '../model-input.js';
import { type Run, run } from '../run.js';

/** The input of a sweep: token ids of one sequence, of an encoder-decoder source and target. */
export type PromptInput = TokenIds | { readonly source: TokenIds; readonly target: TokenIds };

/** A prompt of one sequence. */
export interface Prompt {
  /** The ids whose positions are swept; of an encoder-decoder the target. */
  readonly ids: readonly number[];
  /** The ids that the encoder reads; undefined for a language model. */
  readonly source: readonly number[] | undefined;
}

/** Checks the input of a sweep; `name` is its option. Errors if ids are outside the vocabulary. */
export function promptOf(caller: string, name: string, { layer }: BoundLayer, input: PromptInput): Prompt {
  const sizes = layer as unknown as { readonly vocab: number; readonly source?: { readonly vocab: number } };
  const isPair = typeof input === 'object' && input !== null && 'target' in input;
  if (isPair !== (sizes.source !== undefined))
    throw new ResidualError(
      'kind',
      `${caller}: ${name} is ${isPair ? 'a pair' : 'one text'}; ${layer.about.name} reads ` +
        `${isPair ? 'token ids' : '{ source, target }'}`,
    );
  if (!isPair) return { ids: idsOf(caller, name, input as TokenIds, sizes.vocab), source: undefined };
  const { source, target } = input as { source: TokenIds; target: TokenIds };
  return {
    ids: idsOf(caller, `the target of ${name}`, target, sizes.vocab),
    source: idsOf(caller, `the source of ${name}`, source, sizes.source!.vocab),
  };
}

function idsOf(caller: string, name: string, input: TokenIds, vocab: number): readonly number[] {
  const sequences = sequencesOf(caller, isTensor(input) ? ([] as never) : input);
  const [ids] = sequences;
  if (sequences.length !== 1)
    throw new ResidualError('shape', `${caller}: ${name} has ${sequences.length} sequences; it must have one`);
  for (const id of ids!) expectId(caller, `${name} has the id`, id, vocab);
  return ids!;
}

/** Errors unless an id is in the vocabulary; `what` names it. */
export function expectId(caller: string, what: string, id: number, vocab: number): void {
  if (Number.isInteger(id) && id >= 0 && id < vocab) return;
  throw new ResidualError('range', `${caller}: ${what} ${id}; the vocabulary has 0 to ${vocab - 1}`);
}

/** Errors unless clean and corrupt have the same number of tokens. */
export function expectSameLength(caller: string, clean: Prompt, corrupt: Prompt): void {
  if (clean.ids.length === corrupt.ids.length) return;
  throw new ResidualError(
    'shape',
    `${caller}: clean has ${clean.ids.length} tokens and corrupt ${corrupt.ids.length}; they must have the same ` +
      'number, so that position stands for position',
  );
}

/** What a run of a prompt keeps and changes. */
export interface PromptRunOptions {
  /** The activations to keep; none if absent. */
  readonly names?: readonly string[];
  /** What changes the run; nothing if absent. */
  readonly hooks?: readonly Hook[];
  /** How many copies of the prompt run at once; 1 if absent. */
  readonly batch?: number;
}

/**
 * Runs copies of a prompt: the output is the logits at its last position, [batch, 1, vocab]. Copies share one encoded
 * source. The caller disposes the run.
 */
export function runPrompt(model: BoundLayer, { ids, source }: Prompt, options: PromptRunOptions = {}): Run {
  const { names = [], hooks = [], batch = 1 } = options;
  const rows = Array.from({ length: batch }, () => ids).flat();
  const target = tensor(rows, [batch, ids.length], 'int32');
  const input = source ? { source: tensor(source, [1, source.length], 'int32'), target } : target;
  const last = tensor([ids.length - 1], [1], 'int32');
  try {
    return run(model, input, { names, hooks, scope: emptyScope.with(logitPositions, last) });
  } finally {
    dispose([input, last]);
  }
}
