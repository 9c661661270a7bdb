import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from './backend.js';
import { ResidualError, showShape } from './errors.js';
import type { Tensor } from './tensor.js';

/** One kernel call of a recorded step; tensors are numbered by first appearance. */
export interface RecordedCall {
  readonly kernel: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: readonly { readonly name: string; readonly slot: number; readonly shape: readonly number[] }[];
  readonly output: { readonly slot: number; readonly shape: readonly number[]; readonly dtype: string };
}

interface Reference {
  readonly slot: number;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

interface Call {
  readonly kernel: string;
  readonly run: tf.KernelFunc;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: readonly (readonly [string, Reference])[];
  readonly list: boolean;
  readonly output: Reference;
}

/**
 * A step of kernels as it ran once, to be run again on other inputs without any of the JavaScript around it. Everything that differs between two runs
 * must be an input tensor of the same shape; whatever else the step read (weights, constants) is held until `dispose`.
 */
export class Recording {
  readonly backend: string;
  private readonly calls: Call[] = [];
  private readonly slots = new Map<object, number>();
  private readonly constants = new Map<number, Tensor>();
  private readonly inputSlots: number[];
  private readonly inputShapes: string[];
  private outputs: Reference[] = [];
  private freeAfter: number[][] = [];
  private readonly shared: number[] = [];

  constructor(inputs: readonly Tensor[]) {
    this.backend = requireBackend();
    this.inputSlots = inputs.map(input => this.slotOf(input.dataId));
    this.inputShapes = inputs.map(input => showShape(input.shape));
  }

  /** Called by the op seam for each kernel that runs while this recording is on. */
  log(kernel: string, inputs: object, attributes: Readonly<Record<string, unknown>>, output: Tensor): void {
    const read = Object.entries(inputs as Record<string, Tensor>).map(
      ([name, input]) => [name, this.read(input)] as const,
    );
    const slot = this.slotOf(output.dataId);
    this.calls.push({
      kernel,
      run: tf.getKernel(kernel, this.backend).kernelFunc,
      attributes,
      inputs: read,
      list: Array.isArray(inputs),
      output: { slot, shape: output.shape, dtype: output.dtype },
    });
  }

  /** Ends the recording: which tensors the step gives, and when each intermediate is last used. */
  finish(outputs: readonly Tensor[]): void {
    this.outputs = outputs.map(output => this.read(output));
    const handles = new Map<number, number>(); // by slot: handles that kernels make, less those that leave as outputs
    const last = new Map<number, number>();
    this.calls.forEach((call, index) => {
      handles.set(call.output.slot, (handles.get(call.output.slot) ?? 0) + 1);
      for (const { slot } of [...call.inputs.map(([, input]) => input), call.output]) last.set(slot, index);
    });
    for (const { slot } of this.outputs) {
      handles.set(slot, (handles.get(slot) ?? 0) - 1);
      last.set(slot, this.calls.length - 1);
    }
    this.freeAfter = this.calls.map(() => []);
    for (const [slot, count] of handles) {
      for (let i = 0; i < count; i++) this.freeAfter[last.get(slot)!]!.push(slot);
      for (let i = 0; i > count; i--) this.shared.push(slot);
    }
  }

  /** What ran, for comparing two recordings and for reading. */
  get steps(): RecordedCall[] {
    return this.calls.map(({ kernel, attributes, inputs, output }) => ({
      kernel,
      attributes,
      inputs: inputs.map(([name, { slot, shape }]) => ({ name, slot, shape })),
      output,
    }));
  }

  /** The constants that the step read, weights included, by slot. */
  async constantValues(): Promise<Map<number, number[]>> {
    const values = new Map<number, number[]>();
    for (const [slot, constant] of this.constants) values.set(slot, [...(await constant.data())]);
    return values;
  }

  /** Runs the recorded kernels on other inputs of the same shapes. The caller disposes the outputs. */
  replay(inputs: readonly Tensor[]): Tensor[] {
    this.checkInputs(inputs);
    const backend = tf.backend();
    const held: { dataId: object }[] = [];
    inputs.forEach((input, i) => {
      held[this.inputSlots[i]!] = input;
    });
    for (const [slot, constant] of this.constants) held[slot] = constant;
    this.calls.forEach((call, index) => {
      const read = call.inputs.map(
        ([name, { slot, shape, dtype }]) => [name, { dataId: held[slot]!.dataId, shape, dtype }] as const,
      );
      const named = call.list ? read.map(([, input]) => input) : Object.fromEntries(read);
      held[call.output.slot] = call.run({
        inputs: named as unknown as tf.NamedTensorInfoMap,
        attrs: call.attributes as unknown as tf.NamedAttrMap,
        backend,
      }) as tf.TensorInfo;
      for (const slot of this.freeAfter[index]!) backend.disposeData(held[slot]!.dataId);
    });
    for (const slot of this.shared) backend.incRef(held[slot]!.dataId);
    return this.outputs.map(
      ({ slot, shape, dtype }) =>
        tf
          .engine()
          .makeTensorFromTensorInfo({ dataId: held[slot]!.dataId, shape, dtype }, backend) as unknown as Tensor,
    );
  }

  /** Lets go of the constants it holds. */
  dispose(): void {
    for (const constant of this.constants.values()) constant.dispose();
    this.constants.clear();
  }

  private read(x: Tensor): Reference {
    const isNew = !this.slots.has(x.dataId);
    const slot = this.slotOf(x.dataId);
    if (isNew) this.constants.set(slot, tf.keep(tf.clone(x)));
    return { slot, shape: x.shape, dtype: x.dtype };
  }

  private slotOf(dataId: object): number {
    const slot = this.slots.get(dataId) ?? this.slots.size;
    this.slots.set(dataId, slot);
    return slot;
  }

  private checkInputs(inputs: readonly Tensor[]): void {
    if (tf.getBackend() !== this.backend) {
      throw new ResidualError(
        'backend',
        `replay: recorded on '${this.backend}', the active backend is '${tf.getBackend()}'`,
      );
    }
    const given = inputs.map(input => showShape(input.shape));
    if (given.join() !== this.inputShapes.join()) {
      throw new ResidualError(
        'shape',
        `replay: recorded with inputs ${this.inputShapes.join(' ')}, given ${given.join(' ')}`,
      );
    }
  }
}

let active: Recording | undefined;

/** The recording that is on, if any. */
export function activeRecorder(): Recording | undefined {
  return active;
}

/**
 * Runs `step(...inputs)` once and remembers every kernel it ran. Gives the step's results and the recording; the caller disposes both.
 * The step is synchronous and reads nothing back.
 */
export function record(
  step: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): { outputs: readonly Tensor[]; recording: Recording } {
  if (active) throw new ResidualError('recorder', 'record: a recording is already on');
  const recording = new Recording(inputs);
  active = recording;
  try {
    const outputs = step(...inputs);
    active = undefined;
    recording.finish(outputs);
    return { outputs, recording };
  } catch (error) {
    recording.dispose();
    throw error;
  } finally {
    active = undefined;
  }
}
