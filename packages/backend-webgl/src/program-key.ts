import { type GPGPUProgram, webgl_util } from '@tensorflow/tfjs-backend-webgl';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';

/**
 * What tfjs leaves out of the key of a program with shapes as uniforms, though the code depends on it, so that a
 * program for the same key would read or write wrong entries: for each input, whether its shape without axes of length
 * 1 is the shape of its texture; and the shape of an output that is laid out otherwise than the inputs.
 */
export function layoutKey(backend: WebGLBackend, program: GPGPUProgram, inputs: readonly TensorInfo[]): string {
  const { packedInputs = false, packedOutput = false, outputShape } = program;
  const filled = inputs.map(input => (fillsTexture(backend, packedInputs, input) ? '1' : '0')).join('');
  return packedInputs === packedOutput ? filled : `${filled} ${outputShape}`;
}

function fillsTexture(backend: WebGLBackend, packed: boolean, { dataId, shape }: TensorInfo): boolean {
  const data = backend.texData.get(dataId);
  if (!data?.texture) return false; // the numbers themselves are uniforms
  const isRead = (data.isPacked ?? false) === packed && (!packed || webgl_util.isReshapeFree(data.shape, shape));
  const textureShape = isRead ? data.texShape : webgl_util.getTextureShapeFromLogicalShape([...shape], packed);
  const squeezed = packed ? (shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape) : squeeze(shape);
  return squeezed.length === 2 && util.arraysEqual(squeezed, textureShape ?? []);
}

const squeeze = (shape: readonly number[]) => util.squeezeShape([...shape]).newShape;
