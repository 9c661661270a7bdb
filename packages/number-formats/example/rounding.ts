// What each number format makes of the same weights: bytes, and the error beside their spread.
import {
  bfloat16ToFloat32,
  dequantizeInt4,
  dequantizeInt8,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  quantizeInt4,
  quantizeInt8,
} from '@residual/number-formats';

const weights = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i) * Math.cos(7 * i) * 0.05);
const meanSquare = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length;

const formats: [name: string, bits: number, rounded: Float32Array][] = [
  ['float16', 16, float16ToFloat32(float32ToFloat16(weights))],
  ['bfloat16', 16, bfloat16ToFloat32(float32ToBfloat16(weights))],
  ['8 bits', 8.5, dequantizeInt8(quantizeInt8(weights))],
  ['4 bits', 4.5, dequantizeInt4(quantizeInt4(weights))],
];
for (const [name, bits, rounded] of formats) {
  const error = Math.sqrt(meanSquare(rounded.map((value, i) => value - weights[i]!)) / meanSquare(weights));
  console.log(`${name}: ${(weights.length * bits) / 8} bytes, error ${(100 * error).toFixed(3)} %`);
}
