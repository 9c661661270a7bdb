import { signatures } from '../generated/kernels.js';
import type { Heap } from '../heap.js';

/** More bytes than a region can have: a number of at least this is a pointer into a region. */
export const regionBytes = 2 ** 33;

/** A word of the list that is a pointer into a region. */
export interface Pointer {
  readonly word: number;
  readonly offset: number;
}

/** A run of words that one call of `runCalls` takes, or the call of a kernel from another module. */
export type Part = { readonly from: number; readonly to: number } | { readonly kernel: string; readonly from: number };

/** A kernel that `runCalls` can call. */
interface Signature {
  readonly code: number;
  /** For each argument whether it is a float. */
  readonly floats: readonly boolean[];
}

/** Calls of kernels as words: for each its code and arguments, as kernels/build.mjs writes `runCalls`. */
export class CallList {
  readonly words: number[] = [];
  readonly parts: Part[] = [];
  /** The pointers by the number of their region. */
  readonly pointers: Pointer[][] = [];
  private readonly known = knownKernels();

  constructor(private readonly heap: Heap) {}

  /** Adds a call; returns false for a kernel that a list cannot hold. */
  add(kernel: string, numbers: readonly number[]): boolean {
    const signature = this.known.get(kernel);
    if (!signature) return false;
    const from = this.words.length;
    this.words.push(signature.code);
    for (const [i, isFloat] of signature.floats.entries()) this.addNumber(numbers[i] ?? 0, isFloat);
    this.addPart(kernel, from);
    return true;
  }

  /** The arguments of the call whose code is at a word, from the memory at a pointer. */
  argumentsAt(kernel: string, from: number, ints: Int32Array, floats: Float32Array): number[] {
    return this.known.get(kernel)!.floats.map((isFloat, i) => (isFloat ? floats : ints)[from + 1 + i]!);
  }

  /** Adds the last call to the run of words before it, unless one of the two is of another module. */
  private addPart(kernel: string, from: number): void {
    if (this.heap.replaced.has(kernel)) {
      this.parts.push({ kernel, from });
      return;
    }
    const last = this.parts.at(-1);
    const run = last && 'to' in last ? this.parts.pop()! : { from };
    this.parts.push({ from: run.from, to: this.words.length });
  }

  private addNumber(value: number, isFloat: boolean): void {
    const region = Math.floor(value / regionBytes);
    if (!isFloat && region > 0) {
      const pointer = { word: this.words.length, offset: value % regionBytes };
      this.pointers[region] ??= [];
      this.pointers[region].push(pointer);
    }
    this.words.push(isFloat ? bitsOf(value) : value);
  }
}

/** The bits of a number as float32. */
const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!;

const knownKernels = (): ReadonlyMap<string, Signature> =>
  new Map(
    signatures.split(' ').map((signature, code) => {
      const [name, types] = signature.split(':') as [string, string];
      return [name, { code, floats: Array.from(types, type => type === 'f') }];
    }),
  );
