import { disposable } from '@residual/base';
import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from './backend.js';
import { ResidualError, showShape } from './errors.js';
import { isReusing, SpareData } from './spare-data.js';
import { hold, type Tensor } from './tensor.js';

/** One kernel call of a recorded step; tensors are numbered by first appearance, the step's inputs first. */
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
  readonly reads: readonly { readonly name: string; readonly slot: number; readonly info: tf.TensorInfo }[];
  /** What the kernel is called with: the infos of `reads`, whose dataIds are filled in before each call. */
  readonly inputs: tf.NamedTensorInfoMap;
  readonly output: Reference;
  /** The slot whose data the result shares, of a kernel that only gives another shape. */
  readonly shares: number | undefined;
  /** Floats of a result that may be written over spare data, and become such; 0 if it may not. */
  readonly spares: number;
  /** Slots that nothing reads after this call, with the `spares` of the call that made them. */
  readonly frees: { readonly slot: number; readonly spares: number }[];
}

/**
 * A step of kernels as it ran once, to be run again on other inputs without any of the JavaScript around it. Everything that differs between two runs
 * must be an input tensor of the same shape; whatever else the step read (weights, constants) is held until `dispose`, or left to its owner by `leaveTo`.
 */
export class Recording implements Disposable {
  /** Lets go of the constants it holds, at the end of a scope that is `using` it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly backend: string;
  private readonly calls: Call[] = [];
  private readonly inputs: readonly { readonly tensor: Tensor; readonly shape: string }[];
  /** Inputs that the step took over (`appendToCache`): a replay takes them over too. */
  private taken: boolean[] = [];
  private outputs: readonly (Reference & { readonly shared: boolean })[] = [];
  private readonly constants = new Map<number, Tensor>();
  /** The `spares` of the call that made a slot. */
  private readonly sparesOf = new Map<number, number>();
  private readonly slotOfTensor = new Map<number, number>();
  private readonly slotOfData = new Map<object, number>();
  private readonly start: number;
  private readonly noted = new Set<number>();
  private slots = 0;
  private isDisposed = false;

  constructor(inputs: readonly Tensor[]) {
    disposable(this, () => this.dispose());
    this.backend = requireBackend();
    if (new Set(inputs).size < inputs.length)
      throw new ResidualError('recorder', 'record: a tensor is given twice; each input is a tensor of its own');
    this.inputs = inputs.map(tensor => ({ tensor, shape: showType(tensor) }));
    for (const input of inputs) this.newSlot(input);
    this.start = (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();
  }

  /** Called by the op seam for each kernel that runs while this recording is on. */
  log(kernel: string, inputs: object, attributes: Readonly<Record<string, unknown>>, output: Tensor): void {
    const reads = Object.entries(inputs as Record<string, Tensor>).map(([name, input]) => {
      const { slot, shape, dtype } = this.read(input, `the input "${name}" of ${kernel}`);
      return { name, slot, info: { dataId: input.dataId, shape, dtype } };
    });
    const infos = Object.fromEntries(reads.map(({ name, info }) => [name, info]));
    const run = tf.getKernel(kernel, this.backend).kernelFunc;
    const slot = this.newSlot(output);
    const shares = kernel === 'Reshape' ? reads.find(({ info }) => info.dataId === output.dataId)?.slot : undefined;
    const reuses = isReusing(run) && output.dtype === 'float32';
    const spares = shares === undefined ? (reuses ? output.size : 0) : (this.sparesOf.get(shares) ?? 0);
    this.calls.push({
      kernel,
      run,
      attributes,
      reads,
      inputs: (Array.isArray(inputs) ? reads.map(({ info }) => info) : infos) as tf.NamedTensorInfoMap,
      output: { slot, shape: output.shape, dtype: output.dtype },
      shares,
      spares,
      frees: [],
    });
    this.sparesOf.set(slot, spares);
  }

  /** `handle` is another handle of `original`, made beside the op seam. */
  alias(handle: Tensor, original: Tensor): void {
    const slot = this.slotOf(original);
    if (slot !== undefined) this.slotOfTensor.set(handle.id, slot);
    else this.noted.add(handle.id);
  }

  /** A constant was made: it may be read. */
  note(x: Tensor): void {
    this.noted.add(x.id);
  }

  /** Ends the recording: which tensors the step gives, which inputs it took over, and when each intermediate is last used. */
  finish(outputs: readonly Tensor[]): void {
    const references = outputs.map((output, i) => this.read(output, `result ${i}`));
    const made = new Set(this.calls.map(({ output }) => output.slot));
    this.outputs = references.map(reference => ({ ...reference, shared: !made.delete(reference.slot) }));
    const lastUse = new Map<number, Call>();
    for (const call of this.calls) for (const slot of slotsOf(call)) lastUse.set(slot, call);
    for (const slot of made) lastUse.get(slot)!.frees.push({ slot, spares: this.sparesOf.get(slot)! }); // what is made and does not leave
    this.taken = this.inputs.map(({ tensor }) => tensor.isDisposed);
  }

  /** What ran, for comparing two recordings and for reading. */
  get steps(): RecordedCall[] {
    return this.calls.map(({ kernel, attributes, reads, output }) => ({
      kernel,
      attributes,
      inputs: reads.map(({ name, slot, info }) => ({ name, slot, shape: info.shape })),
      output,
    }));
  }

  /** The constants that the step read, weights included, by slot. */
  async constantValues(): Promise<Map<number, number[]>> {
    const values = new Map<number, number[]>();
    for (const [slot, constant] of this.constants) values.set(slot, [...(await constant.data())]);
    return values;
  }

  /**
   * Runs the recorded kernels on other inputs of the same shapes and types. The caller disposes the outputs; inputs that the recorded step took over are
   * taken over again.
   */
  replay(inputs: readonly Tensor[]): Tensor[] {
    this.checkInputs(inputs);
    const backend = tf.backend();
    const held = inputs.map(({ dataId }) => dataId);
    for (const [slot, constant] of this.constants) held[slot] = constant.dataId;
    this.runCalls(backend, held);
    const outputs = this.outputs.map(({ slot, shape, dtype, shared }) => {
      const dataId = held[slot]!;
      if (shared) backend.incRef(dataId);
      return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, backend) as unknown as Tensor;
    });
    inputs.forEach((input, i) => {
      if (this.taken[i]) input.dispose();
    });
    return outputs;
  }

