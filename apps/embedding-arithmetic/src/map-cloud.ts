import { BufferAttribute, BufferGeometry, Color, Points, Scene, ShaderMaterial, WebGLRenderer } from 'three';
import type { MapCamera } from './map-camera.js';

const vertexShader = `
attribute float weight;
varying float strength;
uniform float ratio;
uniform float zoom;
void main() {
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  gl_PointSize = (1.2 + 2.6 * weight) * ratio * zoom;
  strength = 0.22 + 0.6 * weight;
}`;
const fragmentShader = `
varying float strength;
uniform vec3 colour;
void main() {
  float edge = 1.0 - smoothstep(0.35, 0.5, length(gl_PointCoord - 0.5));
  gl_FragColor = vec4(colour, strength * edge);
}`;

/** A dot for each word, drawn with WebGL. */
export class WordCloud {
  private readonly renderer = new WebGLRenderer({
    antialias: false,
    alpha: true,
    powerPreference: 'high-performance',
  });
  private readonly material = new ShaderMaterial({
    vertexShader,
    fragmentShader,
    transparent: true,
    depthTest: false,
    uniforms: { ratio: { value: 1 }, zoom: { value: 1 }, colour: { value: new Color() } },
  });
  private readonly dots = new Points(new BufferGeometry(), this.material);
  private readonly scene = new Scene().add(this.dots);

  /** Errors without WebGL. */
  constructor() {
    this.dots.frustumCulled = false;
  }

  get canvas(): HTMLCanvasElement {
    return this.renderer.domElement;
  }

  /** Pixels of the screen for one CSS pixel. */
  get ratio(): number {
    return this.renderer.getPixelRatio();
  }

  /** Sets the number of words, the most frequent ones first: they are drawn stronger. */
  setCount(count: number): void {
    const weights = Float32Array.from({ length: count }, (_, row) =>
      Math.max(0, 1 - Math.log1p(row) / Math.log1p(8000)),
    );
    this.dots.geometry.setAttribute('weight', new BufferAttribute(weights, 1));
  }

  /** Sets the coordinates of the words, [words, 3]. */
  setPoints(points: Float32Array): void {
    this.dots.geometry.setAttribute('position', new BufferAttribute(points, 3));
  }

  resize(width: number, height: number): void {
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.renderer.setSize(width, height);
  }

  draw({ camera, depth, size }: MapCamera, colour: string): void {
    this.dots.scale.z = Math.max(depth, 1e-6);
    const zoom = (camera.zoom / 1.5) ** 0.35 * Math.min(1, size.width / 700);
    const { uniforms } = this.material;
    uniforms.ratio!.value = this.ratio;
    uniforms.zoom!.value = Math.min(2.2, Math.max(0.5, zoom));
    uniforms.colour!.value.setStyle(colour);
    this.renderer.render(this.scene, camera);
  }
}
