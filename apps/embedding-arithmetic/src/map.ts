import {
  BufferAttribute,
  BufferGeometry,
  Color,
  Matrix4,
  MOUSE,
  OrthographicCamera,
  Points,
  Scene,
  ShaderMaterial,
  TOUCH,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { colours } from './map-colours.js';
import { type Drawing, drawOver } from './map-drawing.js';
import { type Bounds, boundsOf, nearestPoint, projectRow, visibleWords } from './map-projection.js';

/** The content of the map. */
export interface MapContent extends Drawing {
  readonly words: readonly string[];
  /** [words, 3] */
  readonly points: Float32Array;
}

/** A map of words that can be moved, zoomed and turned. */
export interface WordMap {
  show(content: MapContent): void;
  /** Removes marks and arrows; the words stay. */
  unmark(): void;
  setView(view: '2d' | '3d'): void;
  /** Highlights a word, or none. */
  point(row: number | undefined): void;
  zoomBy(factor: number): void;
  /** Restores the first view. */
  reset(): void;
}

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

/**
 * Draws a map into an element: the cloud of all words with WebGL, marks and labels above it on a canvas. Errors without
 * WebGL.
 */
export function wordMap(container: HTMLElement, hovered: (word: string | undefined) => void): WordMap {
  const renderer = new WebGLRenderer({ antialias: false, alpha: true, powerPreference: 'high-performance' });
  const cloud = renderer.domElement;
  const over = document.createElement('canvas');
  over.tabIndex = 0;
  over.setAttribute('role', 'application');
  over.setAttribute('aria-roledescription', 'map');
  over.setAttribute('aria-label', 'Map of the words');
  over.setAttribute('aria-describedby', 'map-help');
  cloud.setAttribute('aria-hidden', 'true');
  container.replaceChildren(cloud, over);

  const camera = new OrthographicCamera(-1, 1, 1, -1, 0.01, 200);
  over.addEventListener('pointerdown', () => over.focus({ preventScroll: true }));
  // A wheel scrolls the page unless the map has the focus.
  over.addEventListener(
    'wheel',
    event => {
      controls.enableZoom = event.ctrlKey || document.activeElement === over;
    },
    { capture: true },
  );
  const controls = new OrbitControls(camera, over);
  controls.zoomToCursor = true;
  controls.minZoom = 0.2;
  controls.maxZoom = 200;
  const material = new ShaderMaterial({
    vertexShader,
    fragmentShader,
    transparent: true,
    depthTest: false,
    uniforms: { ratio: { value: 1 }, zoom: { value: 1 }, colour: { value: new Color() } },
  });
  const points = new Points(new BufferGeometry(), material);
  points.frustumCulled = false;
  const scene = new Scene().add(points);

  let content: MapContent | undefined;
  let view: '2d' | '3d' = '2d';
  let depth = 0;
  let pointed: number | undefined;
  let bounds: Bounds = { centre: [0, 0, 0], points: [[1, 1, 1]] };
  let waiting = false;
  let size = { width: 1, height: 1 };
  const turned = new Matrix4();
  let theme = colours(container);

  const invalidate = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };
  const toScreen = () => {
    camera.updateMatrixWorld();
    turned.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    return { matrix: turned.elements, depth, ...size };
  };
  const draw = () => {
    waiting = false;
    if (!content) return;
    points.scale.z = Math.max(depth, 1e-6);
    material.uniforms.ratio!.value = renderer.getPixelRatio();
    material.uniforms.zoom!.value = Math.min(
      2.2,
      Math.max(0.5, (camera.zoom / 1.5) ** 0.35 * Math.min(1, size.width / 700)),
    );
    material.uniforms.colour!.value.setStyle(theme.muted);
    renderer.render(scene, camera);
    const projected = toScreen();
    const labels = visibleWords(content.points, content.words, projected, content.marks);
    drawOver(over, content, { ...projected, ratio: renderer.getPixelRatio() }, theme, labels, pointed);
  };
  const resize = () => {
    const { width, height } = container.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    size = { width, height };
    const ratio = Math.min(2, devicePixelRatio);
    renderer.setPixelRatio(ratio);
    renderer.setSize(width, height);
    over.width = Math.round(width * ratio);
    over.height = Math.round(height * ratio);
    const aspect = width / height;
    const [x, y] = aspect > 1 ? [aspect, 1] : [1, 1 / aspect];
    Object.assign(camera, { left: -x, right: x, top: y, bottom: -y });
    camera.updateProjectionMatrix();
    invalidate();
  };
  /** The zoom at which the bounds are visible, with margins for the labels. */
  const zoomToFit = ({ points: places }: Bounds) => {
    const [right, up] = [new Vector3(), new Vector3()];
    camera.matrix.extractBasis(right, up, new Vector3());
    let [x, y] = [1e-3, 1e-3];
    for (const [a = 0, b = 0, c = 0] of places) {
      const from = new Vector3(a, b, c * depth).sub(controls.target);
      x = Math.max(x, Math.abs(from.dot(right)));
      y = Math.max(y, Math.abs(from.dot(up)));
    }
    const margins = [1 - Math.min(0.32, 150 / size.width), 1 - Math.min(0.3, 90 / size.height)] as const;
    return Math.min((camera.right * margins[0]) / x, (camera.top * margins[1]) / y, 30);
  };
  const fit = () => {
    const [x, y, z] = bounds.centre as [number, number, number];
    controls.target.set(x, y, z * depth);
    const away = view === '3d' ? new Vector3(0.55, 0.4, 1) : new Vector3(0, 0, 1);
    camera.position.copy(controls.target).add(away.setLength(50));
    camera.lookAt(controls.target);
    camera.updateMatrix();
    camera.zoom = zoomToFit(bounds);
    camera.updateProjectionMatrix();
    controls.update();
    invalidate();
  };
  const apply = () => {
    const flat = view === '2d';
    controls.enableRotate = !flat;
    controls.mouseButtons = { LEFT: flat ? MOUSE.PAN : MOUSE.ROTATE, MIDDLE: MOUSE.DOLLY, RIGHT: MOUSE.PAN };
    controls.touches = { ONE: flat ? TOUCH.PAN : TOUCH.ROTATE, TWO: TOUCH.DOLLY_PAN };
  };
  const zoomBy = (factor: number) => {
    camera.zoom = Math.min(controls.maxZoom, Math.max(controls.minZoom, camera.zoom * factor));
    camera.updateProjectionMatrix();
    controls.update();
    invalidate();
  };
  const move = (x: number, y: number) => {
    const [right, up] = [new Vector3(), new Vector3()];
    camera.matrix.extractBasis(right, up, new Vector3());
    const step = 0.12 / camera.zoom;
    const shift = right.multiplyScalar(x * step).add(up.multiplyScalar(y * step));
    controls.target.add(shift);
    camera.position.add(shift);
    controls.update();
    invalidate();
  };
  const turn = (x: number, y: number) => {
    const offset = camera.position.clone().sub(controls.target);
    offset.applyAxisAngle(new Vector3(0, 1, 0), x * 0.12);
    const side = new Vector3(0, 1, 0).cross(offset).normalize();
    const tilted = offset.clone().applyAxisAngle(side, y * 0.12);
    if (Math.abs(tilted.clone().normalize().y) < 0.98) offset.copy(tilted);
    camera.position.copy(controls.target).add(offset);
    controls.update();
    invalidate();
  };

  controls.addEventListener('change', invalidate);
  new ResizeObserver(resize).observe(container);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    theme = colours(container);
    invalidate();
  });
  over.addEventListener('keydown', event => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
    if (x !== undefined) (event.shiftKey && view === '3d' ? turn : move)(x, y!);
    else if (event.key === '+' || event.key === '=') zoomBy(1.25);
    else if (event.key === '-') zoomBy(0.8);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  });
  let pointerAt: readonly [number, number] | undefined;
  over.addEventListener('pointermove', ({ offsetX, offsetY, buttons }) => {
    if (buttons !== 0) return; // the map is being dragged
    const waits = pointerAt !== undefined;
    pointerAt = [offsetX, offsetY];
    if (waits) return;
    requestAnimationFrame(() => {
      const [x, y] = pointerAt!;
      pointerAt = undefined;
      if (!content) return;
      const nearest = nearestPoint(content.points, toScreen(), x, y);
      if (nearest === pointed) return;
      pointed = nearest;
      hovered(nearest === undefined ? undefined : content.words[nearest]);
      invalidate();
    });
  });
  over.addEventListener('pointerleave', () => {
    pointed = undefined;
    hovered(undefined);
    invalidate();
  });
  apply();

  return {
    show: next => {
      if (content?.words !== next.words) {
        // Frequent words come first and are drawn stronger.
        const weights = Float32Array.from(next.words, (_, row) => Math.max(0, 1 - Math.log1p(row) / Math.log1p(8000)));
        points.geometry.setAttribute('weight', new BufferAttribute(weights, 1));
      }
      content = next;
      points.geometry.setAttribute('position', new BufferAttribute(next.points, 3));
      bounds = boundsOf(next);
      over.setAttribute('aria-label', `Map of ${next.words.length} words${next.title && `: ${next.title}`}`);
      resize();
      fit();
    },
    unmark: () => {
      pointed = undefined;
      if (!content) return;
      content = { ...content, title: '', marks: [], arrows: [] };
      over.setAttribute('aria-label', `Map of ${content.words.length} words`);
      invalidate();
    },
    setView: next => {
      view = next;
      apply();
      const goal = next === '3d' ? 1 : 0;
      const startTime = performance.now();
      const from = depth;
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      const step = () => {
        const share = still ? 1 : Math.min(1, (performance.now() - startTime) / 450);
        depth = from + (goal - from) * (1 - (1 - share) ** 3);
        fit();
        if (share < 1 && view === next) requestAnimationFrame(step);
      };
      step();
    },
    point: row => {
      pointed = row;
      invalidate();
      if (row === undefined || !content) return;
      const [x, y] = projectRow(content.points, row, toScreen());
      if (x >= 0 && y >= 0 && x <= size.width && y <= size.height) return;
      bounds = boundsOf({ ...content, marks: [...content.marks, { row, kind: 'answer' }] });
      fit();
    },
    zoomBy,
    reset: fit,
  };
}
