import { ResidualError } from '@residual/tensor';
import { programCache } from '@residual/tensor/kernels';
import { WebGPUBackend, type WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { type DataId, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BufferPool } from './buffer-pool.js';
import { type CommandStep, CommandTracker } from './command-tracker.js';
import { compileOnce } from './compile-once.js';

type Uniforms = Parameters<WebGPUBackend['runWebGPUProgram']>[3];
type Values = Awaited<ReturnType<WebGPUBackend['read']>>;

interface ProgramStep extends CommandStep {
  readonly program: WebGPUProgram;
}

/**
 * The backend of tfjs with error reporting. When the device rejects a shader or a buffer, all commands of the same
 * submission have no effect, and tfjs returns wrong data without an error. Here, reading a result of those commands, or
 * anything computed from it, throws with the cause; all other tensors stay valid.
 */
export class CheckedBackend extends WebGPUBackend {
  private readonly buffers: BufferPool;
  private readonly commands: CommandTracker<ProgramStep>;
  private readonly overwritten = new WeakSet<DataId>();
  private readonly forgetShaders: () => void;
  private lostReason: string | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    this.forgetShaders = compileOnce(device);
    const commands = new CommandTracker<ProgramStep>(device, steps => this.forgetPrograms(steps));
    this.commands = commands;
    this.buffers = new BufferPool((descriptor, failed) =>
      commands.guard(() => device.createBuffer(descriptor), failed),
    );
    this.bufferManager = this.buffers as unknown as WebGPUBackend['bufferManager'];
    void device.lost.then(({ message }) => {
      this.lostReason = message;
    });
  }

  override runWebGPUProgram(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: Uniforms,
    into?: TensorInfo,
  ): TensorInfo {
    if (this.lostReason !== undefined) throw deviceLost('run', this.lostReason);
    const output = into ?? this.makeTensorInfo(program.outputShape, dtype);
    if (into) this.overwrite(into.dataId);
    this.commands.add({ program, inputs: inputs.map(input => input.dataId), output: output.dataId });
    try {
      return super.runWebGPUProgram(program, inputs, dtype, uniforms, output);
    } catch (error) {
      if (!into) this.disposeData(output.dataId);
      throw error;
    }
  }

  override submitQueue(): void {
    super.submitQueue();
    void this.commands.submitted();
  }

  /**
   * Uploads data to the device at once. tfjs adds the upload to the commands, where it would be lost if one of them is
   * rejected.
   */
  override uploadToGPU(dataId: DataId): void {
    const data = this.tensorMap.get(dataId);
    const { values, dtype } = data;
    const inMemory = data.resource == null && values != null;
    if (inMemory) data.values = null as never; // so that tfjs only allocates the buffer
    super.uploadToGPU(dataId);
    if (!inMemory) return;
    if (values.length === 0) data.values = values; // an empty tensor cannot be read back
    this.writeWords(dataId, 0, asOnDevice(values, dtype));
  }

  /** Writes words of 32 bits into data that is on the device, from an index on. */
  writeWords(dataId: DataId, index: number, words: BufferSource): void {
    const { resource } = this.tensorMap.get(dataId);
    this.commands.guard(
      () => this.queue.writeBuffer(resource as GPUBuffer, 4 * index, words),
      (_, reason) => this.commands.markLost(dataId, reason),
    );
  }

  override async read(dataId: DataId): Promise<Values> {
    const data = this.tensorMap.has(dataId) ? this.tensorMap.get(dataId) : undefined;
    if (data?.resource == null || data.values != null) return super.read(dataId);
    const bytes = await this.getBufferData(data.resource as GPUBuffer).catch((error: unknown) => ({ error }));
    const reason = this.commands.lossReason(dataId);
    if (reason !== undefined) throw commandRefused(reason);
    if ('error' in bytes) throw bytes.error;
    const values = util.convertBackendValuesAndArrayBuffer(bytes, data.dtype);
    if (!this.overwritten.has(dataId)) data.values = values;
    return values;
  }

  /** Reads by a separate command, which succeeds if others are rejected. */
  override async getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer> {
    if (this.commands.hasPending) {
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      this.submitQueue();
    }
    const staging = this.buffers.acquireBuffer(buffer.size, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    this.queue.submit([encoder.finish()]);
    const mapped = staging.mapAsync(GPUMapMode.READ).catch((error: Error) => error);
    const [reason, failure] = await Promise.all([this.commands.submitted(), mapped]);
    const bytes = failure ? undefined : staging.getMappedRange().slice(0);
    if (bytes) staging.unmap();
    this.buffers.releaseBuffer(staging, bytes !== undefined);
    if (reason !== undefined) throw commandRefused(reason);
    if (!bytes) throw deviceLost('data', this.lostReason ?? failure!.message);
    return bytes;
  }

  /** Marks data as written in place: a copy of an earlier read is stale. */
  private overwrite(dataId: DataId): void {
    this.overwritten.add(dataId);
    const data = this.tensorMap.get(dataId);
    if (data.resource != null) data.values = null as never;
  }

  /**
   * Removes the programs of a rejected submission from the cache, so that their next use compiles them again and
   * reports the same cause.
   */
  private forgetPrograms(steps: readonly ProgramStep[]): void {
    const programs = programCache(this);
    const rejected = new Set(steps.map(({ program }) => programs[program.shaderKey]));
    for (const [key, program] of Object.entries(programs)) if (rejected.has(program)) delete programs[key];
    this.forgetShaders();
  }
}

/** Values in the format of the device, where every type takes four bytes. */
function asOnDevice(values: Values, dtype: DataType): BufferSource {
  const View = dtype === 'float32' ? Float32Array : Int32Array;
  const numbers = values as Float32Array<ArrayBuffer>; // of any type except text
  return numbers instanceof View ? numbers : new View(numbers);
}

function commandRefused(reason: string): ResidualError {
  return new ResidualError('device', `data: the device refused a command, so these numbers are not right: ${reason}`);
}

function deviceLost(name: string, reason: string): ResidualError {
  return new ResidualError(
    'device',
    `${name}: the graphics device was lost, and with it the numbers of every tensor on it: ${reason}`,
  );
}
