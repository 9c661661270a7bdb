import { expect, test } from 'vitest';
import { drawOnCanvas } from './canvas.js';
import { curvesOf, smoothStroke } from './curves.js';
import type { Drawing, Point } from './drawing.js';
import { drawingImage } from './drawing-image.js';
import { placeDrawing } from './picture-options.js';
import { drawingToSvg } from './svg.js';

const cross: Drawing = [
  [
    [0, 0],
    [7, 7],
  ],
  [[7, 0]],
];

test('a pixel is as dark as the pen covers it', () => {
  const { width, height, channels, data } = drawingImage(cross, { size: 13, lineWidth: 2 });
  expect([width, height, channels]).toEqual([13, 13, 1]);
  const [margin, scale] = [0.04 * 13 + 1, (13 - 2 * (0.04 * 13 + 1)) / 7];
  const at = (value: number) => value * scale + margin;
  for (let row = 0; row < 13; row++)
    for (let column = 0; column < 13; column++) {
      const [x, y] = [column + 0.5, row + 0.5];
      const along = Math.min(at(7), Math.max(at(0), (x + y) / 2)); // the line is a diagonal
      const distance = Math.min(Math.hypot(x - along, y - along), Math.hypot(x - at(7), y - at(0)));
      const cover = Math.min(1, Math.max(0, 1.5 - distance));
      expect(Math.abs(data[row * 13 + column]! - 255 * (1 - cover))).toBeLessThan(0.51);
    }
});

test('a smooth line passes all points and keeps corners and straight lines', () => {
  const arc: Point[] = [0, 1, 2, 3, 4].map(i => [10 * Math.cos(i / 2), 10 * Math.sin(i / 2)]);
  const smooth = smoothStroke(arc, 5);
  expect(smooth).toHaveLength(21);
  expect(smooth.filter((_, i) => i % 5 === 0)).toEqual(arc);
  for (const [x, y] of smooth.slice(5, 16)) expect(Math.abs(Math.hypot(x, y) - 10)).toBeLessThan(0.05);
  const corner: Point[] = [
    [0, 0],
    [4, 0],
    [4, 4],
  ];
  for (const [x, y] of smoothStroke(corner)) expect(Math.min(Math.abs(y), Math.abs(x - 4))).toBeLessThan(1e-12);
  expect(curvesOf([[1, 1]])).toEqual([]);
  for (const value of smoothStroke([
    [1, 1],
    [1, 1],
    [2, 1],
  ]).flat())
    expect(Number.isFinite(value)).toBe(true);
});

const arc: Drawing = [
  [
    [0, 0],
    [3, 1],
    [5, 4],
  ],
  [[1, 4]],
];

test('the lines of an SVG file and of a canvas are the same', () => {
  for (const smooth of [true, false]) {
    const options = { size: 100, lineWidth: 4, smooth };
    const calls: string[] = [];
    const call =
      (name: string) =>
      (...values: number[]) => {
        calls.push(`${name}${values.map(value => Math.round(100 * value) / 100).join(' ')}`);
      };
    const context = {
      ...{ lineWidth: 0, lineCap: 'butt' as CanvasLineCap, lineJoin: 'miter' as CanvasLineJoin },
      ...{
        beginPath: () => {},
        moveTo: call('M'),
        lineTo: call('L'),
        bezierCurveTo: call('C'),
        stroke: call('stroke'),
      },
    };
    drawOnCanvas(context, arc, options);
    expect([context.lineWidth, context.lineCap]).toEqual([4, 'round']);
    const path = /<path d="([^"]*)"/.exec(drawingToSvg(arc, options))![1]!;
    const inFile = path.match(/[MLC][\d., -]*/g)!.map(command => command.replaceAll(',', ' '));
    const dot = calls.at(-2)!; // a canvas draws a dot by a line to the same point, a file by one of length 0
    expect(calls).toEqual([...inFile, dot, 'stroke']);
    expect(dot.slice(1)).toBe(calls.at(-3)!.slice(1));
    const placed = placeDrawing(arc, options).map(([first]) => first!.map(value => Math.round(100 * value) / 100));
    expect(calls.filter(text => text.startsWith('M'))).toEqual(placed.map(([x, y]) => `M${x} ${y}`));
  }
  expect(drawingToSvg([], {})).toContain('<path d=""/>');
  expect(() => drawingToSvg(arc, { size: 0 })).toThrow('drawingToSvg: size is 0');
  expect(() => drawingImage(arc, { lineWidth: -1 })).toThrow('drawingImage: lineWidth is -1; it must be above 0');
});
