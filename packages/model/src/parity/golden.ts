import { openSafetensors, type Safetensors, type StoredTensor } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles } from '../load/sources/files.js';
import type { Numbers } from './compare.js';

/** The golden files of a checkpoint: inputs, settings and reference outputs. */
export class Golden {
  /** The settings of `golden.json`. */
  readonly settings: Readonly<Record<string, unknown>>;
  private readonly stored: Safetensors;
  private readonly suffix: string;
  private readonly others: ReadonlyMap<string, Numbers>;

  private constructor(
    settings: Readonly<Record<string, unknown>>,
    stored: Safetensors,
    { suffix = '', others = new Map() }: { suffix?: string; others?: ReadonlyMap<string, Numbers> } = {},
  ) {
    this.settings = settings;
    this.stored = stored;
    this.suffix = suffix;
    this.others = others;
  }

  /** The same files, where a name also finds the tensor with a suffix to it. */
  withSuffix(suffix: string): Golden {
    return new Golden(this.settings, this.stored, { suffix, others: this.others });
  }

  /** The same inputs with other references: those of these names. */
  withReferences(others: ReadonlyMap<string, Numbers>): Golden {
    return new Golden(this.settings, this.stored, { suffix: this.suffix, others });
  }

  /** Opens `golden.safetensors` and `golden.json`. Throws if the tensors are missing or a file is invalid. */
  static async open(files: ModelFiles, signal?: AbortSignal): Promise<Golden> {
    const source = await files.bytes('golden.safetensors', { signal });
    const text = (await files.text('golden.json', { signal })) ?? '{}';
    if (!source) throw new ResidualError('files', `parity: ${files.origin} has no golden.safetensors to compare with`);
    try {
      const settings: unknown = JSON.parse(text);
      if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
        throw new Error(`golden.json is not an object: ${text.slice(0, 20)}`);
      return new Golden(settings as Record<string, unknown>, await openSafetensors(source, { signal }));
    } catch (cause) {
      throw new ResidualError('files', `parity: golden files of ${files.origin}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  /** The names of the tensors. */
  get names(): string[] {
    return [...this.stored.tensors.keys()];
  }

  /** The shape of a tensor; undefined if there is no tensor of this name. */
  shapeOf(name: string): readonly number[] | undefined {
    return (this.others.get(name) ?? this.stored.tensors.get(this.storedName(name)))?.shape;
  }

  private storedName(name: string): string {
    return this.stored.tensors.has(name) ? name : name + this.suffix;
  }

  /** The numbers of a tensor; 64-bit integers become doubles. */
  async read(name: string): Promise<Numbers> {
    const other = this.others.get(name);
    if (other) return other;
    const { shape, data }: StoredTensor = await this.stored.read(this.storedName(name));
    return {
      shape,
      data: typeof data[0] === 'bigint' ? Array.from(data as BigInt64Array, Number) : (data as Float32Array),
    };
  }

  /** The rows of a matrix of numbers, such as ids. Throws if it is no matrix. */
  async rows(name: string): Promise<number[][]> {
    const { shape, data } = await this.read(name);
    if (shape.length !== 2)
      throw new ResidualError('parity', `parity: ${name} is [${shape.join(', ')}]; it must be [rows, length]`);
    const [rows, length] = shape as [number, number];
    return Array.from({ length: rows }, (_, i) => Array.from({ length }, (_, j) => data[i * length + j]!));
  }
}
