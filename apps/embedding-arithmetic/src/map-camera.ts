import { movement } from '@residual/appkit';
import { Matrix4, MOUSE, OrthographicCamera, TOUCH, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { Bounds, Screen } from './map-projection.js';

/** The duration of the change between 2-D and 3-D, in milliseconds. */
const viewDuration = 450;
/** The size of a turn by one key press, in radians, and of a move, in units at zoom 1. */
const [turnStep, moveStep] = [0.12, 0.12];

/** The camera of a map: it is moved, zoomed and turned on a surface, and shows the map in 2-D or 3-D. */
export class MapCamera {
  readonly camera = new OrthographicCamera(-1, 1, 1, -1, 0.01, 200);
  /** The factor of the third axis: 0 in 2-D, 1 in 3-D, and in between while the view changes. */
  depth = 0;
  /** The size of the surface in CSS pixels. */
  size = { width: 1, height: 1 };
  private readonly controls: OrbitControls;
  private readonly matrix = new Matrix4();
  private bounds: Bounds = { centre: [0, 0, 0], points: [[1, 1, 1]] };
  private view: '2d' | '3d' = '2d';

  /**
   * Listens to the pointer and the wheel on a surface; `changed` is called after every change, `used` when a visitor
   * begins to move, zoom or turn. On a touch screen one finger still scrolls the page up and down.
   */
  constructor(
    surface: HTMLElement,
    private readonly changed: () => void,
    used: () => void,
  ) {
    surface.addEventListener('pointerdown', () => surface.focus({ preventScroll: true }));
    const allowZoom = (event: WheelEvent) => {
      // A wheel scrolls the page unless the map has the focus.
      this.controls.enableZoom = event.ctrlKey || document.activeElement === surface;
    };
    surface.addEventListener('wheel', allowZoom, { capture: true }); // before the controls
    this.controls = new OrbitControls(this.camera, surface);
    this.controls.zoomToCursor = true;
    this.controls.minZoom = 0.2;
    this.controls.maxZoom = 200;
    this.controls.addEventListener('change', changed);
    this.controls.addEventListener('start', used);
    surface.style.touchAction = 'pan-y';
    this.assignButtons();
  }

  /** The projection to the surface. */
  get screen(): Screen {
    this.camera.updateMatrixWorld();
    this.matrix.multiplyMatrices(this.camera.projectionMatrix, this.camera.matrixWorldInverse);
    return { matrix: this.matrix.elements, depth: this.depth, ...this.size };
  }

  /** Adapts the camera to the size of the surface. */
  resize(width: number, height: number): void {
    this.size = { width, height };
    const aspect = width / height;
    const [x, y] = aspect > 1 ? [aspect, 1] : [1, 1 / aspect];
    Object.assign(this.camera, { left: -x, right: x, top: y, bottom: -y });
    this.camera.updateProjectionMatrix();
    this.changed();
  }

  /** Shows all points of some bounds, or of the last ones. */
  fit(bounds = this.bounds): void {
    this.bounds = bounds;
    const [x, y, z] = bounds.centre as [number, number, number];
    const { camera, controls } = this;
    controls.target.set(x, y, z * this.depth);
    const away = this.view === '3d' ? new Vector3(0.55, 0.4, 1) : new Vector3(0, 0, 1);
    camera.position.copy(controls.target).add(away.setLength(50));
    camera.lookAt(controls.target);
    camera.updateMatrix();
    camera.zoom = this.zoomToFit(bounds);
    camera.updateProjectionMatrix();
    this.update();
  }

  zoomBy(factor: number): void {
    const { minZoom, maxZoom } = this.controls;
    this.camera.zoom = Math.min(maxZoom, Math.max(minZoom, this.camera.zoom * factor));
    this.camera.updateProjectionMatrix();
    this.update();
  }

  /** Moves the camera by steps to the right and up. */
  move(right: number, up: number): void {
    const [x, y] = this.axes();
    const step = moveStep / this.camera.zoom;
    const shift = x.multiplyScalar(right * step).add(y.multiplyScalar(up * step));
    this.controls.target.add(shift);
    this.camera.position.add(shift);
    this.update();
  }

  /** Turns the camera around its target by steps to the right and up; in 2-D moves it. */
  turn(right: number, up: number): void {
    if (this.view === '2d') {
      this.move(right, up);
      return;
    }
    const offset = this.camera.position.clone().sub(this.controls.target);
    offset.applyAxisAngle(new Vector3(0, 1, 0), right * turnStep);
    const side = new Vector3(0, 1, 0).cross(offset).normalize();
    const tilted = offset.clone().applyAxisAngle(side, up * turnStep);
    if (Math.abs(tilted.clone().normalize().y) < 0.98) offset.copy(tilted);
    this.camera.position.copy(this.controls.target).add(offset);
    this.update();
  }

  /** Changes between 2-D and 3-D. */
  setView(view: '2d' | '3d'): void {
    this.view = view;
    this.assignButtons();
    const [from, to] = [this.depth, view === '3d' ? 1 : 0];
    const startTime = performance.now();
    const step = () => {
      const milliseconds = performance.now() - startTime;
      const share = movement(milliseconds, viewDuration);
      this.depth = from + (to - from) * share;
      this.fit();
      if (share < 1 && this.view === view) requestAnimationFrame(step);
    };
    step();
  }

  /** Dragging moves the map in 2-D and turns it in 3-D. */
  private assignButtons(): void {
    const flat = this.view === '2d';
    this.controls.enableRotate = !flat;
    this.controls.mouseButtons = { LEFT: flat ? MOUSE.PAN : MOUSE.ROTATE, MIDDLE: MOUSE.DOLLY, RIGHT: MOUSE.PAN };
    this.controls.touches = { ONE: flat ? TOUCH.PAN : TOUCH.ROTATE, TWO: TOUCH.DOLLY_PAN };
  }

  /** The zoom at which the bounds are visible, with margins for the labels. */
  private zoomToFit({ points }: Bounds): number {
    const [right, up] = this.axes();
    let [x, y] = [1e-3, 1e-3];
    for (const [a = 0, b = 0, c = 0] of points) {
      const offset = new Vector3(a, b, c * this.depth).sub(this.controls.target);
      x = Math.max(x, Math.abs(offset.dot(right)));
      y = Math.max(y, Math.abs(offset.dot(up)));
    }
    const { width, height } = this.size;
    const margins = [1 - Math.min(0.32, 150 / width), 1 - Math.min(0.3, 90 / height)] as const;
    return Math.min((this.camera.right * margins[0]) / x, (this.camera.top * margins[1]) / y, 30);
  }

  /** The directions to the right and up on the surface. */
  private axes(): [right: Vector3, up: Vector3] {
    const [right, up] = [new Vector3(), new Vector3()];
    this.camera.matrix.extractBasis(right, up, new Vector3());
    return [right, up];
  }

  private update(): void {
    this.controls.update();
    this.changed();
  }
}
