import { backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';

/** One run of a shader; what the languages GLSL and WGSL have in common. */
export interface ShaderPass {
  /** Input tensors by their name in the shader; undefined ones are omitted. */
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  /** The shape of the output. */
  readonly shape: readonly number[];
  /** The type of the output; float32 if absent. */
  readonly dtype?: DataType;
  /** Integer uniforms by name. */
  readonly ints?: Readonly<Record<string, number>>;
  /** Float uniforms by name. */
  readonly floats?: Readonly<Record<string, number>>;
  /** The text of the shader. Lengths are uniforms, not text, so that one program serves all shapes. */
  readonly code: string;
}

/** A number as a literal of both languages. */
export const floatLiteral = (value: number): string => value.toExponential();

/** Statements that replace the variable `h`, an unsigned integer, by `hash32(h)`. */
export const hash32Code = `
  h ^= h >> 16u;
  h *= 0x7feb352du;
  h ^= h >> 15u;
  h *= 0x846ca68bu;
  h ^= h >> 16u;`;

/**
 * Statements that declare `tail`, the probability that a normal number is above |v|: erfc(|v| / √2) / 2 by the
 * approximation of tfjs (Abramowitz and Stegun 1964, 7.1.26). `declare` is what precedes a name: `let` or a type.
 */
export function normalTailCode(declare: string): string {
  const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5 } = backend_util;
  const polynomial = [ERF_A4, ERF_A3, ERF_A2, ERF_A1].reduce(
    (code, coefficient) => `(${code} * t + ${floatLiteral(coefficient)})`,
    floatLiteral(ERF_A5),
  );
  return `
  ${declare} z = abs(v) * ${floatLiteral(Math.SQRT1_2)};
  ${declare} t = 1.0 / (1.0 + ${floatLiteral(ERF_P)} * z);
  ${declare} tail = 0.5 * ${polynomial} * t * exp(-z * z);`;
}

/** The expression e = -2 √(2/π) (v + 0.044715 v³): `gelu` with tanh is v / (1 + exp(e)). */
export function geluExponentCode(): string {
  return `${floatLiteral(-2 * Math.sqrt(2 / Math.PI))} * v * (1.0 + 0.044715 * v * v)`;
}

/** Statements that end a function with tanh(v), without overflow for large |v|. */
export function tanhCode(declare: string): string {
  return `
  ${declare} e = exp(-2.0 * abs(v));
  return sign(v) * (1.0 - e) / (1.0 + e);`;
}