  /**
   * Holds its constants no longer if all of them are `owned`, dataIds of tensors that live as long as it is replayed, and says so. Does nothing if it reads others
   * too.
   */
  leaveTo(owned: ReadonlySet<unknown>): boolean {
    const constants = [...this.constants.values()];
    if (!constants.every(({ dataId }) => owned.has(dataId))) return false;
    for (const constant of constants) constant.dispose();
    return true;
  }

  /** Lets go of the constants it holds. */
  dispose(): void {
    for (const constant of this.constants.values()) constant.dispose();
    this.constants.clear();
    this.isDisposed = true;
  }

  private runCalls(backend: tf.KernelBackend, held: object[]): void {
    const spare = new SpareData(backend);
    let done = 0;
    try {
      for (const call of this.calls) {
        held[call.output.slot] = call.shares === undefined ? runCall(call, held, backend, spare) : held[call.shares]!;
        if (call.shares !== undefined) backend.incRef(held[call.shares]!);
        done++;
        for (const { slot, spares } of call.frees) spare.free(held[slot]!, spares);
      }
    } catch (error) {
      const freed = new Set(this.calls.slice(0, done).flatMap(({ frees }) => frees.map(({ slot }) => slot)));
      for (const { output } of this.calls.slice(0, done))
        if (!freed.has(output.slot)) backend.disposeData(held[output.slot]!);
      throw error;
    } finally {
      spare.dispose();
    }
  }

  private read(x: Tensor, what: string): Reference {
    const { shape, dtype } = x;
    const known = this.slotOf(x);
    if (known !== undefined) return { slot: known, shape, dtype };
    if (x.id >= this.start && !this.noted.has(x.id)) {
      throw new ResidualError(
        'recorder',
        `record: ${what} was made by an op that is not of @residual/tensor, so a replay would not make it again; use the ops of @residual/tensor or defineOp`,
      );
    }
    const slot = this.newSlot(x);
    this.constants.set(slot, hold(x));
    return { slot, shape, dtype };
  }

  /** The slot of this handle, or of its data where the handle was made beside the op seam. */
  private slotOf(x: Tensor): number | undefined {
    return this.slotOfTensor.get(x.id) ?? this.slotOfData.get(x.dataId);
  }

  private newSlot(x: Tensor): number {
    const slot = this.slots++;
    this.slotOfTensor.set(x.id, slot);
    this.slotOfData.set(x.dataId, slot);
    return slot;
  }

  private checkInputs(inputs: readonly Tensor[]): void {
    if (this.isDisposed) throw new ResidualError('recorder', 'replay: the recording is disposed');
    if (tf.getBackend() !== this.backend) {
      throw new ResidualError(
        'backend',
        `replay: recorded on '${this.backend}', the active backend is '${tf.getBackend()}'`,
      );
    }
    const given = inputs.map(showType);
    const wanted = this.inputs.map(({ shape }) => shape);
    if (given.join() !== wanted.join()) {
      throw new ResidualError('shape', `replay: recorded with inputs ${wanted.join(' ')}, given ${given.join(' ')}`);
    }
  }
}

function slotsOf({ reads, output }: Call): number[] {
  return [...reads.map(({ slot }) => slot), output.slot];
}

function showType({ shape, dtype }: Tensor): string {
  return `${dtype}${showShape(shape)}`;
}

/** Runs a kernel and gives the data of its result. */
function runCall(call: Call, held: readonly object[], backend: tf.KernelBackend, spare: SpareData): object {
  const { run, reads, inputs, attributes, output, spares } = call;
  for (const { slot, info } of reads) info.dataId = held[slot]!;
  const offered = spares > 0 ? spare.offer(spares) : undefined;
  const place = offered && { dataId: offered, shape: output.shape, dtype: output.dtype };
  const whole = { inputs, attrs: attributes as unknown as tf.NamedAttrMap, backend, output: place };
  const result = run(whole) as tf.TensorInfo;
  if (offered && result.dataId === offered) spare.take(spares);
  return untracked(result, backend);
}

/** The data of a kernel's result; a kernel made of tfjs ops gives a tensor, which the engine would count. */
function untracked(result: tf.TensorInfo, backend: tf.KernelBackend): object {
  const { dataId } = result;
  if (result instanceof tf.Tensor) {
    backend.incRef(dataId);
    result.dispose();
  }
  return dataId;
}
