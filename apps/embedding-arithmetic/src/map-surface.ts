import { arrowDirection } from '@residual/appkit';
import type { MapCamera } from './map-camera.js';

/** The canvas above the cloud, which has the focus and takes the keys. */
export function mapSurface(): HTMLCanvasElement {
  const surface = document.createElement('canvas');
  surface.tabIndex = 0;
  surface.setAttribute('role', 'application');
  surface.setAttribute('aria-roledescription', 'map');
  surface.setAttribute('aria-label', 'Map of the words');
  surface.setAttribute('aria-describedby', 'map-help');
  return surface;
}

/** Lets the keys of a surface move, turn and zoom; `used` is called when one does. */
export function onMapKeys(surface: HTMLElement, camera: MapCamera, used: () => void): void {
  surface.addEventListener('keydown', event => {
    if (!act(camera, event)) return;
    event.preventDefault();
    used();
  });
}

/** The action of a key; false if it has none. */
function act(camera: MapCamera, { key, shiftKey }: KeyboardEvent): boolean {
  const direction = arrowDirection(key);
  if (direction && shiftKey) camera.turn(...direction);
  else if (direction) camera.move(...direction);
  else if (key === '+' || key === '=') camera.zoomBy(1.25);
  else if (key === '-') camera.zoomBy(0.8);
  else if (key === '0') camera.fit();
  else return false;
  return true;
}
