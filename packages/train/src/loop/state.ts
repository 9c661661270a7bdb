import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { dispose, fill, ResidualError, showShape, type Tensor, tensor } from '@residual/tensor';
import type { CheckpointFiles, StoredCheckpoint } from '../checkpoint/store.js';
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.js';
import type { Parameter } from './parameters.js';

/** The optimizer state of one weight, and its number of updates. */
export interface ParameterState {
  optimizerState: OptimizerState;
  updates: number;
}

/** The state of a run without the weights. A checkpoint contains both. */
export class RunState {
  /** Completed steps. */
  step = 0;
  /** Batches read. */
  position = 0;
  readonly parameterStates = new Map<string, ParameterState>();
  /** The exponential moving average of each trained weight. */
  readonly ema = new Map<string, Tensor>();

  constructor(private readonly optimizer: Optimizer) {}

  /** The state of a weight; zeros for a new one. */
  stateOf(path: string, shape: readonly number[]): ParameterState {
    const existing = this.parameterStates.get(path);
    if (existing) return existing;
    const names = this.optimizer.stateNames(path, shape);
    const created = { optimizerState: Object.fromEntries(names.map(name => [name, fill(shape, 0)])), updates: 0 };
    this.parameterStates.set(path, created);
    return created;
  }

  /**
   * The files of a checkpoint: the updated weights, their optimizer state and averages, and the position of the run.
   */
  async files(parameters: ReadonlyMap<string, Parameter>): Promise<CheckpointFiles> {
    const tensors: [string, Tensor][] = [];
    for (const [path, { optimizerState }] of this.parameterStates) {
      tensors.push([`weight:${path}`, parameters.get(path)!.get()]);
      for (const [name, value] of Object.entries(optimizerState)) tensors.push([`${name}:${path}`, value]);
    }
    for (const [path, value] of this.ema) tensors.push([`average:${path}`, value]);
    const stored = await Promise.all(
      tensors.map(async ([name, x]) => {
        const data = (await x.data()) as Float32Array;
        return [name, { dtype: 'F32', shape: x.shape, data }] as const;
      }),
    );
    const { step, position, optimizer } = this;
    const updates = Object.fromEntries([...this.parameterStates].map(([path, { updates }]) => [path, updates]));
    const run = { format: 1, step, position, optimizer: optimizer.name, averaged: this.ema.size > 0, updates };
    return new Map<string, Uint8Array<ArrayBuffer>>([
      [tensorsFile, writeSafetensors(Object.fromEntries(stored))],
      [runFile, new TextEncoder().encode(`${JSON.stringify(run, null, 1)}\n`)],
    ]);
  }

  /** Restores a checkpoint. Errors, before any change, if it does not fit this run. */
  async restore(stored: StoredCheckpoint, parameters: ReadonlyMap<string, Parameter>): Promise<void> {
    const refuse = (what: string): never => {
      throw new ResidualError('checkpoint', `train: checkpoint ${stored.name} ${what}`);
    };
    const [text, bytes] = [await stored.read(runFile), await stored.read(tensorsFile)];
    if (!text || !bytes) return refuse(`lacks ${text ? tensorsFile : runFile}`);
    const run = readRun(new TextDecoder().decode(text), refuse);
    if (run.optimizer !== this.optimizer.name)
      refuse(`is of optimizer ${run.optimizer}, this run has ${this.optimizer.name}; give the same one`);
    const open = await openSafetensors(bytesSource(bytes));
    const created: Tensor[] = [];
    const read = async (name: string, shape: readonly number[]) => {
      const storedShape = open.tensors.get(name)?.shape;
      if (!storedShape) return refuse(`has no ${name}`);
      if (showShape(storedShape) !== showShape(shape))
        refuse(`holds ${name} as ${showShape(storedShape)}, the model needs ${showShape(shape)}`);
      const x = tensor((await open.readFloat32(name)).data, shape);
      created.push(x);
      return x;
    };
    try {
      const all: {
        parameter: Parameter;
        weight: Tensor;
        optimizerState: OptimizerState;
        updates: number;
        average?: Tensor;
      }[] = [];
      for (const [path, updates] of Object.entries(run.updates)) {
        const parameter = parameters.get(path) ?? refuse(`trains ${path}, which this model does not have`);
        const { shape } = parameter.get();
        const optimizerState: Record<string, Tensor> = {};
        const weight = await read(`weight:${path}`, shape);
        for (const name of this.optimizer.stateNames(path, shape))
          optimizerState[name] = await read(`${name}:${path}`, shape);
        const average = run.averaged ? { average: await read(`average:${path}`, shape) } : {};
        all.push({ parameter, weight, optimizerState, updates, ...average });
      }
      this.dispose();
      for (const { parameter, weight, optimizerState, updates, average } of all) {
        parameter.set(weight);
        this.parameterStates.set(parameter.path, { optimizerState, updates });
        if (average) this.ema.set(parameter.path, average);
      }
      this.step = run.step;
      this.position = run.position;
    } catch (error) {
      dispose(created);
      throw error;
    }
  }

  /** Frees the state. */
  dispose(): void {
    dispose([...[...this.parameterStates.values()].map(({ optimizerState }) => optimizerState), ...this.ema.values()]);
    this.parameterStates.clear();
    this.ema.clear();
  }
}

const [tensorsFile, runFile] = ['training.safetensors', 'training.json'];

interface RunRecord {
  readonly step: number;
  readonly position: number;
  readonly optimizer: string;
  readonly averaged: boolean;
  readonly updates: Readonly<Record<string, number>>;
}

function readRun(text: string, refuse: (what: string) => never): RunRecord {
  let run: Partial<RunRecord> & { format?: unknown };
  try {
    run = JSON.parse(text);
  } catch {
    return refuse(`has a ${runFile} that is not JSON`);
  }
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const { format, step, position, optimizer, averaged, updates } = run ?? {};
  if (format !== 1) refuse(`is of format ${JSON.stringify(format)}; this version reads 1`);
  const isRight =
    isCount(step) &&
    isCount(position) &&
    typeof optimizer === 'string' &&
    typeof updates === 'object' &&
    updates !== null &&
    Object.values(updates).every(isCount);
  if (!isRight) refuse(`has a ${runFile} with fields that are not those of a run`);
  return { step, position, optimizer, averaged: averaged === true, updates } as RunRecord;
}
