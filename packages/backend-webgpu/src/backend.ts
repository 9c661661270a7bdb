import { ResidualError } from '@residual/tensor';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/**
 * tfjs's backend, made to speak up. A shader or buffer that the device refuses spoils every command that was handed over together with it, and tfjs
 * reads on as if nothing had happened; here the next read fails and says what was refused.
 */
export class CheckedBackend extends WebGPUBackend {
  private refused: string | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.addEventListener('uncapturederror', event => {
      const { error } = event as Event & { error: GPUError }; // older types do not have it
      this.refused ??= error.message;
    });
  }

  override async read(dataId: object): ReturnType<WebGPUBackend['read']> {
    const values = await super.read(dataId);
    const refused = this.refused;
    if (refused === undefined) return values;
    this.refused = undefined;
    throw new ResidualError('device', `data: the device refused a command, so these numbers are not right: ${refused}`);
  }
}
