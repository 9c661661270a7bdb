import { byId, make, prefersStill } from '@residual/appkit';
import type { TableName } from './computations.js';
import type { MapContent, WordMap } from './map.js';

/** The content of the map with the table of its words. */
export interface TableContent extends MapContent {
  readonly table: TableName;
}

/** The map of the page, which is loaded after the first answer. */
export interface MapPanel {
  /** The content; undefined before the first one. */
  readonly content: TableContent | undefined;
  /** The map, once it is loaded. */
  readonly map: WordMap | undefined;
  show(content: TableContent): void;
  /** Removes title, marks and arrows; the words stay. */
  unmark(): void;
  /** Loads the map and shows the content in this view. */
  open(view: () => '2d' | '3d'): Promise<void>;
}

/** Makes the panel of the map. */
export function mapPanel(): MapPanel {
  let map: WordMap | undefined;
  let content: TableContent | undefined;
  return {
    get content() {
      return content;
    },
    get map() {
      return map;
    },
    show: next => {
      content = next;
      map?.show(next);
    },
    unmark: () => {
      if (!content) return;
      content = { ...content, title: '', marks: [], arrows: [] };
      map?.unmark();
    },
    open: async view => {
      map = await openMap();
      map?.setView(view());
      if (content) map?.show(content);
    },
  };
}

/** Loads the map; without WebGL shows a sentence instead. */
async function openMap(): Promise<WordMap | undefined> {
  const { WordMap } = await import('./map.js');
  try {
    const map = new WordMap(byId('map'), {
      hovered: word => {
        byId('pointed').textContent = word ?? '';
      },
      used: () => {
        byId('map-hint').hidden = true;
      },
    });
    byId('map-hint').textContent = matchMedia('(pointer: coarse)').matches
      ? 'Zoom with two fingers'
      : 'Drag to move · click, then scroll to zoom';
    byId('map-hint').hidden = false;
    byId('replay').hidden = prefersStill();
    return map;
  } catch {
    const sentence = 'The map needs WebGL, which this browser does not have. The answer is shown without it.';
    byId('map').replaceChildren(make('p', { className: 'note' }, sentence));
    return undefined;
  }
}
