import { disposable } from '@residual/base';
import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from '../backend/backend.js';
import { ResidualError, showShape } from '../errors.js';
import type { TypedValues } from '../op-observers.js';
import { nextTensorId, retain, type Tensor } from '../tensor.js';
import { BufferPool, reusesBuffers } from './buffer-pool.js';
import { type KernelCall, type KernelNode, runCall, type SlotReference, slotsUsedBy } from './kernel-call.js';
import { type Plan, planOf } from './plan.js';

/** A tensor that the step read and that is the same in each run. */
interface Constant {
  tensor: Tensor;
  /** Its values if the step made it from numbers. */
  readonly values: TypedValues | undefined;
}

/**
 * The captured kernels of a step, which `replay` runs on other inputs without the JavaScript in between. Everything
 * that differs between two runs must be an input tensor of the same shape. The graph holds everything else that the
 * step read (weights, constants) until `dispose` or `releaseConstants`.
 */
export class CapturedGraph implements Disposable {
  /** Calls `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  readonly backend: string;
  private readonly calls: KernelCall[] = [];
  private readonly inputs: readonly { readonly tensor: Tensor; readonly shape: number[]; readonly dtype: string }[];
  /** Which inputs the step consumed (`appendToCache`); a replay consumes them too. */
  private consumedInputs: boolean[] = [];
  private outputs: readonly (SlotReference & { readonly isShared: boolean })[] = [];
  private readonly constants = new Map<number, Constant>();
  /** The `reusableSize` of the call that made a slot. */
  private readonly reusableSizes = new Map<number, number>();
  private readonly slotOfTensor = new Map<number, number>();
  private readonly slotOfData = new Map<object, number>();
  private readonly firstNewId: number;
  /** The values of the constants that the step made, by tensor id. */
  private readonly valuesOfNew = new Map<number, TypedValues | undefined>();
  private slotCount = 0;
  private isDisposed = false;
  /** Made by the first replay; null if the backend does not plan this step. */
  private plan: Plan | null | undefined;

  constructor(inputs: readonly Tensor[]) {
    disposable(this, () => this.dispose());
    this.backend = requireBackend();
    if (new Set(inputs).size < inputs.length)
      throw new ResidualError('capture', 'capture: a tensor is given twice; each input must be a separate tensor');
    this.inputs = inputs.map(tensor => ({ tensor, shape: tensor.shape, dtype: tensor.dtype }));
    for (const input of inputs) this.newSlot(input);
    this.firstNewId = nextTensorId();
  }

  /** Adds a kernel call; `runOp` calls this during the capture. */
  addCall(kernel: string, inputs: object, attributes: Readonly<Record<string, unknown>>, output: Tensor): void {
    const inputSlots = Object.entries(inputs as Record<string, Tensor>).map(([name, input]) => {
      const { slot, shape, dtype } = this.resolve(input, `the input "${name}" of ${kernel}`);
      return { name, slot, info: { dataId: input.dataId, shape, dtype } };
    });
    const infos = Object.fromEntries(inputSlots.map(({ name, info }) => [name, info]));
    const run = tf.getKernel(kernel, this.backend).kernelFunc;
    const slot = this.newSlot(output);
    const aliasOf =
      kernel === 'Reshape' ? inputSlots.find(({ info }) => info.dataId === output.dataId)?.slot : undefined;
    const isReusable = reusesBuffers(run) && output.dtype === 'float32';
    const reusableSize =
      aliasOf === undefined ? (isReusable ? output.size : 0) : (this.reusableSizes.get(aliasOf) ?? 0);
    this.calls.push({
      kernel,
      run,
      attributes,
      inputSlots,
      inputs: (Array.isArray(inputs) ? inputSlots.map(({ info }) => info) : infos) as tf.NamedTensorInfoMap,
      output: { slot, shape: output.shape, dtype: output.dtype },
      aliasOf,
      reusableSize,
      freedSlots: [],
    });
    this.reusableSizes.set(slot, reusableSize);
  }

