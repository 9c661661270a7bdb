import { expect, test, vi } from 'vitest';
import { compileOnce } from './compile-once.js';

test('each shader is compiled once, and again after the cache is cleared', () => {
  const compile = vi.fn(({ compute }: GPUComputePipelineDescriptor) => ({ of: compute.module }));
  const device = {
    createShaderModule: ({ code }: GPUShaderModuleDescriptor) => ({ code }),
    createComputePipeline: compile,
  } as unknown as GPUDevice;
  const forget = compileOnce(device);
  const pipeline = (code: string, label: string) => {
    const module = device.createShaderModule({ code, label });
    return device.createComputePipeline({ compute: { module, entryPoint: 'main' }, layout: 'auto', label });
  };
  const [sum, sameSum, product] = [pipeline('a + b', 'sum'), pipeline('a + b', 'sum again'), pipeline('a * b', 'sum')];
  expect(sameSum).toBe(sum);
  expect(sum).toEqual({ of: { code: 'a + b' } });
  expect(product).toEqual({ of: { code: 'a * b' } });
  expect(compile).toHaveBeenCalledTimes(2);
  forget();
  expect(pipeline('a + b', 'sum')).not.toBe(sum);
});
