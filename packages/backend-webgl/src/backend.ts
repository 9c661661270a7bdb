import { ResidualError } from '@residual/tensor';
import { type GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { type DataId, type DataType, env, type TensorInfo } from '@tensorflow/tfjs-core';
import { gpuCommandsDone } from './fence.js';
import { layoutKey } from './program-key.js';
import { TexturePool } from './texture-pool.js';
import { downloadWords } from './word-texture.js';

/** A method of tfjs that its types hide: the program for a key, compiled at first use. */
interface ProgramCache {
  getAndSaveBinary(key: string, compile: () => unknown): unknown;
}

/**
 * The backend of tfjs with fixes: reads reject when the context is lost, unused video memory is freed, programs that
 * differ have different keys, and the reported precision is correct.
 */
export class WebGLBackend extends MathBackendWebGL {
  private lost = false;
  private readonly pendingReads = new Set<() => void>();
  private readonly pool: TexturePool;
  /** The programs that are being run, the innermost last: a program may first run others that lay out its inputs. */
  private readonly running: { readonly program: GPGPUProgram; readonly inputs: readonly TensorInfo[] }[] = [];

  constructor(onLost: () => void) {
    super();
    const { gpgpu } = this;
    this.pool = new TexturePool(this.getTextureManager(), texture => gpgpu.deleteMatrixTexture(texture));
    gpgpu.gl.canvas.addEventListener('webglcontextlost', () => {
      this.markLost();
      onLost();
    });
    const cache = this as unknown as ProgramCache;
    const binaryOf = cache.getAndSaveBinary.bind(this);
    cache.getAndSaveBinary = (key, compile) => {
      const { program, inputs } = this.running.at(-1)!;
      return binaryOf(`${key} ${layoutKey(this, program, inputs)}`, compile);
    };
    if (env().getNumber('WEBGL_VERSION') === 2) {
      gpgpu.createAndWaitForFence = async () => {
        await gpuCommandsDone(gpgpu.gl as WebGL2RenderingContext, () => this.isLost);
        if (this.isLost) throw contextLost('data'); // before tfjs downloads and keeps zeros
      };
    }
  }

  /** Whether the context is lost, and with it all data that is not also in main memory. */
  get isLost(): boolean {
    return this.lost || this.gpgpu.gl.isContextLost();
  }

  /** Loses the context, as when video memory runs out or the driver restarts; for tests. */
  loseContext(): void {
    this.gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  override runWebGLProgram(
    program: GPGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: number[][],
    keepPacked?: boolean,
    textureShape?: [number, number],
  ): TensorInfo {
    if (this.isLost) throw contextLost('run');
    this.running.push({ program, inputs });
    try {
      return super.runWebGLProgram(program, inputs, dtype, uniforms, keepPacked, textureShape);
    } finally {
      this.running.pop();
    }
  }

  override read(dataId: DataId): ReturnType<MathBackendWebGL['read']> {
    const data = this.texData.get(dataId);
    if (data?.values != null) return super.read(dataId);
    if (this.isLost) return Promise.reject(contextLost('data'));
    const words = downloadWords(this, dataId);
    if (words) return Promise.resolve(words);
    return new Promise((resolve, reject) => {
      const refuse = (error?: unknown) => {
        if (this.isLost) data.values = undefined; // tfjs downloaded it after the loss
        reject(this.isLost ? contextLost('data') : error);
      };
      this.pendingReads.add(refuse);
      super
        .read(dataId)
        .then(values => (this.isLost ? refuse() : resolve(values)), refuse)
        .finally(() => this.pendingReads.delete(refuse));
    });
  }

  override readSync(dataId: DataId): ReturnType<MathBackendWebGL['readSync']> {
    if (this.isDataLost(dataId)) throw contextLost('data');
    return downloadWords(this, dataId) ?? super.readSync(dataId);
  }

  /** tfjs reports 16 bits on some devices that compute with 32 bits, and then uses a much too large epsilon. */
  override floatPrecision(): 16 | 32 {
    return env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? 32 : super.floatPrecision();
  }

  override dispose(): void {
    this.pool.dispose();
    super.dispose();
    this.markLost();
  }

  private markLost(): void {
    this.lost = true;
    for (const refuse of this.pendingReads) refuse();
    this.pendingReads.clear();
  }

  private isDataLost(dataId: DataId): boolean {
    return this.isLost && this.texData.get(dataId)?.values == null;
  }
}

function contextLost(name: string): ResidualError {
  return new ResidualError(
    'context-lost',
    `${name}: the WebGL context was lost, and with it the numbers of every tensor on it; await recoverWebGL(), ` +
      'then make the tensors again',
  );
}