  /** Registers a handle on the data of `original` that no op made. */
  onAlias(handle: Tensor, original: Tensor): void {
    const slot = this.slotOf(original);
    if (slot !== undefined) this.slotOfTensor.set(handle.id, slot);
    else this.valuesOfNew.set(handle.id, undefined);
  }

  /** Registers a new constant, which the step may read. */
  onConstant(x: Tensor, values: TypedValues): void {
    this.valuesOfNew.set(x.id, values);
  }

  /** Ends the capture: finds the outputs, the consumed inputs, and the last use of each intermediate tensor. */
  finish(outputs: readonly Tensor[]): void {
    const references = outputs.map((output, i) => this.resolve(output, `result ${i}`));
    const produced = new Set(this.calls.map(({ output }) => output.slot));
    this.outputs = references.map(reference => ({ ...reference, isShared: !produced.delete(reference.slot) }));
    this.valuesOfNew.clear();
    const lastUse = new Map<number, KernelCall>();
    for (const call of this.calls) for (const slot of slotsUsedBy(call)) lastUse.set(slot, call);
    // Intermediate tensors: made by the step and not returned.
    for (const slot of produced)
      lastUse.get(slot)!.freedSlots.push({ slot, reusableSize: this.reusableSizes.get(slot)! });
    this.consumedInputs = this.inputs.map(({ tensor }) => tensor.isDisposed);
  }

  /** How many kernels it runs; it takes about 1.3 kB for each. */
  get kernelCount(): number {
    return this.calls.length;
  }

  /** The kernel calls, for comparing graphs and for inspection. */
  get nodes(): KernelNode[] {
    return this.calls.map(({ kernel, attributes, inputSlots, output }) => ({
      kernel,
      attributes,
      inputs: inputSlots.map(({ name, slot, info }) => ({ name, slot, shape: info.shape })),
      output,
    }));
  }

  /** The values of all constants that the step read, weights included, by slot. */
  async constantValues(): Promise<Map<number, number[]>> {
    const values = new Map<number, number[]>();
    for (const [slot, { tensor }] of this.constants) values.set(slot, [...(await tensor.data())]);
    return values;
  }

