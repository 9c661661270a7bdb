import { isTensor, ResidualError, showValue, type Tensor, tensor } from '@residual/tensor';

/** Token ids: one sequence, or several of equal length. */
export type TokenIds = readonly number[] | readonly (readonly number[])[];

/** The input of a model: token ids, of an encoder-decoder a pair of them, or whatever else its layer reads. */
export type ModelInput = TokenIds | Tensor | { readonly source: TokenIds | Tensor; readonly target: TokenIds | Tensor };

/** Token ids as int32 [batch, length], also within a record; everything else as it is. Call it in a `tidy`. */
export function inputTensors(caller: string, input: ModelInput): Tensor | { source: Tensor; target: Tensor } {
  if (isTensor(input)) return input;
  if (isPair(input)) return { source: idsTensor(caller, input.source), target: idsTensor(caller, input.target) };
  return idsTensor(caller, input as TokenIds);
}

/** Whether an input is a pair of source and target. */
export function isPair(input: unknown): input is { source: TokenIds | Tensor; target: TokenIds | Tensor } {
  return typeof input === 'object' && input !== null && 'source' in input && 'target' in input;
}

/** Token ids as lists of equal length, [batch][length]. */
export function sequencesOf(caller: string, ids: TokenIds): readonly (readonly number[])[] {
  if (!Array.isArray(ids) || ids.length === 0) throw notIds(caller, ids);
  const sequences: readonly (readonly number[])[] = Array.isArray(ids[0]) ? (ids as number[][]) : [ids as number[]];
  const { length } = sequences[0]!;
  for (const sequence of sequences) {
    if (!Array.isArray(sequence) || !sequence.every(id => Number.isInteger(id) && id >= 0))
      throw notIds(caller, sequence);
    if (sequence.length !== length || length === 0)
      throw new ResidualError(
        'shape',
        `${caller}: the sequences have ${length} and ${sequence.length} tokens; they must have the same number, ` +
          'one or more',
      );
  }
  return sequences;
}

function idsTensor(caller: string, ids: TokenIds | Tensor): Tensor {
  if (isTensor(ids)) return ids;
  const sequences = sequencesOf(caller, ids);
  return tensor(sequences.flat(), [sequences.length, sequences[0]!.length], 'int32');
}

function notIds(caller: string, value: unknown): ResidualError {
  return new ResidualError(
    'option',
    `${caller}: the input is ${showValue(value)}; it must be token ids, such as [464, 3290], or a list of such`,
  );
}