  /**
   * Runs the captured kernels on other inputs of the same shapes and types. The caller disposes the outputs. Inputs
   * that the step consumed are disposed. Errors if the inputs or the backend differ, or the graph is disposed.
   */
  replay(inputs: readonly Tensor[]): Tensor[] {
    this.checkInputs(inputs);
    const backend = tf.backend();
    const slotData: object[] = inputs.map(({ dataId }) => dataId);
    if (this.plan === undefined) this.plan = this.makePlan() ?? null;
    if (!this.plan?.run(backend, slotData)) this.runCalls(backend, slotData);
    const outputs = this.outputs.map(({ slot, shape, dtype, isShared }) => {
      const dataId = slotData[slot] ?? this.constants.get(slot)!.tensor.dataId;
      if (isShared) backend.incRef(dataId);
      return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, backend) as unknown as Tensor;
    });
    inputs.forEach((input, i) => {
      if (this.consumedInputs[i]) input.dispose();
    });
    return outputs;
  }

  /**
   * Releases its constants if each of them is in `owned`, the dataIds of tensors that outlive the replays, or was made
   * by the step, so that the next replay can make it again. Returns false and keeps them otherwise.
   */
  releaseConstants(owned: ReadonlySet<unknown>): boolean {
    const constants = [...this.constants.values()];
    if (!constants.every(({ tensor, values }) => values !== undefined || owned.has(tensor.dataId))) return false;
    this.disposePlan();
    for (const { tensor } of constants) tensor.dispose();
    return true;
  }

  /** Frees its constants and its plan. */
  dispose(): void {
    this.disposePlan();
    for (const { tensor } of this.constants.values()) tensor.dispose();
    this.constants.clear();
    this.isDisposed = true;
  }

  private makePlan(): Plan | undefined {
    const { calls, consumedInputs } = this;
    const constants = new Map([...this.constants].map(([slot, constant]) => [slot, constantData(constant)]));
    const returnedSlots = this.outputs.filter(({ isShared }) => !isShared).map(({ slot }) => slot);
    return planOf({ calls, consumedInputs, constants, returnedSlots });
  }

  private disposePlan(): void {
    this.plan?.dispose();
    this.plan = undefined;
  }

  private runCalls(backend: tf.KernelBackend, slotData: object[]): void {
    for (const [slot, constant] of this.constants) slotData[slot] = constantData(constant);
    const pool = new BufferPool(backend);
    let callCount = 0;
    try {
      for (const call of this.calls) {
        slotData[call.output.slot] =
          call.aliasOf === undefined ? runCall(call, slotData, backend, pool) : slotData[call.aliasOf]!;
        if (call.aliasOf !== undefined) backend.incRef(slotData[call.aliasOf]!);
        callCount++;
        for (const { slot, reusableSize } of call.freedSlots) pool.release(slotData[slot]!, reusableSize);
      }
    } catch (error) {
      const freed = new Set(
        this.calls.slice(0, callCount).flatMap(({ freedSlots }) => freedSlots.map(({ slot }) => slot)),
      );
      for (const { output } of this.calls.slice(0, callCount))
        if (!freed.has(output.slot)) backend.disposeData(slotData[output.slot]!);
      throw error;
    } finally {
      pool.dispose();
    }
  }

  private resolve(x: Tensor, what: string): SlotReference {
    const { shape, dtype } = x;
    const existing = this.slotOf(x);
    if (existing !== undefined) return { slot: existing, shape, dtype };
    if (x.id >= this.firstNewId && !this.valuesOfNew.has(x.id)) {
      throw new ResidualError(
        'capture',
        `capture: ${what} was made by an op that is not of @residual/tensor, so a replay would not make it again; ` +
          'use the ops of @residual/tensor or defineOp',
      );
    }
    const slot = this.newSlot(x);
    this.constants.set(slot, { tensor: retain(x), values: this.valuesOfNew.get(x.id) });
    return { slot, shape, dtype };
  }

  /** The slot of this handle, or of its data if no op made the handle. */
  private slotOf(x: Tensor): number | undefined {
    return this.slotOfTensor.get(x.id) ?? this.slotOfData.get(x.dataId);
  }

  private newSlot(x: Tensor): number {
    const slot = this.slotCount++;
    this.slotOfTensor.set(x.id, slot);
    this.slotOfData.set(x.dataId, slot);
    return slot;
  }

  private checkInputs(inputs: readonly Tensor[]): void {
    if (this.isDisposed) throw new ResidualError('capture', 'replay: the captured graph is disposed');
    if (tf.getBackend() !== this.backend) {
      throw new ResidualError(
        'backend',
        `replay: captured on '${this.backend}', the active backend is '${tf.getBackend()}'`,
      );
    }
    const fits = ({ shape, dtype }: Tensor, i: number) =>
      dtype === this.inputs[i]!.dtype && hasShape(shape, this.inputs[i]!.shape);
    if (inputs.length !== this.inputs.length || !inputs.every(fits)) {
      const [expected, actual] = [this.inputs.map(showType), inputs.map(showType)];
      throw new ResidualError('shape', `replay: captured with inputs ${expected.join(' ')}, given ${actual.join(' ')}`);
    }
  }
}

const hasShape = (shape: readonly number[], expected: readonly number[]) =>
  shape.length === expected.length && shape.every((length, axis) => length === expected[axis]);

function showType({ shape, dtype }: Pick<Tensor, 'shape'> & { readonly dtype: string }): string {
  return `${dtype}${showShape(shape)}`;
}

/** The data of a constant; made again if it was released. */
function constantData(constant: Constant): object {
  const { tensor, values } = constant;
  if (values && tensor.isDisposed)
    constant.tensor = tf.keep(tf.engine().makeTensor(values, tensor.shape, tensor.dtype)) as Tensor;
  return constant.tensor.dataId;
}
